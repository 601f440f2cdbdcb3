import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ArrayFile, createArrayFile, openArrayFile } from '../../dist/index.js';
import { findBinding } from '../../dist/io/segment-binding.js';

const dist = join(import.meta.dirname, '../../dist');
const folder = mkdtempSync(join(tmpdir(), 'array-file-'));
const at = (name: string): string => join(folder, name);
const opened: ArrayFile[] = [];
const kept = <T extends ArrayFile>(file: T): T => {
  opened.push(file);
  return file;
};
afterAll(() => {
  for (const file of opened) file.close();
  rmSync(folder, { recursive: true, force: true });
});

const isBound = typeof (await findBinding()) !== 'string';
/** A user without rights here, when this one is root, who has all. */
const SOMEBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const canSwitch = spawnSync(process.execPath, ['-e', `import('${dist}/index.js')`], SOMEBODY).status === 0;
if (!canSwitch) console.log('rights of files are not tested: another user cannot run fanfold here');
const canMount = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs /mnt']).status === 0;
if (!canMount) console.log('a full disk is not tested: this user may not mount one');

describe('what cannot be done is said in one sentence', () => {
  const shape = [4, 5];
  let file: ArrayFile;
  beforeAll(async () => {
    file = kept(await createArrayFile(at('errors.npy'), { shape, dtype: 'float32' }));
  });

  test('regions outside the array, and arrays that do not fit', () => {
    expect(() => file.read([[0, 5]])).toThrow(
      '0 to 5 along axis 0 lies outside 0 to 4, or is empty. Its shape is 4 x 5.',
    );
    expect(() => file.read([[2, 2]])).toThrow('or is empty');
    expect(() => file.read([null, [-1, 2]])).toThrow('-1 to 2 along axis 1');
    expect(() => file.read([null, [0.5, 2]])).toThrow('lies outside');
    expect(() => file.read([null, null, [0, 1]])).toThrow('has 2 axes, but the region has 3.');
    expect(() => file.read([[0, 2]], new Float32Array(9))).toThrow(
      'a region of 2 x 5 takes 10 numbers of float32, not 9 of float32.',
    );
    expect(() => file.write([[0, 1]], new Float64Array(5))).toThrow('takes 5 numbers of float32, not 5 of float64.');
  });

  test('a second writer, in this process or another', async () => {
    const link = at('link.npy');
    symlinkSync(at('errors.npy'), link);
    for (const path of [at('errors.npy'), link])
      await expect(openArrayFile(path, { mode: 'r+' })).rejects.toThrow('is open for writing by this process already.');
    await expect(createArrayFile(at('errors.npy'), { shape, dtype: 'float32', overwrite: true })).rejects.toMatchObject(
      {
        code: 'busy',
      },
    );
    kept(await openArrayFile(at('errors.npy')));
    const script = at('second.mjs');
    writeFileSync(
      script,
      `import { openArrayFile } from '${dist}/index.js';
const path = process.argv[2];
if (process.argv[3] === 'die') { await openArrayFile(path, { mode: 'r+' }); process.kill(process.pid, 'SIGKILL'); }
console.log(await openArrayFile(path, { mode: 'r+' }).then(() => 'opened', (error) => error.message));`,
    );
    const other = (...args: string[]) =>
      spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' }).stdout.trim();
    expect(other(at('errors.npy'))).toMatch(new RegExp(`is open for writing by process ${process.pid}\\.`));
    // What a killed process left is passed over, and who ends normally leaves nothing.
    const free = at('free.npy');
    (await createArrayFile(free, { shape, dtype: 'uint8' })).close();
    other(free, 'die');
    expect(existsSync(at('.free.npy.writer')) || readdirSync(folder).includes('.free.npy.writer')).toBe(true);
    expect(other(free)).toBe('opened');
    expect(readdirSync(folder)).not.toContain('.free.npy.writer');
  });

  test('files that are not what they are opened as', async () => {
    await expect(openArrayFile(at('absent.npy'))).rejects.toMatchObject({ kind: 'SourceError', code: 'not-found' });
    await expect(openArrayFile(at('scan.h5'))).rejects.toMatchObject({ code: 'unknown-format' });
    await expect(openArrayFile(at('errors.npy'), { dtype: 'uint8' })).rejects.toThrow(
      'says itself what it holds: leave dtype out.',
    );
    await expect(openArrayFile(at('errors.npy'), { mode: 'w' as 'r' })).rejects.toMatchObject({ code: 'bad-value' });
    writeFileSync(at('text.npy'), 'no array');
    await expect(openArrayFile(at('text.npy'), { mode: 'r+' })).rejects.toMatchObject({ code: 'bad-npy' });
    expect(readdirSync(folder)).not.toContain('.text.npy.writer');
    writeFileSync(at('short.raw'), new Uint8Array(30));
    await expect(openArrayFile(at('short.raw'), { shape: [4, 4], dtype: 'uint16' })).rejects.toThrow(
      'is truncated: 4 x 4 elements of uint16 need 32 bytes from byte 0 on, found 30.',
    );
    await expect(openArrayFile(at('short.raw'), { dtype: 'float64' })).rejects.toMatchObject({
      code: 'not-whole-elements',
    });
    await expect(openArrayFile(at('short.raw'))).rejects.toThrow('does not say what its elements are');
  });

  test('a file that is cut off while it is open', async () => {
    const cut = kept(await createArrayFile(at('cut.npy'), { shape: [1000], dtype: 'float64' }));
    truncateSync(at('cut.npy'), 5000);
    expect(() => cut.read()).toThrow(/ends at byte 5000, but 8000 bytes are needed from byte 4096: it was cut off/);
    if (isBound) await expect(cut.map()).rejects.toMatchObject({ code: 'truncated' });
    await expect(openArrayFile(at('cut.npy'))).rejects.toMatchObject({ code: 'truncated' });
  });

  test('what cannot be made leaves nothing', async () => {
    const make = (name: string, options: object) => createArrayFile(at(name), { shape, dtype: 'uint8', ...options });
    await expect(make('errors.npy', {})).rejects.toMatchObject({ code: 'busy' });
    await expect(make('short.raw', {})).rejects.toMatchObject({ kind: 'SinkError', code: 'exists' });
    await expect(make('new.h5', {})).rejects.toMatchObject({ code: 'unknown-format' });
    await expect(make('new.npy', { dtype: 'float33' })).rejects.toMatchObject({ code: 'bad-dtype' });
    await expect(make('new.npy', { dtype: 'int64' })).rejects.toThrow('int64 can be read, but not written');
    await expect(make('new.npy', { shape: [3, 0] })).rejects.toMatchObject({ code: 'bad-shape' });
    await expect(make('new.npy', { shape: [1e9, 1e9] })).rejects.toThrow('larger than any file');
    await expect(make('none/new.npy', {})).rejects.toMatchObject({ code: 'no-folder' });
    await expect(make('new.npy', { shape: [2 ** 40, 100] })).rejects.toThrow(/needs 100 TiB, but only .* are free/);
    expect(readdirSync(folder).filter((name) => name.includes('new'))).toEqual([]);
  });

  test.runIf(canSwitch)('a file that may not be written', async () => {
    (await createArrayFile(at('locked.npy'), { shape, dtype: 'uint8' })).close();
    chmodSync(at('locked.npy'), 0o444);
    chmodSync(folder, 0o755);
    const script = at('locked.mjs');
    writeFileSync(
      script,
      `import { createArrayFile, openArrayFile } from '${dist}/index.js';
const told = (error) => error.kind + ' ' + error.code;
const path = '${at('locked.npy')}';
console.log(JSON.stringify([
  await openArrayFile(path, { mode: 'r+' }).then(() => 'opened', told),
  (await openArrayFile(path)).read().length,
  await createArrayFile('${at('not-mine.npy')}', { shape: [2], dtype: 'uint8' }).then(() => 'made', told),
]));`,
    );
    const { stdout } = spawnSync(process.execPath, [script], { encoding: 'utf8', ...SOMEBODY });
    expect(JSON.parse(stdout)).toEqual(['SinkError not-permitted', 20, 'SinkError not-permitted']);
    expect(readdirSync(folder).filter((name) => /locked.*writer|not-mine/.test(name))).toEqual([]);
  });

  test.runIf(canMount)('a disk that is full, before and while it is written', () => {
    const script = at('full.mjs');
    writeFileSync(
      script,
      `import { readdirSync } from 'node:fs';
import { createArrayFile } from '${dist}/index.js';
const told = (error) => error.code;
const out = [];
out.push(await createArrayFile('/mnt/a.npy', { shape: [4 * 2 ** 20], dtype: 'uint8' }).catch(told));
const one = await createArrayFile('/mnt/b.npy', { shape: [2 ** 19], dtype: 'uint8' });
const two = await createArrayFile('/mnt/c.npy', { shape: [2 ** 19 + 2 ** 18], dtype: 'uint8' });
one.write([], new Uint8Array(2 ** 19));
try { two.write([], new Uint8Array(2 ** 19 + 2 ** 18)); out.push('written'); } catch (error) { out.push(error.code); }
out.push(await two.map().then(() => 'mapped', told));
out.push(readdirSync('/mnt').filter((name) => !name.startsWith('.')).sort());
console.log(JSON.stringify(out));`,
    );
    const said = execFileSync(
      'unshare',
      ['-m', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs /mnt && exec "$@"', 'sh', process.execPath, script],
      { encoding: 'utf8' },
    );
    expect(JSON.parse(said)).toEqual([
      'disk-full',
      'disk-full',
      isBound ? 'disk-full' : 'no-binding',
      ['b.npy', 'c.npy'],
    ]);
  });
});
