import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
function load(mount: string, options: Partial<LoaderOptions>): Told {
  const command = `mount -t tmpfs -o ${mount} tmpfs /dev/shm && exec "$@"`;
  const args = ['-m', 'sh', '-c', command, 'sh', process.execPath, script, JSON.stringify(options)];
  return JSON.parse(execFileSync('unshare', args, { encoding: 'utf8' })) as Told;
}

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
