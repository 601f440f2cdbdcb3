import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Source } from '../../dist/core/source.js';
import { fullShape } from '../../dist/core/stack.js';
import { openSource } from '../../dist/formats/registry.js';
import { runLocal } from '../../dist/layouts/local.js';
import { python, pythonHas } from '../formats/python.js';

const folder = join(import.meta.dirname, '../../../shared/data/timeseries');
const isThere = existsSync(folder);
if (!isThere) console.log(`real time series are not tested: ${folder} is not there`);

const at = (name: string): string => join(folder, name);

function counts({ labels }: Source): Record<string, number> {
  const found: Record<string, number> = {};
  for (const label of labels?.of ?? []) {
    const name = labels?.classes[label] ?? 'none';
    found[name] = (found[name] ?? 0) + 1;
  }
  return found;
}

async function frames(source: Source): Promise<number[]> {
  const { arrays } = await runLocal(source, [{ name: 'copy', values: {} }], { layout: 'serial' });
  return Array.from(arrays[0]?.data ?? []);
}

const BASIC = { Standing: 10, Running: 10, Walking: 10, Badminton: 10 };

/** Shapes as stated with the files; classes counted in them by grep and awk. */
const SETS: readonly (readonly [name: string, shape: number[], classes: Record<string, number>])[] = [
  ['GunPoint/GunPoint_TRAIN.txt', [50, 1, 150], { 1: 24, 2: 26 }],
  ['GunPoint/GunPoint_TRAIN.ts', [50, 1, 150], { 1: 24, 2: 26 }],
  ['GunPoint/GunPoint_TEST.txt', [150, 1, 150], { 1: 76, 2: 74 }],
  ['GunPoint/GunPoint_TEST.ts', [150, 1, 150], { 1: 76, 2: 74 }],
  ['Coffee/Coffee_TRAIN.txt', [28, 1, 286], { 0: 14, 1: 14 }],
  ['Coffee/Coffee_TEST.txt', [28, 1, 286], { 0: 15, 1: 13 }],
  ['BasicMotions/BasicMotions_TRAIN.ts', [40, 6, 100], BASIC],
  ['BasicMotions/BasicMotions_TEST.arff', [40, 6, 100], BASIC],
  ['ArrowHead/ArrowHead_TRAIN.tsv', [36, 1, 251], { 0: 12, 1: 12, 2: 12 }],
  ['ArrowHead/ArrowHead_TEST.ts', [175, 1, 251], { 0: 69, 1: 53, 2: 53 }],
  ['ItalyPowerDemand/ItalyPowerDemand_TRAIN.ts', [67, 1, 24], { 1: 34, 2: 33 }],
  ['ItalyPowerDemand/ItalyPowerDemand_TEST.ts', [1029, 1, 24], { 1: 513, 2: 516 }],
];

describe.runIf(isThere)('real time series', () => {
  test.each(SETS)('%s: shape and classes', async (name, shape, classes) => {
    const source = await openSource(at(name));
    expect(source.format).toBe('series');
    expect(fullShape(source.handle.stack)).toEqual(shape);
    expect(counts(source)).toEqual(classes);
  });

  test.each([
    ['GunPoint/GunPoint_TRAIN.ts', 'GunPoint/GunPoint_TRAIN.txt', 1e-7],
    ['ArrowHead/ArrowHead_TRAIN.ts', 'ArrowHead/ArrowHead_TRAIN.tsv', 1e-7],
    ['BasicMotions/BasicMotions_TRAIN.ts', 'BasicMotions/BasicMotions_TRAIN.arff', 0],
  ])('%s and %s are the same set', async (one, other, tolerance) => {
    const [a, b] = [await openSource(at(one)), await openSource(at(other))];
    expect(counts(a)).toEqual(counts(b));
    const [x, y] = [await frames(a), await frames(b)];
    expect(x.length).toBe(y.length);
    expect(x.reduce((most, value, i) => Math.max(most, Math.abs(value - (y[i] ?? 0))), 0)).toBeLessThanOrEqual(
      tolerance * 10,
    );
  });

  test('the series of the reference matrices are read as they are', async () => {
    const index: { readonly name: string }[] = Object.values(
      JSON.parse(readFileSync(at('reference/index.json'), 'utf8')),
    );
    expect(index.length).toBeGreaterThan(0);
    const series = (name: string): number[] =>
      readFileSync(at(`reference/${name}.series.csv`), 'utf8')
        .trim()
        .split(',')
        .map(Number);
    const gunpoint = await frames(await openSource(at('GunPoint/GunPoint_TRAIN.txt')));
    expect(gunpoint.slice(0, 150)).toEqual(series('gunpoint0_s150'));
    const motions = await frames(await openSource(at('BasicMotions/BasicMotions_TRAIN.ts')));
    for (let c = 0; c < 4; c++)
      expect(motions.slice(100 * c, 100 * c + 100)).toEqual(series(`basicmotions0_ch${c}_s32`));
  });

  test('unequal lengths are named, and cut by windows', async () => {
    const path = at('JapaneseVowels/JapaneseVowels_TRAIN.ts');
    await expect(openSource(path)).rejects.toThrow(/270 segments are of unequal length, 7 to 26 points.*--window 7/);
    await expect(openSource(path, { timeSeries: { length: 30 } })).rejects.toThrow(/longer than any segment/);
    const source = await openSource(path, { timeSeries: { length: 7, step: 1000 } });
    expect(fullShape(source.handle.stack)).toEqual([270, 12, 7]);
    expect(counts(source)).toEqual(Object.fromEntries(Array.from({ length: 9 }, (_, c) => [c + 1, 30])));
  });

  test.runIf(pythonHas('numpy', 'windows of a sensor table against NumPy'))('windows of a sensor table', async () => {
    const program = `
import csv, json, sys
from datetime import datetime
import numpy as np
rows = list(csv.reader(open(sys.argv[1])))[1:]
t = np.array([(datetime.fromisoformat(r[1]) - datetime(1970, 1, 1)).total_seconds() for r in rows])
x = np.array([[float(v) for v in r[2:7]] for r in rows])
y = np.array([int(r[7]) for r in rows])
cuts = np.flatnonzero((np.diff(t) > 3 * np.median(np.diff(t))) | (np.diff(y) != 0)) + 1
out, label = [], []
for a, b in zip([0, *cuts], [*cuts, len(t)]):
    for s in range(a, b - 60 + 1, 30):
        out.append(x[s:s + 60].T)
        label.append(int(y[s]))
out = np.array(out)
print(json.dumps([out.shape, label, out[::17].ravel().tolist()]))`;
    const [shape, label, some] = JSON.parse(python(program, at('Occupancy/datatest2.txt')));
    const source = await openSource(at('Occupancy/datatest2.txt'), {
      timeSeries: { length: 60, step: 30, label: 'Occupancy' },
    });
    expect(source.channels).toEqual(['Temperature', 'Humidity', 'Light', 'CO2', 'HumidityRatio']);
    expect(fullShape(source.handle.stack)).toEqual(shape);
    expect(Array.from(source.labels?.of ?? [])).toEqual(label);
    const all = await frames(source);
    const every = Array.from({ length: Math.ceil(shape[0] / 17) }, (_, n) =>
      all.slice(n * 17 * 300, n * 17 * 300 + 300),
    );
    expect(every.flat()).toEqual(some);
  });
});
