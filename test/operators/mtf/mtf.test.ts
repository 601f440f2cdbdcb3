import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import mtf from '../../../dist/operators/mtf/index.js';
import { normalQuantile } from '../../../dist/operators/mtf/normal.js';
import { randomElements, run, stackOf } from '../harness.js';
import { apart, golden, hasReference, reference, ties, walk } from '../series.js';

const KERNELS = ['ts', 'wasm'] as const;

/** The series that a golden field is of, as series.py makes it. */
function seriesOf({ length }: (typeof golden.mtf)[number]): Float64Array {
  if (length === 33) return ties(33);
  const smooth = walk(length);
  if (length === 25) return smooth.map(roundHalfEven);
  return length === 31 ? smooth.map((v) => v / 4) : smooth;
}

/** As numpy.round. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

describe('Markov transition fields', () => {
  it.each(golden.mtf)('of NumPy: $length points, $values', async (one) => {
    const data = seriesOf(one);
    for (const kernel of KERNELS) {
      for (const [dtype, tolerance] of [
        ['float64', 1e-15],
        ['float32', 1e-7],
      ] as const) {
        const values = { ...one.values, dtype };
        const { out, slots } = await run(mtf, stackOf(1, [1, one.length], 'float64'), data, values, { kernel });
        expect(slots.field?.shape).toEqual([1, one.values.size, one.values.size]);
        expect(apart(out.transitions, one.transitions)).toBeLessThanOrEqual(1e-16);
        expect(apart(out.field, one.field)).toBeLessThanOrEqual(tolerance);
      }
    }
  });

  it.runIf(hasReference).each([
    [4, 30],
    [5, 150],
  ])('of GunPoint, %i bins, size %i', async (bins, size) => {
    const data = reference('gunpoint0_s150.series');
    for (const kernel of KERNELS) {
      for (const [dtype, tolerance] of [
        ['float64', 1e-12],
        ['float32', 1e-6],
      ] as const) {
        const stack = stackOf(1, [150], 'float64');
        const { out } = await run(mtf, stack, data, { bins, size, dtype }, { kernel });
        const name = `gunpoint0_mtf_b${bins}_s${size}`;
        expect(apart(out.transitions, reference(`${name}.matrix`))).toBeLessThanOrEqual(1e-15);
        expect(apart(out.field, reference(name))).toBeLessThanOrEqual(tolerance);
      }
    }
  });

  it('of eight rising values in four bins, halved twice', async () => {
    const values = { bins: 4, size: 2, dtype: 'float64' };
    const { out, slots } = await run(mtf, stackOf(1, [8], 'uint8'), Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7]), values);
    expect(Array.from(out.field ?? [])).toEqual([0.375, 0.125, 0, 0.5]);
    expect(slots.field?.shape).toEqual([2, 2]);
  });

  it('are 1 for a constant series and keep their bins at a large offset', async () => {
    const stack = stackOf(1, [20], 'float64');
    for (const rule of ['quantile', 'uniform']) {
      const { out } = await run(mtf, stack, new Float64Array(20).fill(3.25), { rule });
      expect(new Set(out.field)).toEqual(new Set([1]));
    }
    const small = Float64Array.from({ length: 20 }, (_, i) => (i * 7) % 16);
    const near = (await run(mtf, stack, small, { dtype: 'float64' })).out.field;
    const far = await run(
      mtf,
      stack,
      small.map((v) => v + 1e9),
      { dtype: 'float64' },
    );
    expect(far.out.field).toEqual(near);
  });

  it('have the same bits in both kernels, and rows of transitions that add up to 1 or 0', async () => {
    const cases = fc.record({
      channels: fc.integer({ min: 1, max: 4 }),
      length: fc.integer({ min: 2, max: 60 }),
      frames: fc.integer({ min: 1, max: 5 }),
      bins: fc.integer({ min: 2, max: 9 }),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
      rule: fc.constantFrom('quantile', 'uniform', 'normal'),
      overlapping: fc.boolean(),
      dtype: fc.constantFrom('float32', 'float64'),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ channels, length, frames, bins, part, rule, overlapping, dtype, seed }) => {
        const data = randomElements('int16', frames * channels * length, seed).map((v) => v % 12);
        const stack = stackOf(frames, [channels, length], 'int16');
        const size = 1 + Math.floor(part * (length - 1));
        const values = { bins: Math.min(bins, length), size, rule, overlapping, dtype };
        const [ts, wasm] = await Promise.all(
          KERNELS.map((kernel) => run(mtf, stack, data, values, { kernel, tile: 2 })),
        );
        expect(wasm?.out).toEqual(ts?.out);
        for (const value of ts?.out.field ?? []) expect(value >= 0 && value <= 1 + 1e-6).toBe(true);
        const rows = Array.from(ts?.out.transitions ?? []);
        for (let at = 0; at < rows.length; at += values.bins) {
          const sum = rows.slice(at, at + values.bins).reduce((a, b) => a + b);
          expect(Math.min(Math.abs(sum), Math.abs(sum - 1))).toBeLessThan(1e-12);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [{ size: 9 }, /--size 9 is more than the 8 points of a series/],
    [{ bins: 9 }, /--bins 9 is more than the 8 points/],
    [{ bins: 1 }, /--bins must be between 2/],
  ])('refuse %j', async (values, message) => {
    await expect(run(mtf, stackOf(1, [2, 8], 'uint8'), new Uint8Array(16), values)).rejects.toThrow(message);
  });

  it('refuse volumes, and values that are not finite, which are named', async () => {
    await expect(run(mtf, stackOf(1, [2, 3, 4], 'uint8'), new Uint8Array(24))).rejects.toThrow(/mtf needs series/);
    const data = new Float32Array(3 * 2 * 9);
    data[2 * 18 + 9 + 4] = Number.NaN;
    for (const kernel of KERNELS) {
      await expect(run(mtf, stackOf(3, [2, 9], 'float32'), data, {}, { kernel, tile: 2 })).rejects.toThrow(
        'Frame 2, channel 1 holds NaN at point 4.',
      );
    }
  });
});

describe('what they are made with', () => {
  it('quantiles of the normal distribution agree with SciPy', () => {
    for (const [share, expected] of golden.normal)
      expect(Math.abs(normalQuantile(share) - expected)).toBeLessThan(2e-15);
  });
});
