import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import features from '../../../dist/operators/features/index.js';
import { randomElements, run, stackOf } from '../harness.js';
import { apart, golden, ties } from '../series.js';

const KERNELS = ['ts', 'wasm'] as const;
const QUANTILES = [0.05, 0.25, 0.75, 0.975];
const NAMES = Object.keys(golden.features[0]?.[0] ?? {});

describe('features of series', () => {
  it('agree with NumPy and SciPy, in the order of their names', async () => {
    const stack = stackOf(2, [4, 41], 'float64');
    for (const kernel of KERNELS) {
      const { out, slots } = await run(
        features,
        stack,
        ties(2 * 4 * 41),
        { quantiles: QUANTILES },
        { kernel, tile: 1 },
      );
      expect(slots.features?.label).toBe(NAMES.join(', '));
      expect(slots.features?.shape).toEqual([4, NAMES.length]);
      const expected = golden.features.flat().flatMap((one) => Object.values(one));
      expect(apart(out.features, expected)).toBeLessThanOrEqual(1e-12);
      expect(slots.correlations?.shape).toEqual([6]);
      expect(apart(out.correlations, golden.correlations.flat())).toBeLessThanOrEqual(1e-14);
    }
  });

  it('come in the order asked for, pairs left out', async () => {
    const values = { select: 'std, q97.5,mean', quantiles: QUANTILES, pairs: 'none' };
    const { out, slots } = await run(features, stackOf(2, [4, 41], 'float64'), ties(2 * 4 * 41), values);
    expect(Object.keys(slots)).toEqual(['features']);
    const expected = golden.features.flat().flatMap((one) => [one.std ?? 0, one['q97.5'] ?? 0, one.mean ?? 0]);
    expect(apart(out.features, expected)).toBeLessThanOrEqual(1e-13);
  });

  it('of a constant series have no shape and no correlations: NaN, or 0 when asked', async () => {
    const data = Float64Array.from({ length: 3 * 11 }, (_, i) => (i < 11 ? 0.1 : i < 22 ? 0 : i % 4));
    const values = { select: 'mean,std,skewness,kurtosis,cv,mad,diff_std,range' };
    for (const kernel of KERNELS) {
      const nan = (await run(features, stackOf(1, [3, 11], 'float64'), data, values, { kernel })).out;
      const [mean, ...rest] = Array.from(nan.features?.subarray(0, 8) ?? []);
      expect(mean).toBeCloseTo(0.1, 14);
      expect(rest).toEqual([0, Number.NaN, Number.NaN, 0, 0, 0, 0]);
      expect(Array.from(nan.features?.subarray(8, 16) ?? [])).toEqual([0, 0, NaN, NaN, NaN, 0, 0, 0]);
      expect(Array.from(nan.correlations ?? [])).toEqual([NaN, NaN, NaN]);
      const zero = (await run(features, stackOf(1, [3, 11], 'float64'), data, { ...values, fill: 'zero' }, { kernel }))
        .out;
      for (const array of Object.values(zero)) expect(Array.from(array).every(Number.isFinite)).toBe(true);
      expect(Array.from(zero.correlations ?? [])).toEqual([0, 0, 0]);
    }
  });

  it('keep their digits on a small spread far from zero', async () => {
    const data = Float64Array.from({ length: 32 }, (_, i) => 1e9 + (i % 2));
    const values = { select: 'std,skewness,kurtosis' };
    const { out } = await run(features, stackOf(1, [32], 'float64'), data, values);
    expect(Array.from(out.features ?? [])).toEqual([0.5, 0, -2]);
  });

  it('have the same bits in both kernels', async () => {
    const cases = fc.record({
      channels: fc.integer({ min: 1, max: 4 }),
      length: fc.integer({ min: 2, max: 50 }),
      frames: fc.integer({ min: 1, max: 4 }),
      dtype: fc.constantFrom('int8' as const, 'uint16' as const, 'float32' as const, 'float64' as const),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ channels, length, frames, dtype, seed }) => {
        const data = randomElements(dtype, frames * channels * length, seed);
        const stack = stackOf(frames, [channels, length], dtype);
        const [ts, wasm] = await Promise.all(
          KERNELS.map((kernel) => run(features, stack, data, {}, { kernel, tile: 2 })),
        );
        expect(wasm?.out).toEqual(ts?.out);
        for (const r of ts?.out.correlations ?? []) expect(r >= -1 && r <= 1).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    [{ select: 'mean,skewnes' }, /There is no feature 'skewnes'. Did you mean skewness\?/],
    [{ quantiles: [1.5] }, /--quantiles takes shares between 0 and 1, not 1.5/],
  ])('refuse %j', async (values, message) => {
    await expect(run(features, stackOf(1, [2, 8], 'uint8'), new Uint8Array(16), values)).rejects.toThrow(message);
  });

  it('refuse single points, and values that are not finite, which are named', async () => {
    await expect(run(features, stackOf(1, [2, 1], 'uint8'), new Uint8Array(2))).rejects.toThrow(/at least 2 points/);
    const data = new Float64Array(8).fill(Number.NaN, 5, 6);
    await expect(run(features, stackOf(1, [8], 'float64'), data)).rejects.toThrow(
      'Frame 0, channel 0 holds NaN at point 5.',
    );
  });
});
