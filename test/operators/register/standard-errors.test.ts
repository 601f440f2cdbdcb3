import { expect, test } from 'vitest';
import type { NamedArray } from '../../../dist/core/sink.js';
import { openSynthetic, syntheticTruth } from '../../../dist/formats/synthetic/index.js';
import { run } from '../../../dist/index.js';

const SHAPE = [3, 16, 32, 32];
const SEEDS = 200;

function dataOf(arrays: readonly NamedArray[], name: string) {
  const found = arrays.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found.data;
}

/** How far each parameter of frames 1 and 2 scatters over series that differ in their noise alone, over what is stated. */
async function ratios(seeds: number, values: Readonly<Record<string, unknown>>): Promise<Float64Array> {
  const [sums, squares, stated] = [new Float64Array(12), new Float64Array(12), new Float64Array(12)];
  for (let noiseSeed = 1; noiseSeed <= seeds; noiseSeed++) {
    const source = openSynthetic('fmri', SHAPE, undefined, 1, { noiseSeed });
    if (source.handle.kind !== 'generated') throw new Error('not generated');
    const truth = dataOf(syntheticTruth(source.handle), 'params');
    const { arrays } = await run('register', source, { layout: 'serial', values: { noReslice: true, ...values } });
    const [params, errors] = [dataOf(arrays, 'params'), dataOf(arrays, 'errors')];
    for (let i = 0; i < 12; i++) {
      const away = (params[6 + i] ?? Number.NaN) - (truth[6 + i] ?? 0);
      sums[i] = (sums[i] ?? 0) + away;
      squares[i] = (squares[i] ?? 0) + away * away;
      stated[i] = (stated[i] ?? 0) + (errors[6 + i] ?? Number.NaN) ** 2;
    }
  }
  return sums.map((sum, i) => {
    const scatter = ((squares[i] ?? 0) - (sum * sum) / seeds) / (seeds - 1);
    return Math.sqrt(scatter / ((stated[i] ?? 0) / seeds));
  });
}

test('standard errors are how far estimates scatter, for every parameter', async () => {
  const found = await ratios(SEEDS, {});
  // Of 200 estimates the scatter itself is known within 5 %.
  for (const [i, ratio] of found.entries()) {
    expect(ratio, `frame ${1 + Math.floor(i / 6)}, parameter ${i % 6}`).toBeGreaterThan(0.85);
    expect(ratio, `frame ${1 + Math.floor(i / 6)}, parameter ${i % 6}`).toBeLessThan(1.15);
  }
}, 300_000);

test('against a mean they hold the error of frame 0 too, which has none itself', async () => {
  const found = await ratios(24, { reference: 'mean' });
  const together = Math.sqrt(found.reduce((sum, ratio) => sum + ratio * ratio, 0) / found.length);
  expect(Math.abs(together - 1)).toBeLessThan(0.15);
  const source = openSynthetic('fmri', SHAPE, undefined, 1, {});
  const { arrays } = await run('register', source, {
    layout: 'serial',
    values: { noReslice: true, reference: 'mean' },
  });
  expect([...dataOf(arrays, 'errors').subarray(0, 6)]).toEqual([0, 0, 0, 0, 0, 0]);
}, 300_000);
