import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dtype, NumericArray } from '../../../dist/core/dtype.js';
import { openOperator } from '../../../dist/index.js';
import { exactFactors } from '../../../dist/operators/filter/factors.js';
import filter from '../../../dist/operators/filter/index.js';
import { ALL_DTYPES, formula, randomElements, run, stackOf } from '../harness.js';

interface Golden {
  readonly cases: readonly {
    readonly frame: readonly number[];
    readonly values: Record<string, unknown>;
    readonly filtered: readonly number[];
  }[];
}

// Made by NumPy and SciPy, see filter.py beside it.
const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/operators/filter.json'), 'utf8'),
) as Golden;

const KERNELS = ['ts', 'wasm'] as const;
const BORDERS = ['reflect', 'mirror', 'nearest', 'wrap', 'zero', 'zero-border'] as const;

function filtered(data: NumericArray, frame: readonly number[], dtype: Dtype, values: object, kernel?: 'ts' | 'wasm') {
  const frames = data.length / ((frame[0] ?? 1) * (frame[1] ?? 1));
  return run(filter, stackOf(frames, frame, dtype), data, { ...values }, kernel ? { kernel } : {});
}

/** Places where two arrays differ in a bit; all NaN are one. */
function different(a: NumericArray | undefined, b: NumericArray | undefined): number[] {
  expect(a?.length).toBe(b?.length);
  return [...(a?.keys() ?? [])].filter((i) => !Object.is(a?.[i], b?.[i]));
}

describe('results of NumPy and SciPy', () => {
  it.each(golden.cases)('$values', async ({ frame, values, filtered: expected }) => {
    const most = Math.max(...expected.map(Math.abs));
    for (const [dtype, tolerance] of [
      ['float64', 1e-14],
      ['float32', 1e-6],
      ['uint8', 1e-6],
    ] as const) {
      for (const kernel of KERNELS) {
        const data = formula(dtype, expected.length);
        const { out, slots } = await filtered(data, frame, dtype, values, kernel);
        expect(slots.filtered?.dtype).toBe(dtype === 'float64' ? 'float64' : 'float32');
        const apart = expected.map((value, i) => Math.abs(value - (out.filtered?.[i] ?? Number.NaN)));
        expect(Math.max(...apart)).toBeLessThanOrEqual(tolerance * most);
      }
    }
  });
});

const extents = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }));
const sizes = fc.tuple(fc.integer({ min: 1, max: 11 }), fc.integer({ min: 1, max: 11 }));
const kinds = fc.oneof(
  fc.constantFrom({}, { size: 5 }, { kind: 'median' }, { kind: 'sobel' }, { kind: 'sobel-x' }, { kind: 'sobel-y' }),
  sizes.map((size) => ({ kind: 'mean', size })),
  sizes.map((size) => ({ kind: 'median', size })),
  fc.constantFrom(0, 0.4, 1.3, 3).map((sigma) => ({ kind: 'gaussian', sigma: [sigma, 1.1] })),
  sizes.chain(([rows, columns]) =>
    fc
      .array(fc.constantFrom(0, 0, 1, -1, 0.3, 2.7e-3, -5e4), { minLength: rows * columns, maxLength: rows * columns })
      .map((data) => ({ kind: 'weights', weights: [{ shape: [rows, columns], data }] })),
  ),
);

/** Random elements; of floats, some are NaN, infinite or -0. */
function elements(dtype: Dtype, length: number, seed: number, special: boolean): NumericArray {
  const data = randomElements(dtype, length, seed);
  if (!special || !dtype.startsWith('float')) return data;
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, -0, 0, 1e-310, 3e38];
  for (const [k, value] of odd.entries()) data[(seed * 31 + k * k * 17) % length] = value;
  return data;
}

