import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findBinding } from '../../dist/io/segment-binding.js';
import type { LoaderOptions } from '../../dist/loader/options.js';

const dist = join(import.meta.dirname, '../../dist');
const folder = mkdtempSync(join(tmpdir(), 'fallback-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const canMount = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs /dev/shm']).status === 0;
if (!canMount) console.log('the ladder of worker processes is not tested: this user may not mount a small /dev/shm');
const isBound = typeof (await findBinding()) !== 'string';
if (!isBound) console.log('the ladder of worker processes is tested without its first step: koffi is not installed');

const script = join(folder, 'load.mjs');
writeFileSync(
  script,
  `import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { dataLoader, openArray } from '${dist}/index.js';
const source = openArray([1024, 64, 64], Float32Array.from({ length: 2 ** 22 }, (_, i) => i % 251));
const loader = dataLoader(source, { map: 'copy', batch: 256, workers: 2, ...JSON.parse(process.argv[2]) });
const digest = createHash('md5');
const told = {};
try {
  for await (const { x, count } of loader) digest.update(x.frames.subarray(0, count * 4096));
  const { fallbacks, copiedBytes } = loader.stats();
  Object.assign(told, { hash: digest.digest('hex'), fallbacks, copies: copiedBytes / 2 ** 24 });
} catch (error) {
  Object.assign(told, { code: error.code, message: error.message });
}
await loader.close();
console.log(JSON.stringify({ ...told, left: readdirSync('/dev/shm') }));`,
);

interface Told {
  readonly hash?: string;
  readonly fallbacks?: readonly string[];
  readonly copies?: number;
  readonly code?: string;
  readonly message?: string;
  readonly left: readonly string[];
}

/** Loads with /dev/shm as a file system of its own. */
function load(mount: string, options: Partial<LoaderOptions>, program = script, as: readonly string[] = []): Told {
  const command = `mount -t tmpfs -o ${mount} tmpfs /dev/shm && exec "$@"`;
  const args = ['-m', 'sh', '-c', command, 'sh', ...as, process.execPath, program, JSON.stringify(options)];
  return JSON.parse(execFileSync('unshare', args, { encoding: 'utf8' })) as Told;
}

const large = join(folder, 'large.mjs');
writeFileSync(
  large,
  `import { readdirSync, readFileSync } from 'node:fs';
import { dataLoader, openArray } from '${dist}/index.js';
// Two images of 512 x 512 for each sample: 64 MiB a batch, 256 MiB the smallest ring of three workers.
const source = openArray([256, 1, 512], Float64Array.from({ length: 2 ** 17 }, (_, i) => Math.sin(i * i)));
const map = { name: 'gaf', values: { size: 512, dtype: 'float32' } };
const loader = dataLoader(source, { map, batch: 32, workers: 3, prefetch: 1, ...JSON.parse(process.argv[2]) });
const told = {};
try {
  const { slots, batchBytes } = await loader.plan();
  Object.assign(told, { ringMiB: Math.round((slots * batchBytes) / 2 ** 20) });
  for await (const { index } of loader) { told.first = index[0]; break; }
  told.fallbacks = loader.stats().fallbacks;
} catch (error) {
  Object.assign(told, { code: error.code, message: error.message });
}
await loader.close();
const children = readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim();
console.log(JSON.stringify({ ...told, children, left: readdirSync('/dev/shm') }));`,
);

const expected = canMount ? load('size=256m', { layout: 'inline' }).hash : undefined;

test.runIf(canMount && isBound)('with room: one segment, nothing copied, nothing left', () => {
  const told = load('size=256m', { layout: 'processes' });
  expect(told).toEqual({ hash: expected, fallbacks: [], copies: 0, left: [] });
});

