import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeStack } from '../../../dist/core/stack.js';
import { openMemory } from '../../../dist/formats/memory.js';
import { runLocal } from '../../../dist/layouts/local.js';
import { DEFINITIONS, STEPS } from '../../../dist/operators/reduce/expression/functions.js';
import reduce from '../../../dist/operators/reduce/index.js';
import { fractions, golden, ints } from '../algebra.js';
import { ALL_DTYPES, randomElements, run, stackOf } from '../harness.js';

const KERNELS = ['ts', 'wasm'] as const;
const RULES = ['sum', 'mean', 'min', 'max'] as const;
const stack = stackOf(3, [7, 9], 'float64');
const data = ints(3 * 63);

/** Difference relative to what is expected. */
const apart = (value: number | undefined, wanted: number) =>
  Math.abs((value ?? Number.NaN) - wanted) / Math.max(Math.abs(wanted), 1e-300);

describe('reduce', () => {
  it.each(Object.entries(golden.reduce))('%s is what NumPy and fsum make of it', async (expr, expected) => {
    for (const kernel of KERNELS) {
      for (const by of RULES) {
        const { out } = await run(reduce, stack, data, { expr, by }, { kernel, tile: 2, worker: 2 });
        if (expected[by] === 0) expect(Math.abs(out.value?.[0] ?? 1)).toBe(0);
        else expect(apart(out.value?.[0], expected[by])).toBeLessThan(4e-15);
      }
      const { out, slots } = await run(reduce, stack, data, { expr, over: 'pixels' }, { kernel });
      expect(slots.value?.shape).toEqual([]);
      for (const [i, wanted] of expected.pixels.entries()) {
        if (wanted === 0) expect(Math.abs(out.value?.[i] ?? 1)).toBe(0);
        else expect(apart(out.value?.[i], wanted)).toBeLessThan(1e-13);
      }
    }
  });

  it.each(RULES)('over frames: the %s of each pixel', async (by) => {
    for (const kernel of KERNELS) {
      const values = { expr: 'sqrt(x) + x^2', by, over: 'frames' };
      const { out, slots } = await run(reduce, stack, data, values, { kernel, tile: 1, worker: 2 });
      expect(slots.value?.shape).toEqual([7, 9]);
      for (const [i, wanted] of golden.frames[by].entries()) expect(apart(out.value?.[i], wanted)).toBeLessThan(1e-15);
    }
  });

  it('gives the same by plain loops, which are the reference to the bit', async () => {
    const values = { expr: 'exp(-x / 50) * cos(x)', method: 'naive' };
    const [plain, naive] = await Promise.all(KERNELS.map((kernel) => run(reduce, stack, data, values, { kernel })));
    expect(naive?.out).toEqual(plain?.out);
  });

  it('keeps the digits of long sums', async () => {
    const long = fractions(200_000).map((value) => value * 1e8 - 3e7);
    for (const kernel of KERNELS) {
      for (const worker of [400, 77]) {
        const values = { expr: 'sqrt(abs(x)) * x' };
        const { out } = await run(reduce, stackOf(400, [500], 'float64'), long, values, { kernel, worker, tile: 7 });
        expect(Math.abs((out.value?.[0] ?? 0) - golden.long) / golden.longMagnitude).toBeLessThan(2e-16);
      }
    }
  });

  it('takes every dtype, size and place of its numbers', async () => {
    const cases = fc.record({
      dtype: fc.constantFrom(...ALL_DTYPES),
      pixels: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 500, max: 1100 })),
      frames: fc.integer({ min: 1, max: 5 }),
      tile: fc.integer({ min: 1, max: 5 }),
      worker: fc.integer({ min: 1, max: 5 }),
      shift: fc.integer({ min: 0, max: 3 }),
      over: fc.constantFrom('all', 'pixels', 'frames'),
      by: fc.constantFrom(...RULES),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ dtype, pixels, frames, tile, worker, shift, over, by, seed }) => {
        const numbers = randomElements(dtype, frames * pixels, seed);
        const given = stackOf(frames, [pixels], dtype);
        const values = { expr: 'x / 2 + abs(x) + 1', over, by };
        const options = { tile: Math.min(tile, worker), worker, shift };
        const value = Array.from(numbers, (x) => x / 2 + Math.abs(x) + 1);
        const groups =
          over === 'all'
            ? [value]
            : over === 'pixels'
              ? Array.from({ length: frames }, (_, f) => value.slice(f * pixels, (f + 1) * pixels))
              : Array.from({ length: pixels }, (_, p) => value.filter((_, i) => i % pixels === p));
        for (const kernel of KERNELS) {
          const { out } = await run(reduce, given, numbers, values, { kernel, ...options });
          expect(out.value).toHaveLength(groups.length);
          for (const [i, group] of groups.entries()) {
            const sum = group.reduce((a, b) => a + b, 0);
            const wanted = { sum, mean: sum / group.length, min: Math.min(...group), max: Math.max(...group) }[by];
            expect(apart(out.value?.[i], wanted)).toBeLessThan(1e-12);
          }
        }
      }),
      { numRuns: 80 },
    );
  });

  it('steps are the same in both kernels: to the bit, or within 2 units of the last place', async () => {
    const special = [0, -0, 0.5, -0.5, 1.5, 2.5, -2.5, 1, -1, 3, 1e300, -1e300, 5e-324, 1e15 + 0.5, Number.NaN];
    const numbers = Float64Array.from([
      ...special,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      ...fractions(495).map((value) => value * 40 - 20),
    ]);
    const calls: Readonly<Record<string, string>> = {
      ...Object.fromEntries(STEPS.map((name) => [name, `${name}(x)`])),
      ...{ add: 'x+3', sub: '3-x', mul: 'x*3', div: '3/x', min: 'min(x,1)', max: 'max(1,x)', neg: '-x' },
      ...{
        lt: 'x<1',
        le: 'x<=1',
        eq: 'x==1',
        ne: 'x!=1',
        where: 'where(x,2,3)',
        pow: 'pow(abs(x),x)',
        addroot: 'x + sqrt(x)',
      },
    };
    const given = stackOf(numbers.length, [1], 'float64');
    for (const step of STEPS) {
      const values = { expr: calls[step] ?? '', over: 'pixels', by: 'max' };
      const [plain, fast] = await Promise.all(KERNELS.map((kernel) => run(reduce, given, numbers, values, { kernel })));
      for (const [i, wanted] of (plain?.out.value ?? []).entries()) {
        const found = fast?.out.value?.[i] ?? 0;
        if (Object.is(found, wanted)) continue;
        // The definition is what JavaScript says, whose last digit is not prescribed for these.
        expect(['exp', 'log', 'log2', 'log10', 'sin', 'cos', 'tan', 'pow']).toContain(step);
        expect([step, numbers[i], apart(found, wanted) < 5e-16]).toEqual([step, numbers[i], true]);
      }
    }
    expect(DEFINITIONS.round(2.5, 0, 0)).toBe(2);
  });

  it('lets NaN win, and infinity', async () => {
    const holed = data.slice();
    holed[100] = Number.NaN;
    const endless = data.slice();
    endless[70] = Number.POSITIVE_INFINITY;
    for (const kernel of KERNELS) {
      for (const by of RULES) {
        expect((await run(reduce, stack, holed, { by }, { kernel, worker: 1 })).out.value?.[0]).toBeNaN();
        const pixels = await run(reduce, stack, holed, { by, over: 'pixels' }, { kernel });
        expect(Array.from(pixels.out.value ?? [], Number.isNaN)).toEqual([false, true, false]);
      }
      expect((await run(reduce, stack, endless, {}, { kernel, worker: 1 })).out.value?.[0]).toBe(
        Number.POSITIVE_INFINITY,
      );
      const count = await run(reduce, stack, holed, { expr: 'x == x' }, { kernel });
      expect(count.out.value?.[0]).toBe(3 * 63 - 1);
    }
  });

  it('is one number on every layout, with its expression beside it', async () => {
    const bytes = new Uint8Array(data.buffer);
    for (const layout of ['serial', 'threads', 'processes']) {
      for (const expr of ['x', 'sqrt(x) + x^2']) {
        const source = openMemory(makeStack([3, 7, 9], 'float64', 2), bytes);
        const { arrays } = await runLocal(source, [{ name: 'reduce', values: { expr } }], { layout });
        expect(arrays.map(({ name, shape }) => [name, shape])).toEqual([['value', []]]);
        expect(apart(arrays[0]?.data[0], golden.reduce[expr]?.sum ?? 0)).toBeLessThan(1e-15);
      }
    }
    expect(reduce.facts?.({ expression: 'x' })).toEqual({ expression: 'x' });
  });

  it('says when an expression is much arithmetic', () => {
    const flops = (expr: string) => reduce.flops?.(stack, { expr, by: 'sum', over: 'all', method: 'fast' });
    expect([flops('sqrt(x) + x^2'), flops('exp(x) * sin(x)')]).toEqual([0, 63 * 20]);
  });
});
