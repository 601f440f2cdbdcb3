import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import {
  descendants,
  eventually,
  expectError,
  fanfold,
  isAlive,
  SLOW,
  scratchOf,
  start,
  workFolder,
} from './fanfold.js';

const folder = workFolder();
const run = ['run', SLOW, 'big.h5', '-o', 'out.npy', '--progress', 'json'];

beforeAll(async () => {
  const made = await fanfold(['make', '24x24x128x128', 'big.h5', '--codec', 'gzip:1', '-q'], folder);
  expect(made.code).toBe(0);
});

for (const more of [[], ['--plain'], ['--threads-per-worker', '2'], ['--deterministic']]) {
  test(`a worker process killed in the middle of its work ends the run: ${more.join(' ')}`, async () => {
    const { pid, underway, ended } = start([...run, '--layout', 'processes', '-w', '2', ...more], folder);
    await underway;
    const below = descendants(pid);
    expect(below).toHaveLength(2);
    process.kill(below[1] ?? 0, 'SIGKILL');
    expectError(await ended, 4, /Worker process 1 was killed \(SIGKILL\) before its work was done\..*memory/);
    expect(readdirSync(folder)).toEqual(['big.h5']);
    expect(scratchOf(pid)).toEqual([]);
    expect(below.filter(isAlive)).toEqual([]);
  });
}

test('a worker process killed as soon as it exists ends the run', async () => {
  const { pid, ended } = start([...run, '--layout', 'processes', '-w', '2'], folder);
  await eventually(() => descendants(pid).length > 0);
  const below = descendants(pid);
  process.kill(below[0] ?? 0, 'SIGKILL');
  expectError(await ended, 4, /Worker process \d was killed \(SIGKILL\)/);
  expect(readdirSync(folder)).toEqual(['big.h5']);
  expect(scratchOf(pid)).toEqual([]);
});

test('workers end when their coordinator is killed, and the next start removes what it left', async () => {
  const { pid, underway, ended } = start([...run, '--layout', 'processes', '-w', '2'], folder);
  await underway;
  const below = descendants(pid);
  expect(below).toHaveLength(2);
  expect(scratchOf(pid)).toHaveLength(1);
  process.kill(pid, 'SIGKILL');
  const { signal, stderr } = await ended;
  expect(signal).toBe('SIGKILL');
  expect(stderr).not.toMatch(/Error|fanfold:/);
  await eventually(() => below.filter(isAlive).length === 0);
  const next = start(['run', 'sum', 'big.h5', '--layout', 'processes', '-w', '2', '-q'], folder);
  expect((await next.ended).code).toBe(0);
  expect([...scratchOf(pid), ...scratchOf(next.pid)]).toEqual([]);
  expect(readdirSync(folder)).toEqual(['big.h5']);
});

test('a file left half-made by a killed process goes when it is made again', async () => {
  const make = ['make', '48x48x256x256', 'made.npy', '--kind', 'counts', '--progress', 'json'];
  const { pid, underway, ended } = start(make, folder);
  await underway;
  process.kill(pid, 'SIGKILL');
  await ended;
  expect(readdirSync(folder)).toEqual([`.made.npy.partial-${pid}`, 'big.h5']);
  expect((await fanfold(['make', '4x4x8x8', 'made.npy', '-q'], folder)).code).toBe(0);
  expect(readdirSync(folder)).toEqual(['big.h5', 'made.npy']);
});

test('a worker process above --memory-per-worker ends the run', async () => {
  const more = ['--hoard', String(16 * 2 ** 20), '--layout', 'processes', '-w', '2', '--memory-per-worker', '128MiB'];
  const { pid, ended } = start([...run, ...more], folder);
  expectError(await ended, 4, /Worker \d holds 1\d\d MiB, above --memory-per-worker 128 MiB\. Give more memory/);
  expect(scratchOf(pid)).toEqual([]);
});

test('a worker that ends itself is missed', async () => {
  const threads = await fanfold([...run, '--die', '--layout', 'threads', '-w', '2'], folder);
  expectError(threads, 4, /Worker thread \d ended early with code 7\./);
  const processes = await fanfold([...run, '--die', '--layout', 'processes', '-w', '2'], folder);
  expectError(processes, 4, /Worker process \d ended with code 7 before its work was done\./);
});

test('an operator that does not load in workers leaves none behind', async () => {
  const path = join(folder, 'shy.mjs');
  writeFileSync(
    path,
    `import { isMainThread } from 'node:worker_threads';
if (!isMainThread || process.send) throw new Error('not in a worker');
export { default } from ${JSON.stringify(SLOW)};`,
  );
  for (const layout of ['threads', 'processes']) {
    const { pid, ended } = start(['run', path, 'big.h5', '--layout', layout, '-w', '2'], folder);
    expectError(await ended, 1, /The module .*shy\.mjs does not load: not in a worker\./);
    expect(scratchOf(pid)).toEqual([]);
  }
});
