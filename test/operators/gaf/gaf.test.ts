import { describe, expect, test } from 'vitest';
import { DTYPES } from '../../../dist/core/dtype.js';
import { inverseGaf } from '../../../dist/operators/gaf/inverse.js';
import { gafImages } from '../../../dist/operators/gaf/on-demand.js';
import { pieces } from '../../../dist/operators/gaf/pieces.js';
import { findOperator } from '../../../dist/operators/registry.js';
import { formula, randomElements, run, stackOf } from '../harness.js';

const gaf = await findOperator('gaf');
const KERNELS = ['ts', 'wasm'] as const;

const rounded = (values: Iterable<number> | undefined, digits = 6) =>
  Array.from(values ?? [], (value) => Math.round(value * 10 ** digits) / 10 ** digits + 0);

describe('pieces', () => {
  test('the bounds of 30 points in 22 pieces are those of linspace, not of integers', () => {
    // python3 -c "import numpy as np; print(np.linspace(0, 30, 23).astype(int).tolist())"
    const bounds = [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 17, 19, 20, 21, 23, 24, 25, 27, 28, 30];
    const found = pieces(30, 22, false);
    expect(Array.from({ length: 22 }, (_, k) => found[2 * k])).toEqual(bounds.slice(0, -1));
    expect(Array.from({ length: 22 }, (_, k) => found[2 * k + 1])).toEqual(bounds.slice(1));
  });

  test('overlapping windows have one length and end with the series', () => {
    // python3 -c "import numpy as np; print((np.arange(7) * 5 - np.linspace(0, 7 * 5 - 30, 7).astype(int)).tolist())"
    const found = pieces(30, 7, true);
    expect(Array.from({ length: 7 }, (_, k) => found[2 * k])).toEqual([0, 5, 9, 13, 17, 21, 25]);
    expect(Array.from({ length: 7 }, (_, k) => found[2 * k + 1])).toEqual([5, 10, 14, 18, 22, 26, 30]);
  });

  test.each([
    [2, 2],
    [96, 96],
    [97, 2],
    [512, 511],
  ])('%i points in %i: every piece holds points, all are used', (length, size) => {
    for (const overlapping of [false, true]) {
      const bounds = pieces(length, size, overlapping);
      expect(bounds[0]).toBe(0);
      expect(bounds.at(-1)).toBe(length);
      for (let k = 0; k < size; k++) expect(bounds[2 * k + 1] ?? 0).toBeGreaterThan(bounds[2 * k] ?? 0);
    }
  });
});

describe.each(KERNELS)('gaf, %s', (kernel) => {
  // The values of pyts' own tests (image/tests/test_gaf.py).
  test('three points as pyts has them', async () => {
    const { out } = await run(gaf, stackOf(1, [3], 'float64'), Float64Array.of(-1, 0, 1), {}, { kernel });
    expect(rounded(out.sum)).toEqual([1, 0, -1, 0, -1, 0, -1, 0, 1]);
    expect(rounded(out.diff)).toEqual([0, 1, 0, -1, 0, 1, 0, -1, 0]);
  });

  test('a constant series is 1 everywhere, its difference 0', async () => {
    for (const value of [0, 0.1, -3, 1e17]) {
      const series = new Float64Array(24).fill(value);
      const { out } = await run(gaf, stackOf(1, [24], 'float64'), series, { size: 8, dtype: 'u8' }, { kernel });
      expect(new Set(out.sum)).toEqual(new Set([255]));
      expect(new Set(out.diff)).toEqual(new Set([128]));
    }
  });

  test('levels are the rounded images: 0 is 128 and 32768', async () => {
    const series = randomElements('float64', 5 * 2 * 40, 3);
    const stack = stackOf(5, [2, 40], 'float64');
    const exact = (await run(gaf, stack, series, { size: 19, dtype: 'float64' }, { kernel })).out;
    for (const [dtype, half] of [
      ['u8', 127.5],
      ['u16', 32767.5],
    ] as const) {
      const levels = (await run(gaf, stack, series, { size: 19, dtype }, { kernel })).out;
      for (const field of ['sum', 'diff'] as const) {
        for (const [i, g] of (exact[field] ?? []).entries()) {
          const level = (g + 1) * half;
          const tie = Math.abs(level - Math.floor(level) - 0.5) < 1e-9;
          expect(levels[field]?.[i]).toBe((tie ? Math.ceil(level) : Math.round(level)) + 0);
        }
      }
    }
  });

  test('scaling first averages scaled values', async () => {
    const series = Float64Array.of(0, 4, 2, 2, 4, 0);
    const values = { size: 3, fields: 'vectors,limits', order: 'scale-first' };
    const { out } = await run(gaf, stackOf(1, [6], 'float64'), series, values, { kernel });
    expect(rounded(out.vectors)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(Array.from(out.limits ?? [])).toEqual([0, 4]);
  });

  test('a range of 0,1 gives the series back', async () => {
    const series = formula('float64', 60);
    const values = { size: 20, range: [0, 1], fields: 'sum,limits', dtype: 'float64' };
    const { out } = await run(gaf, stackOf(1, [60], 'float64'), series, values, { kernel });
    const [min = 0, max = 0] = out.limits ?? [];
    const back = inverseGaf(out.sum ?? new Float64Array(), { range: [0, 1], limits: [min, max] });
    const at = (i: number) => series[i] ?? 0;
    const means = Array.from({ length: 20 }, (_, k) => (at(3 * k) + at(3 * k + 1) + at(3 * k + 2)) / 3);
    expect(rounded(back, 5)).toEqual(rounded(means, 5));
  });

  test('a point that is no number ends the run with its frame and channel', async () => {
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, 1.5e308]) {
      for (const dtype of ['float32', 'float64'] as const) {
        const series = randomElements(dtype, 4 * 3 * 10, 5);
        series[(2 * 3 + 1) * 10 + 9] = odd;
        if (odd === 1.5e308) series[(2 * 3 + 1) * 10] = -odd;
        const job = run(gaf, stackOf(4, [3, 10], dtype), series, {}, { kernel, tile: 2 });
        await expect(job).rejects.toThrow(/Frame 2, channel 1: .*--nan/);
      }
    }
  });
});