test.runIf(canMount)('too little room: down to files or pipes with the reason, and the same bytes', () => {
  const told = load('size=2m', { layout: 'processes' });
  expect(told).toMatchObject({ hash: expected, left: [] });
  expect(told.copies).toBe(6);
  for (const line of told.fallbacks ?? []) expect(line).toContain('Fell back from');
  expect(told.fallbacks?.at(-1)).toContain('2.00 MiB');
});

test.runIf(canMount)('not writable: pipes with the reason, and the same bytes', () => {
  const told = load('ro', { layout: 'processes' });
  expect(told).toMatchObject({ hash: expected, copies: 6, left: [] });
  expect(told.fallbacks?.at(-1)).toContain('may not be written by this user (EROFS)');
});

test.runIf(canMount)('strict: each of these is an error before any work', () => {
  for (const mount of ['size=2m', 'ro']) {
    const told = load(mount, { layout: 'processes', strict: true });
    expect(told).toMatchObject({ code: 'fallback-refused', left: [] });
    expect(told.message).toMatch(/\/dev\/shm|shared memory/);
  }
});

test.runIf(canMount)('files and pipes asked for by name', () => {
  const files = load('size=256m', { layout: 'processes', sharing: 'files' });
  expect(files).toEqual({ hash: expected, fallbacks: [], copies: 2, left: [] });
  const pipes = load('ro', { layout: 'processes', sharing: 'copies' });
  expect(pipes).toEqual({ hash: expected, fallbacks: [], copies: 6, left: [] });
});

test.runIf(canMount)(
  '64 MiB for a ring of 256: said with both numbers before work starts, made another way, left by break',
  () => {
    const told = load('size=64m', { layout: 'processes' }, large);
    expect(told).toMatchObject({ ringMiB: 256, first: 0, children: '', left: [] });
    const lines = told.fallbacks ?? [];
    expect(lines).toHaveLength(isBound ? 2 : 3);
    expect(lines.at(-1)).toMatch(
      /to processes that copy batches, 3 workers: \/dev\/shm has 64\.0 MiB free, but 4 batches take 256 MiB \(ENOSPC\)\. Use a smaller batch or fewer workers/,
    );
    const strict = load('size=64m', { layout: 'processes', strict: true }, large);
    expect(strict).toMatchObject({ code: 'fallback-refused', children: '', left: [] });
    // Threads need nothing of it.
    expect(load('size=64m', { layout: 'threads' }, large)).toMatchObject({ first: 0, fallbacks: [], left: [] });
  },
);

const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const canChange = canMount && spawnSync(nobody[0] ?? '', [...nobody.slice(1), process.execPath, '-e', '']).status === 0;

test.runIf(canChange)('rights that are missing are told apart from space that is missing', () => {
  chmodSync(folder, 0o755);
  const told = load('mode=755', { layout: 'processes' }, script, nobody);
  expect(told).toMatchObject({ hash: expected, copies: 6, left: [] });
  expect(told.fallbacks?.at(-1)).toMatch(/may not be written by this user \(EACCES\)\. Check the rights of \/dev\/shm/);
  expect(load('mode=755', { layout: 'processes', strict: true }, script, nobody)).toMatchObject({
    code: 'fallback-refused',
    message: expect.stringContaining('EACCES'),
  });
});

test('a runtime without SharedArrayBuffer: processes that copy, with the reason, or an error when asked for by name', () => {
  const without = (options: Partial<LoaderOptions>): Told => {
    const args = ['--no-harmony-sharedarraybuffer', script, JSON.stringify(options)];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Told;
  };
  const told = without({});
  expect(told).toMatchObject({ copies: 6, hash: without({ layout: 'inline' }).hash });
  expect(told.fallbacks).toEqual([
    expect.stringMatching(
      /^Fell back from threads with one shared memory, 2 workers to processes that copy batches, 2 workers: this runtime has no SharedArrayBuffer\. Start Node/,
    ),
  ]);
  expect(without({ layout: 'threads' })).toMatchObject({ code: 'layout-missing' });
  expect(without({ strict: true })).toMatchObject({ code: 'fallback-refused' });
});
