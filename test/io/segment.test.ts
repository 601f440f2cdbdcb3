import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createSegment, openSegment, segmentRefusal } from '../../dist/io/segment.js';
import { findBinding } from '../../dist/io/segment-binding.js';
import { createSharedFile } from '../../dist/io/shared-file.js';

const dist = join(import.meta.dirname, '../../dist');
const folder = mkdtempSync(join(tmpdir(), 'segment-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const binding = await findBinding();
const isBound = typeof binding !== 'string';
if (!isBound) console.log(`segments are not tested: ${binding}`);

const canMount = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs /dev/shm']).status === 0;
if (!canMount) console.log('a small /dev/shm is not tested: this user may not mount one');

/** A process id that is not in use: that of a process that has ended. */
const DEAD = Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }));

const ours = (pid: number | undefined): string[] =>
  readdirSync('/dev/shm').filter((name) => name.startsWith(`fanfold-${pid}-`));

function script(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Runs a script with /dev/shm as a file system of its own. */
function under(mount: string, path: string, ...args: string[]): string {
  const command = `${mount} && exec "$@"`;
  return execFileSync('unshare', ['-m', 'sh', '-c', command, 'sh', process.execPath, path, ...args], {
    encoding: 'utf8',
  });
}

const refuse = script(
  'refuse.mjs',
  `import { readdirSync } from 'node:fs';
import { createSegment, segmentRefusal } from '${dist}/io/segment.js';
import { createSharedFile } from '${dist}/io/shared-file.js';
const bytes = Number(process.argv[2]) * 2 ** 20;
const told = async (make) => { try { (await make()).close(); return 'made'; } catch (error) { return error.code; } };
console.log(JSON.stringify({
  refusal: await segmentRefusal(bytes),
  segment: await told(() => createSegment(bytes)),
  file: await told(() => createSharedFile(bytes)),
  left: readdirSync('/dev/shm'),
}));`,
);

test.runIf(isBound)('what one process writes another sees, and nothing is sent', async () => {
  const segment = await createSegment(2 ** 20);
  segment.bytes[7] = 1;
  const path = script(
    'write.mjs',
    `import { openSegment } from '${dist}/io/segment.js';
const { bytes } = await openSegment(process.argv[2], 2 ** 20);
if (bytes[7] !== 1) process.exit(3);
bytes[2 ** 20 - 1] = 42;
while (bytes[8] !== 9) await new Promise((resolve) => setTimeout(resolve, 1));
bytes[9] = 10;`,
  );
  // No pipe leads from one to the other.
  const child = spawn(process.execPath, [path, segment.name], { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = new Promise((resolve) => child.on('exit', resolve));
  await expect.poll(() => segment.bytes[2 ** 20 - 1], { timeout: 10_000 }).toBe(42);
  segment.bytes[8] = 9;
  expect(await code).toBe(0);
  expect(segment.bytes[9]).toBe(10);
  segment.close();
});

test.runIf(isBound)('a closed segment leaves nothing, and old views read zeros', async () => {
  const segment = await createSegment(2 ** 20);
  expect(ours(process.pid)).toEqual([segment.name.slice(1)]);
  const other = await openSegment(segment.name, 2 ** 20);
  segment.bytes.fill(5);
  segment.close();
  segment.close();
  expect(ours(process.pid)).toEqual([]);
  expect([segment.bytes[0], other.bytes[0]]).toEqual([0, 5]);
  segment.bytes[0] = 1;
  expect(other.bytes[0]).toBe(5);
  other.close();
  expect(other.bytes[0]).toBe(0);
});

test.runIf(isBound)('a segment that is gone, or shorter than expected, is refused', async () => {
  await expect(openSegment('/fanfold-none', 10)).rejects.toMatchObject({ code: 'not-found' });
  const segment = await createSegment(4096);
  await expect(openSegment(segment.name, 8192)).rejects.toMatchObject({ code: 'not-found' });
  segment.close();
});

test.runIf(isBound)('more than one segment can hold is told apart from a lack of space', async () => {
  expect(await segmentRefusal(2 ** 40)).toMatchObject({ obstacle: 'too-large' });
  expect(await segmentRefusal(2 ** 20)).toBeNull();
  await expect(createSegment(2 ** 40)).rejects.toThrow(
    'Memory cannot be shared: 1.00 TiB are more than the 4.00 GiB of one segment. Use a smaller ring or smaller batches.',
  );
});

test('a file in memory is read and written by position, and goes with its folder', () => {
  const file = createSharedFile(3 * 2 ** 20 + 5);
  const bytes = new Uint8Array(5).fill(1);
  file.read(bytes, 3 * 2 ** 20);
  expect([...bytes]).toEqual([0, 0, 0, 0, 0]);
  expect(() => file.read(bytes, 3 * 2 ** 20 + 1)).toThrow(/is gone/);
  expect(ours(process.pid)).toEqual([file.name]);
  file.close();
  file.close();
  expect(ours(process.pid)).toEqual([]);
});

test('what dead processes left goes at the next start', async () => {
  const [name, dir] = [`/dev/shm/fanfold-${DEAD}-segment`, `/dev/shm/fanfold-${DEAD}-folder`];
  writeFileSync(name, 'left');
  execFileSync('mkdir', [dir]);
  createSharedFile(10).close();
  expect([name, dir].map(existsSync)).toEqual([false, false]);
});

test.runIf(canMount)('256 MiB in 64 MiB of shared memory: refused for want of space, before work', () => {
  const told = JSON.parse(under('mount -t tmpfs -o size=64m tmpfs /dev/shm', refuse, '256'));
  expect(told).toMatchObject({ file: 'no-space', left: [] });
  if (!isBound) return;
  expect(told.segment).toBe('no-space');
  expect(told.refusal.obstacle).toBe('no-space');
  expect(told.refusal.reason).toBe('/dev/shm has 64.0 MiB left for 256 MiB (ENOSPC)');
  expect(told.refusal.remedy).toContain('--shm-size');
});

test.runIf(canMount && isBound)('pages run out although there seemed to be room: an error, never a bus error', () => {
  const path = script(
    'late.mjs',
    `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
fs.statfsSync = () => ({ blocks: 1e9, bavail: 1e9, bsize: 4096 });
syncBuiltinESMExports();
await import('${refuse}');`,
  );
  const told = JSON.parse(under('mount -t tmpfs -o size=64m tmpfs /dev/shm', path, '256'));
  expect(told).toEqual({ refusal: null, segment: 'no-space', file: 'no-space', left: [] });
});

test.runIf(canMount)('shared memory that may not be written is told apart', () => {
  const told = JSON.parse(under('mount -t tmpfs -o ro tmpfs /dev/shm', refuse, '1'));
  expect(told).toMatchObject({ file: 'not-permitted', left: [] });
  if (isBound) expect(told).toMatchObject({ segment: 'not-permitted', refusal: { obstacle: 'not-permitted' } });
});

test('without koffi the reason says what to install', () => {
  const hook = `export async function resolve(name, context, next) {
  if (name === 'koffi') throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  return next(name, context);
}`;
  const path = script(
    'unbound.mjs',
    `import { register } from 'node:module';
register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hook))});
const { segmentRefusal } = await import('${dist}/io/segment.js');
console.log(JSON.stringify(await segmentRefusal(1)));`,
  );
  const told = JSON.parse(execFileSync(process.execPath, [path], { encoding: 'utf8' }));
  expect(told).toEqual({
    obstacle: 'no-binding',
    reason: 'no segment can be shared by name: koffi is not installed (npm install koffi)',
    remedy: 'Install koffi beside fanfold (npm install koffi), or share through files',
  });
});
