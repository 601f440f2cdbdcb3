import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkValues } from '../../../dist/core/params.js';
import { openSource } from '../../../dist/formats/registry.js';
import { run } from '../../../dist/index.js';
import { contactPage } from '../../../dist/operators/gaf/contact.js';
import { params } from '../../../dist/operators/gaf/params.js';

const folder = mkdtempSync(join(tmpdir(), 'fanfold-gaf-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Three series of two classes, as UCR files have them: the class first. */
function series(): string {
  const path = join(folder, 'waves_TRAIN.tsv');
  const rows = [1, 2, 1].map((label, n) =>
    [label, ...Array.from({ length: 20 }, (_, i) => Math.sin((i * (n + 1)) / 3))].join('\t'),
  );
  writeFileSync(path, `${rows.join('\n')}\n`);
  return path;
}

test('a folder holds a file for each result, the classes, and a sheet to look at', async () => {
  const source = await openSource(series());
  const out = join(folder, 'out/');
  await run('gaf', source, { values: { size: 10, dtype: 'u8' }, outputs: [out] });
  expect(readdirSync(out).sort()).toEqual([
    'contact.png',
    'labels.csv',
    'recipe.json',
    'waves_TRAIN_diff.npy',
    'waves_TRAIN_sum.npy',
  ]);
  expect(readFileSync(join(out, 'labels.csv'), 'utf8')).toBe('frame,label,class\n0,0,1\n1,1,2\n2,0,1\n');
  expect(readFileSync(join(out, 'contact.png')).readUInt32BE(16)).toBe(1280);
  const npy = readFileSync(join(out, 'waves_TRAIN_sum.npy'));
  expect(npy.toString('latin1', 0, 128)).toMatch(/'\|u1'.*\(3, 1, 10, 10\)/);
});

test('the sheet shows a dozen series of all classes, though they lie one class after the other', async () => {
  const path = join(folder, 'ordered_TRAIN.tsv');
  const rows = Array.from({ length: 40 }, (_, n) =>
    [1 + Math.floor(n / 10), ...[1, 2, 3, 2, 1].map((v) => v * n)].join('\t'),
  );
  writeFileSync(path, `${rows.join('\n')}\n`);
  const source = await openSource(path);
  const { stack } = source.handle;
  const values = checkValues(params, {}, 'gaf');
  const read: number[] = [];
  const page = await contactPage({
    ...{ out: {}, stack, values, prepared: {}, name: 'ordered', read: () => new Float64Array(0), fileOf: () => null },
    ...(source.labels ? { labels: source.labels } : {}),
    frames: (first) => {
      read.push(first);
      return Promise.resolve(Float64Array.from([1, 2, 3, 2, 1], (v) => v * first));
    },
  });
  expect(read).toEqual([0, 3, 6, 10, 13, 16, 20, 23, 26, 30, 33, 36]);
  expect(page.parts.map(({ title }) => title)).toEqual(read.map((n) => `Frame ${n}: class ${1 + Math.floor(n / 10)}`));
});

test('a picture is the sheet, whatever else is written; one with a place for numbers is the images of each frame', async () => {
  const source = await openSource(series());
  const [sheet, array] = [join(folder, 'sheet.png'), join(folder, 'all.h5')];
  const { files } = await run('gaf', source, { values: { size: 10 }, outputs: [array, sheet] });
  expect(files).toEqual([array, sheet]);
  expect(readFileSync(sheet).readUInt32BE(16)).toBe(1280);
  await expect(run('gaf', source, { values: { size: 10 }, outputs: [sheet] })).rejects.toThrow('exists already');
  const each = await run('gaf', source, { values: { size: 10 }, outputs: [join(folder, 'one_{}.png')] });
  expect(each.files).toHaveLength(6);
  const fused = await run(
    ['gaf', 'mtf'].map((name) => ({ name, values: {} })),
    source,
    { outputs: [join(folder, 'two.png')] },
  );
  expect(fused.files).toHaveLength(4);
});
