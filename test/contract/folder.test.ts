import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { loadArray } from '../../dist/formats/loaded-array.js';
import { openSource } from '../../dist/formats/registry.js';
import { openArray, run } from '../../dist/index.js';

const folder = mkdtempSync(join(tmpdir(), 'folder-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [frames, side] = [60, 40];
const data = Float32Array.from({ length: frames * side * side }, (_, i) => (i * 31) % 257);
const source = openArray([frames, side, side], data);
const module = pathToFileURL(join(import.meta.dirname, 'doubled.mjs')).href;
const work = (values = {}) => ({ name: 'doubled', module, values });

const FILES = ['change.csv', 'darray.npy', 'note.txt', 'recipe.json', 'report.html'];

test.each(['serial', 'threads', 'processes'])(
  'a folder holds slots, texts, a page and the recipe (%s)',
  async (layout) => {
    const path = join(folder, `${layout}/deep/`);
    const { files, arrays } = await run(work(), source, { layout, workers: 2, outputs: [path] });
    expect(readdirSync(path).sort()).toEqual(FILES);
    expect([...files].sort()).toEqual(FILES.map((name) => join(path, name)));
    const back = loadArray(await openSource(join(path, 'darray.npy')));
    expect(Buffer.from(new Uint8Array(back.data.buffer, back.data.byteOffset, back.data.byteLength))).toEqual(
      Buffer.from(new Uint8Array(Float64Array.from(data, (value) => 2 * value).buffer)),
    );
    const change = arrays.find(({ name }) => name === 'change')?.data;
    const pixels = side * side;
    let expected = 0;
    for (let p = 0; p < pixels; p++)
      expected += 2 * Math.abs((data[8 * pixels + p] ?? 0) - (data[7 * pixels + p] ?? 0));
    expect(change?.[8]).toBe(expected);
    expect(arrays.map(({ name }) => name)).toEqual(['change']);
    expect(readFileSync(join(path, 'note.txt'), 'utf8')).toBe('array 60 1600\n');
  },
);

test('files that exist are not replaced unless told to, and nothing is computed first', async () => {
  const path = join(folder, 'twice');
  mkdirSync(path);
  writeFileSync(join(path, 'darray.npy'), 'mine');
  await expect(run(work(), source, { outputs: [path] })).rejects.toMatchObject({ kind: 'SinkError', code: 'exists' });
  expect(readFileSync(join(path, 'darray.npy'), 'utf8')).toBe('mine');
  await run(work(), source, { outputs: [path], overwrite: true });
  expect(readdirSync(path).sort()).toEqual(FILES);
});

test('a page that exists is found before anything is computed', async () => {
  const path = join(folder, 'paged');
  mkdirSync(path);
  writeFileSync(join(path, 'report.html'), 'mine');
  await expect(run(work(), source, { outputs: [path] })).rejects.toMatchObject({ kind: 'SinkError', code: 'exists' });
  expect(readdirSync(path)).toEqual(['report.html']);
});

test('a run that fails leaves no folder behind, or the one that was there as it was', async () => {
  const path = join(folder, 'never/');
  await expect(run(work({ fail: true }), source, { outputs: [path] })).rejects.toThrow('it was told to');
  expect(existsSync(path)).toBe(false);
  await expect(run(work({ page: 'report.doc' }), source, { outputs: [path] })).rejects.toMatchObject({
    kind: 'UsageError',
  });
  expect(existsSync(path)).toBe(false);
  mkdirSync(path);
  writeFileSync(join(path, 'mine.txt'), 'mine');
  await expect(run(work({ fail: true }), source, { outputs: [path] })).rejects.toThrow('it was told to');
  expect(readdirSync(path)).toEqual(['mine.txt']);
});

test('a stopped run leaves no folder behind', async () => {
  const path = join(folder, 'stopped/');
  const stop = new AbortController();
  const running = run(work(), source, {
    layout: 'serial',
    outputs: [path],
    signal: stop.signal,
    onPlan: () => stop.abort(),
  });
  await expect(running).rejects.toThrow();
  expect(existsSync(path)).toBe(false);
});

test('operators without files of their own, and two folders, are refused', async () => {
  const outputs = [join(folder, 'a/')];
  await expect(run('sum', source, { outputs })).rejects.toMatchObject({ kind: 'UsageError', code: 'no-folder' });
  const both = [join(folder, 'a/'), join(folder, 'b/')];
  await expect(run(work(), source, { outputs: both })).rejects.toMatchObject({
    kind: 'UsageError',
    code: 'output-twice',
  });
  expect(existsSync(join(folder, 'a'))).toBe(false);
});
