import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { descendants, fanfold, isAlive, SLOW, scratchOf, start, workFolder } from './fanfold.js';

const folder = workFolder();

beforeAll(async () => {
  const made = await fanfold(['make', '24x24x128x128', 'big.h5', '--codec', 'gzip:1', '-q'], folder);
  expect(made.code).toBe(0);
});

/** Ctrl-C at a terminal reaches every process of the command. */
const pressCtrlC = (pid: number): boolean => process.kill(-pid, 'SIGINT');

const LAYOUTS = [
  ['serial'],
  ['threads', '-w', '2'],
  ['processes', '-w', '2'],
  ['processes', '-w', '2', '--plain'],
  ['processes', '-w', '1', '--threads-per-worker', '2'],
  ['processes', '-w', '2', '--no-shared-memory'],
];

for (const layout of LAYOUTS) {
  test(`Ctrl-C in the middle of a run leaves nothing: ${layout.join(' ')}`, async () => {
    const args = ['run', SLOW, 'big.h5', '-o', 'out.npy', '--progress', 'json', '--layout', ...layout];
    const { pid, underway, ended } = start(args, folder);
    await underway;
    const below = descendants(pid);
    expect(below.length).toBe(layout[0] === 'processes' ? Number(layout[2]) : 0);
    const pressed = performance.now();
    pressCtrlC(pid);
    const { code, stderr, stdout } = await ended;
    expect(performance.now() - pressed).toBeLessThan(1000);
    const [last, ...others] = stderr
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('{"progress"'))
      .reverse();
    expect(others).toEqual([]);
    const match = /^fanfold: stopped after (\d+) of 576 frames; nothing was written\.$/.exec(last ?? '');
    expect(Number(match?.[1])).toBeGreaterThan(0);
    expect(Number(match?.[1])).toBeLessThan(576);
    expect([code, stdout]).toEqual([130, '']);
    expect(readdirSync(folder)).toEqual(['big.h5']);
    expect(scratchOf(pid)).toEqual([]);
    expect(below.filter(isAlive)).toEqual([]);
  });
}

for (const layout of ['threads', 'processes']) {
  test(`Ctrl-C at any moment while ${layout} start`, { timeout: 60_000 }, async () => {
    for (let delay = 40; delay <= 340; delay += 30) {
      const args = ['run', SLOW, 'big.h5', '-o', 'out.npy', '--layout', layout, '-w', '2'];
      const { pid, ended } = start(args, folder);
      await setTimeout(delay);
      const below = descendants(pid);
      pressCtrlC(pid);
      const { code, signal, stderr } = await ended;
      // Before the program itself runs, the system ends it.
      if (signal === null) {
        expect(stderr).toMatch(/^fanfold: stopped( after [1-9]\d* of 576 frames)?; nothing was written\.\n$/);
        expect(code).toBe(130);
      } else expect([signal, stderr]).toEqual(['SIGINT', '']);
      expect(readdirSync(folder)).toEqual(['big.h5']);
      expect(scratchOf(pid)).toEqual([]);
      expect(below.filter(isAlive)).toEqual([]);
    }
  });
}

test('a second Ctrl-C does not wait for a tile that takes long', async () => {
  const args = ['run', SLOW, 'big.h5', '--pause', '20000', '--layout', 'threads', '-w', '2'];
  const { pid, ended } = start(args, folder);
  await setTimeout(1000);
  pressCtrlC(pid);
  await setTimeout(200);
  expect(isAlive(pid)).toBe(true);
  pressCtrlC(pid);
  const pressed = performance.now();
  expect((await ended).code).toBe(130);
  expect(performance.now() - pressed).toBeLessThan(1000);
});

for (const [name, codec] of [
  ['made.h5', 'gzip:6'],
  ['made.npy', 'none'],
] as const) {
  test(`Ctrl-C while ${name} is made removes what there is of it`, async () => {
    const args = ['make', '48x48x256x256', name, '--codec', codec, '--kind', 'counts', '--progress', 'json'];
    const { pid, underway, ended } = start(args, folder);
    await underway;
    expect(readdirSync(folder)).toEqual([`.${name}.partial-${pid}`, 'big.h5']);
    pressCtrlC(pid);
    const { code, stderr } = await ended;
    expect(stderr).toMatch(/\nfanfold: stopped after \d+ of 2304 frames; nothing was written\.\n$/);
    expect(code).toBe(130);
    expect(readdirSync(folder)).toEqual(['big.h5']);
  });
}

test('SIGTERM is as good as Ctrl-C', async () => {
  const args = ['run', SLOW, 'big.h5', '-o', join(folder, 'out.npy'), '--progress', 'json', '--layout', 'processes'];
  const { pid, underway, ended } = start(args, folder);
  await underway;
  const below = descendants(pid);
  process.kill(pid, 'SIGTERM');
  const { code, stderr } = await ended;
  expect(stderr).toMatch(/stopped after \d+ of 576 frames/);
  expect(code).toBe(130);
  expect(readdirSync(folder)).toEqual(['big.h5']);
  expect(scratchOf(pid)).toEqual([]);
  expect(below.filter(isAlive)).toEqual([]);
});