describe('the fast way', () => {
  it('has the bits of the naive loop, at borders as inside, for every dtype', async () => {
    const cases = fc.record({
      frame: extents,
      frames: fc.integer({ min: 1, max: 3 }),
      dtype: fc.constantFrom(...ALL_DTYPES),
      values: kinds,
      border: fc.constantFrom(...BORDERS),
      result: fc.constantFrom('float32', 'float64', undefined),
      seed: fc.nat({ max: 1e6 }),
      special: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ frame, frames, dtype, values, border, result, seed, special }) => {
        const data = elements(dtype, frames * frame[0] * frame[1], seed, special);
        const all = { ...values, border, ...(result ? { dtype: result } : {}) };
        let naive: NumericArray | undefined;
        try {
          naive = (await filtered(data, frame, dtype, all, 'ts')).out.filtered;
        } catch (error) {
          expect(String(error)).toContain('leaves a frame of');
          return;
        }
        const fast = await run(filter, stackOf(frames, frame, dtype), data, all, { tile: 2, shift: seed % 3 });
        expect(different(fast.out.filtered, naive)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    { kind: 'median', size: 3 },
    { kind: 'median', size: 5 },
    { kind: 'median', size: [4, 6] },
    { kind: 'median', size: 9 },
    { kind: 'median', size: 11 },
  ])('finds the median among many equal values: %j', async (values) => {
    const data = randomElements('uint8', 64 * 70, 5).map((value) => value & 1);
    const [naive, fast] = await Promise.all(KERNELS.map((kernel) => filtered(data, [64, 70], 'uint8', values, kernel)));
    expect(different(fast?.out.filtered, naive?.out.filtered)).toEqual([]);
    expect(new Set(fast?.out.filtered)).toEqual(new Set([0, 1]));
  });

  it('writes nothing beside its results, in frames narrower and wider than a block', async () => {
    const kinds = [{}, { size: 5 }, { kind: 'median' }, { kind: 'median', size: 5 }, { kind: 'median', size: 7 }];
    for (const values of [...kinds, { kind: 'sobel' }, { weights: '0,1,0,1,-4,1,0,1,0', border: 'zero-border' }]) {
      for (const frame of [
        [3, 3],
        [5, 17],
        [4, 40],
      ]) {
        const operator = await openOperator('filter', { shape: [2, ...frame], dtype: 'uint8', values });
        const { filtered } = operator.apply();
        if (!filtered) throw new Error('no result');
        const { buffer, byteOffset, byteLength } = filtered;
        const around = [
          new Uint8Array(buffer, byteOffset - 64, 64),
          new Uint8Array(buffer, byteOffset + byteLength, 64),
        ];
        for (const bytes of around) bytes.fill(90);
        operator.apply();
        for (const bytes of around) expect(bytes.every((byte) => byte === 90)).toBe(true);
      }
    }
  });

  it('leaves the neighbours of NaN as they were', async () => {
    const data = formula('float32', 20 * 20);
    const clean = await filtered(data, [20, 20], 'float32', { size: 3 });
    data[10 * 20 + 10] = Number.NaN;
    for (const kind of ['mean', 'median']) {
      const { out } = await filtered(data, [20, 20], 'float32', { kind });
      const nan = [...(out.filtered?.keys() ?? [])].filter((i) => Number.isNaN(out.filtered?.[i]));
      expect(nan).toEqual([189, 190, 191, 209, 210, 211, 229, 230, 231]);
      if (kind === 'mean') expect(different(out.filtered, clean.out.filtered)).toEqual(nan);
    }
  });

  it('runs the loop itself with --method naive', async () => {
    const data = randomElements('int16', 12 * 15, 3);
    const [fast, naive] = await Promise.all(
      ['fast', 'naive'].map((method) => filtered(data, [12, 15], 'int16', { kind: 'gaussian', method })),
    );
    expect(different(fast?.out.filtered, naive?.out.filtered)).toEqual([]);
  });
});

describe('kernels', () => {
  it('are written out as a square, or as rows', async () => {
    const data = formula('uint16', 8 * 9);
    const shapes = [
      ['0,1,0,1,-4,1,0,1,0', { shape: [3, 3], data: [0, 1, 0, 1, -4, 1, 0, 1, 0] }],
      ['1 2 1; 2 4 2', { shape: [2, 3], data: [1, 2, 1, 2, 4, 2] }],
      ['1,-1.5e0,1;', { shape: [3], data: [1, -1.5, 1] }],
    ] as const;
    for (const [text, array] of shapes) {
      const [a, b] = await Promise.all([text, [array]].map((weights) => filtered(data, [8, 9], 'uint16', { weights })));
      expect(different(a?.out.filtered, b?.out.filtered)).toEqual([]);
    }
  });

  it('are taken apart only where nothing is rounded', () => {
    const binomial = exactFactors(Float64Array.of(1, 2, 1, 2, 4, 2, 1, 2, 1), 3, 3);
    expect([...(binomial?.vertical ?? [])]).toEqual([1, 2, 1]);
    expect([...(binomial?.horizontal ?? [])]).toEqual([1, 2, 1]);
    expect(exactFactors(Float64Array.of(0, 0, 1, 2), 2, 2)?.vertical).toEqual(Float64Array.of(0, 1));
    expect(exactFactors(Float64Array.of(0, 1, 0, 1, -4, 1, 0, 1, 0), 3, 3)).toBeNull();
    expect(exactFactors(Float64Array.of(0.1, 0.3, 0.3, 0.9), 2, 2)).toBeNull();
    expect(exactFactors(new Float64Array(4), 2, 2)).toBeNull();
  });

  it('of nothing but 0 give 0', async () => {
    const { out } = await filtered(formula('float32', 20), [4, 5], 'float32', { weights: '0,0,0,0,0,0,0,0,0' });
    expect(new Set(out.filtered)).toEqual(new Set([0]));
  });
});

describe('what cannot be filtered is refused:', () => {
  it.each([
    [{ size: 9, border: 'zero-border' }, /window of 9 x 9 leaves a frame of 8 x 10 everywhere.*another border/],
    [{ size: 0 }, /--size takes whole numbers from 1 to 4095, not 0/],
    [{ size: '3,4,5' }, /--size takes one number, or two as y,x, not 3/],
    [{ size: 2.5 }, /not 2.5/],
    [{ kind: 'gaussian', sigma: -1 }, /--sigma takes numbers of at least 0, not -1/],
    [{ kind: 'gaussian', sigma: 1e6 }, /reaches 4000000 pixels/],
    [{ kind: 'gaussian', size: 3 }, /--size is for --kind mean and median, not for gaussian/],
    [{ sigma: 2 }, /--sigma is for --kind gaussian, not for mean/],
    [{ kind: 'median', weights: '1,1' }, /--weights is for --kind weights, not for median/],
    [{ kind: 'weights' }, /needs a kernel. Give --weights FILE.npy/],
    [{ weights: '1,2,3' }, /3 numbers are no square/],
    [{ weights: '1,2;3' }, /no kernel/],
    [{ weights: ['1,', '2,'] }, /takes one kernel, not 2/],
    [
      { weights: [{ shape: [2, 2, 2], data: [1, 1, 1, 1, 1, 1, 1, 1] }] },
      /shape 2 x 2 x 2. Give one of rows x columns/,
    ],
    [{ weights: [{ shape: [1, 2], data: [1, Number.NaN] }] }, /holds NaN at element 1/],
    [
      { weights: [{ shape: [300, 300], data: formula('uint8', 90000) }] },
      /300 x 300 that is no column times a row.*operator correlate/,
    ],
    [{ border: 'edge' }, /--border takes reflect, mirror/],
  ])('%j', async (values, message) => {
    await expect(filtered(new Uint8Array(80), [8, 10], 'uint8', values)).rejects.toThrow(message);
  });

  it('volumes and series', async () => {
    for (const frame of [[8], [2, 8, 8]]) {
      await expect(run(filter, stackOf(1, frame, 'uint8'), new Uint8Array(128), {})).rejects.toThrow(
        /filter needs images, but a frame here is/,
      );
    }
  });
});