describe('images on demand', () => {
  const series = randomElements('float64', 3 * 2 * 20, 5);
  const stack = stackOf(3, [2, 20], 'float64');

  test.each(['float32', 'uint8', 'uint16', 'float64'])('of vectors are those of the run, %s', async (name) => {
    const dtype = name as 'float32' | 'uint8' | 'uint16' | 'float64';
    const { out: made } = await run(gaf, stack, series, { size: 7, fields: ['sum', 'diff', 'vectors'], dtype });
    for (const field of ['sum', 'diff'] as const) {
      const into = new DTYPES[dtype].array(3 * 2 * 49);
      expect(gafImages(made.vectors as Float64Array, { size: 7, field, dtype, into })).toBe(into);
      expect(into).toEqual(made[field]);
    }
  });

  test('of other vectors, or into another array, are refused', () => {
    expect(() => gafImages(new Float64Array(15), { size: 7 })).toThrow('no pairs of vectors of 7 points');
    expect(() => gafImages(new Float64Array(14), { size: 7, into: new Float32Array(48) })).toThrow('need 49 numbers');
    expect(() => gafImages(new Float64Array(14), { size: 7, into: new Uint8Array(49) })).toThrow('of float32');
  });
});

describe('what is refused', () => {
  const refused = (shape: readonly number[], values: Record<string, unknown>) =>
    expect(run(gaf, stackOf(1, shape, 'float64'), new Float64Array(shape.reduce((a, b) => a * b, 1)), values)).rejects;

  test.each([
    [[10], { size: 11 }, /--size 11 is more than the 10 points.*never longer/],
    [[10], { size: 1 }, /at least 2/],
    [[4, 1], {}, /at least 2 points/],
    [[2, 3, 4], {}, /gaf needs series, but a frame here is 2 x 3 x 4/],
    [[10], { range: [0, 2] }, /--range must be two numbers from -1 to 1/],
    [[10], { range: [1, 0] }, /--range/],
    [[10], { fields: 'sums' }, /Did you mean sum/],
    [[10], { dtype: 'u32' }, /--dtype takes/],
  ])('frames of %j with %j', async (shape, values, text) => {
    await refused(shape, values).toThrow(text);
  });

  test('an image of a range with negative numbers cannot be inverted', () => {
    expect(() => inverseGaf(new Float32Array(9), { range: [-1, 1], limits: [0, 1] })).toThrow(/--range 0,1/);
    expect(() => inverseGaf(new Float32Array(8), { range: [0, 1], limits: [0, 1] })).toThrow(/not square/);
  });
});
