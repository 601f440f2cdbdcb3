import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import recurrence from '../../../dist/operators/recurrence/index.js';
import { rankedValue } from '../../../dist/operators/recurrence/ranked.js';
import { randomElements, run, stackOf } from '../harness.js';
import { apart, golden, hasReference, reference, ties } from '../series.js';

const KERNELS = ['ts', 'wasm'] as const;

describe('recurrence plots', () => {
  it.each(golden.recurrence)('of NumPy: $values', async ({ values, plot }) => {
    for (const kernel of KERNELS) {
      for (const [dtype, tolerance] of [
        ['float64', 0],
        ['float32', 1e-7],
      ] as const) {
        const stack = stackOf(1, [3, 13], 'float64');
        const { out } = await run(recurrence, stack, ties(39), { ...values, dtype }, { kernel });
        const allowed = values.threshold === 'none' ? tolerance * Math.max(...plot) : 0;
        expect(apart(out.plot, plot)).toBeLessThanOrEqual(allowed);
      }
    }
  });

  it.runIf(hasReference).each([
    [1, 1],
    [3, 4],
  ])('of GunPoint, dimension %i, delay %i', async (dimension, delay) => {
    const data = reference('gunpoint0_s150.series').slice(0, 48);
    const expected = reference(dimension === 1 ? 'gunpoint0_rp_d1' : 'gunpoint0_rp_d3_t4');
    for (const kernel of KERNELS) {
      for (const [dtype, tolerance] of [
        ['float64', 1e-15],
        ['float32', 1e-6],
      ] as const) {
        const values = { dimension, delay, dtype };
        const { out } = await run(recurrence, stackOf(1, [48], 'float64'), data, values, { kernel });
        expect(apart(out.plot, expected)).toBeLessThanOrEqual(tolerance);
      }
    }
  });

  it('of uint8 hold 0 and 1; nothing recurs in a constant series, whose threshold is 0', async () => {
    const stack = stackOf(1, [2, 13], 'float64');
    const values = { threshold: '0.75', dtype: 'uint8' };
    const { out, slots } = await run(recurrence, stack, ties(26), values);
    expect(slots.plot?.dtype).toBe('uint8');
    expect(new Set(out.plot)).toEqual(new Set([0, 1]));
    for (const threshold of ['point', 'distance']) {
      const constant = await run(recurrence, stack, new Float64Array(26).fill(2), { threshold });
      expect(new Set(constant.out.plot)).toEqual(new Set([0]));
    }
  });

  it('have the same bits in both kernels', async () => {
    const cases = fc.record({
      channels: fc.integer({ min: 1, max: 3 }),
      length: fc.integer({ min: 1, max: 40 }),
      frames: fc.integer({ min: 1, max: 4 }),
      dimension: fc.integer({ min: 1, max: 4 }),
      delay: fc.integer({ min: 1, max: 3 }),
      threshold: fc.constantFrom('none', '200', 'point', 'distance'),
      joint: fc.boolean(),
      dtype: fc.constantFrom('float32', 'float64'),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ channels, length, frames, seed, ...values }) => {
        const reach = (values.dimension - 1) * values.delay;
        const points = length + reach;
        const data = randomElements('float32', frames * channels * points, seed);
        const stack = stackOf(frames, [channels, points], 'float32');
        const [ts, wasm] = await Promise.all(
          KERNELS.map((kernel) => run(recurrence, stack, data, values, { kernel, tile: 3 })),
        );
        expect(wasm?.out).toEqual(ts?.out);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [{ dimension: 5, delay: 2 }, /reaches over 9 points, but a series has 8/],
    [{ threshold: 'points' }, /takes none, point, distance or a number above 0, not 'points'/],
    [{ threshold: '-1' }, /not '-1'/],
    [{ threshold: '' }, /not ''/],
    [{ percentage: 101 }, /--percentage must be between 0 and 100/],
    [{ dtype: 'uint8' }, /give a --threshold/],
  ])('refuse %j', async (values, message) => {
    await expect(run(recurrence, stackOf(1, [2, 8], 'uint8'), new Uint8Array(16), values)).rejects.toThrow(message);
  });

  it('refuse values that are not finite, which are named', async () => {
    const data = new Float64Array(2 * 3 * 7);
    data[21 + 14 + 6] = Number.POSITIVE_INFINITY;
    for (const kernel of KERNELS) {
      await expect(run(recurrence, stackOf(2, [3, 7], 'float64'), data, {}, { kernel })).rejects.toThrow(
        'Frame 1, channel 2 holds Infinity at point 6.',
      );
    }
  });
});

describe('the value of a rank', () => {
  it('is that of sorting, with ties too', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 60 }), (values) => {
        const sorted = Float64Array.from(values).sort();
        const scratch = Float64Array.from(values);
        for (const [rank, value] of sorted.entries()) expect(rankedValue(scratch, rank)).toBe(value);
      }),
    );
  });
});
