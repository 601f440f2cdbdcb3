import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NumericArray } from '../../dist/core/dtype.js';
import { findOperator } from '../../dist/operators/registry.js';
import { ALL_DTYPES, randomElements, run, stackOf } from './harness.js';

type Rule = (values: readonly number[]) => number;

const total: Rule = (values) => values.reduce((a, b) => a + b, 0);
const average: Rule = (values) => total(values) / values.length;
const spread: Rule = (values) => {
  const mean = average(values);
  return Math.sqrt(total(values.map((value) => (value - mean) ** 2)) / values.length);
};

const rules: Readonly<Record<string, Rule>> = {
  sum: total,
  mean: average,
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
  std: spread,
};

/** The pattern by its definition: two passes over the values of each pixel. */
function expected(data: NumericArray, frames: number, rule: Rule): number[] {
  const pixels = data.length / frames;
  return Array.from({ length: pixels }, (_, p) =>
    rule(Array.from({ length: frames }, (_, f) => data[f * pixels + p] ?? 0)),
  );
}

const cases = fc.record({
  dtype: fc.constantFrom(...ALL_DTYPES),
  shape: fc.oneof(
    fc.tuple(fc.integer({ min: 1, max: 90 })),
    fc.tuple(fc.integer({ min: 1, max: 19 }), fc.integer({ min: 1, max: 23 })),
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 7 })),
  ),
  frames: fc.integer({ min: 1, max: 21 }),
  tile: fc.integer({ min: 1, max: 21 }),
  worker: fc.integer({ min: 1, max: 21 }),
  shift: fc.integer({ min: 0, max: 3 }),
  seed: fc.integer(),
});

describe.each(Object.entries(rules))('%s over frames', (name, rule) => {
  it('agrees with its definition in both kernels, however frames are tiled and merged', async () => {
    const operator = await findOperator(name);
    await fc.assert(
      fc.asyncProperty(cases, async ({ dtype, shape, frames, tile, worker, shift, seed }) => {
        const pixels = shape.reduce((a, b) => a * b, 1);
        const data = randomElements(dtype, frames * pixels, seed);
        const stack = stackOf(frames, shape, dtype);
        const wanted = expected(data, frames, rule);
        const scale = Math.max(1, ...Array.from(data, Math.abs));
        const exact = name === 'max' || name === 'min' || (name === 'sum' && !dtype.startsWith('float'));
        for (const kernel of ['ts', 'wasm'] as const) {
          const { out } = await run(operator, stack, data, {}, { kernel, tile: Math.min(tile, worker), worker, shift });
          const result = Array.from(out[name] ?? []);
          if (exact) expect(result).toEqual(wanted);
          else {
            expect(result).toHaveLength(pixels);
            for (const [p, value] of wanted.entries()) {
              expect(Math.abs((result[p] ?? Number.NaN) - value)).toBeLessThanOrEqual(1e-12 * frames * scale);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives NaN exactly where a frame has NaN', async () => {
    const operator = await findOperator(name);
    for (const dtype of ['float32', 'float64'] as const) {
      const data = randomElements(dtype, 11 * 35, 3);
      for (const p of [0, 6, 34]) data[((p * 7) % 11) * 35 + p] = Number.NaN;
      for (const kernel of ['ts', 'wasm'] as const) {
        const { out } = await run(operator, stackOf(11, [5, 7], dtype), data, {}, { kernel, tile: 4, worker: 8 });
        const bad = Array.from(out[name] ?? []).flatMap((value, p) => (Number.isNaN(value) ? [p] : []));
        expect(bad).toEqual([0, 6, 34]);
      }
    }
  });
});

describe('std', () => {
  it('keeps its digits on a small spread far from zero', async () => {
    const operator = await findOperator('std');
    const data = Float64Array.from({ length: 12 * 10 }, (_, i) => 1e9 + (Math.floor(i / 10) % 2));
    for (const kernel of ['ts', 'wasm'] as const) {
      const { out } = await run(operator, stackOf(12, [10], 'float64'), data, {}, { kernel, tile: 5, worker: 7 });
      for (const value of out.std ?? []) expect(value).toBeCloseTo(0.5, 6);
    }
  });

  it('is exactly 0 where nothing changes', async () => {
    const operator = await findOperator('std');
    const data = new Float32Array(20 * 9).fill(0.1);
    for (const kernel of ['ts', 'wasm'] as const) {
      const { out } = await run(operator, stackOf(20, [3, 3], 'float32'), data, {}, { kernel, tile: 3, worker: 6 });
      expect(Array.from(out.std ?? [])).toEqual(new Array(9).fill(0));
    }
  });
});

describe('sum over frames', () => {
  it('is the same to the last bit however frames are tiled', async () => {
    const operator = await findOperator('sum');
    const data = randomElements('float32', 23 * 77, 9);
    const stack = stackOf(23, [7, 11], 'float32');
    const whole = (await run(operator, stack, data)).out.sum;
    for (const tile of [1, 3, 4, 7])
      expect((await run(operator, stack, data, {}, { tile, worker: 23 })).out.sum).toEqual(whole);
    expect((await run(operator, stack, data, {}, { kernel: 'ts' })).out.sum).toEqual(whole);
  });
});
