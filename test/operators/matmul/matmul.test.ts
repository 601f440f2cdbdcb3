import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DTYPES, type NumericArray } from '../../../dist/core/dtype.js';
import { checkValues } from '../../../dist/core/params.js';
import { makeStack } from '../../../dist/core/stack.js';
import { openMemory } from '../../../dist/formats/memory.js';
import { runLocal } from '../../../dist/layouts/local.js';
import matmul from '../../../dist/operators/matmul/index.js';
import { fractions, golden, ints } from '../algebra.js';
import { ALL_DTYPES, randomElements, run, stackOf } from '../harness.js';

const KERNELS = ['ts', 'wasm'] as const;
const [K, N] = [600, 11];

const exactA = ints(6 * K).map((value) => value / 64 - 2);
const exactB = { shape: [K, N], data: ints(K * N, 5000).map((value) => value / 64 - 2) };

describe('matmul', () => {
  it.each([1, 2, 3])(
    'of frames of rank %i is the product that NumPy makes, to the bit where it is exact',
    async (rank) => {
      const frameShape = rank === 1 ? [K] : rank === 2 ? [3, K] : [1, 3, K];
      for (const dtype of ['float32', 'float64'] as const) {
        const data = DTYPES[dtype].array.from(exactA);
        const stack = stackOf(rank === 1 ? 6 : 2, frameShape, dtype);
        for (const kernel of KERNELS) {
          for (const method of ['fast', 'naive']) {
            const { out, slots } = await run(matmul, stack, data, { by: [exactB], method }, { kernel, tile: 1 });
            expect(Array.from(out.product ?? [])).toEqual(golden.matmul.exact);
            expect(slots.product?.shape).toEqual([...frameShape.slice(0, -1), N]);
            expect(slots.product?.dtype).toBe(dtype);
          }
        }
      }
    },
  );

  it('takes B transposed, and a vector', async () => {
    const turned = Float64Array.from(exactB.data, (_, i) => exactB.data[(i % K) * N + Math.floor(i / K)] ?? 0);
    const stack = stackOf(2, [3, K], 'float64');
    const by = [{ shape: [N, K], data: turned }];
    const { out } = await run(matmul, stack, exactA, { by, transposeBy: true });
    expect(Array.from(out.product ?? [])).toEqual(golden.matmul.exact);
    const column = [{ shape: [K], data: Float64Array.from({ length: K }, (_, k) => exactB.data[k * N + 3] ?? 0) }];
    const vector = await run(matmul, stack, exactA, { by: column });
    expect(vector.slots.product?.shape).toEqual([3]);
    expect(Array.from(vector.out.product ?? [])).toEqual(golden.matmul.vector);
  });

  it('stays within the bound that its page states', async () => {
    const by = [{ shape: [K, N], data: fractions(K * N, 9000).map((value) => value - 0.3) }];
    const data = fractions(6 * K).map((value) => value - 0.4);
    for (const [dtype, unit] of [
      ['float64', 2 ** -53],
      ['float32', 2 ** -24],
    ] as const) {
      const { out } = await run(matmul, stackOf(6, [K], 'float64'), data, { by, dtype });
      for (const [i, value] of golden.matmul.rough.entries()) {
        const bound = (257 + K / 256) * unit * (golden.matmul.magnitudes[i] ?? 0);
        expect(Math.abs((out.product?.[i] ?? Number.NaN) - value)).toBeLessThan(bound / 5);
      }
    }
  });

  it('gives the bits of three loops for any shape, dtype and cut', async () => {
    const cases = fc.record({
      dtype: fc.constantFrom(...ALL_DTYPES),
      arithmetic: fc.constantFrom('float32', 'float64'),
      frames: fc.integer({ min: 1, max: 9 }),
      rows: fc.integer({ min: 1, max: 5 }),
      inner: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 250, max: 530 })),
      columns: fc.integer({ min: 1, max: 19 }),
      tile: fc.integer({ min: 1, max: 9 }),
      shift: fc.integer({ min: 0, max: 3 }),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ dtype, arithmetic, frames, rows, inner, columns, tile, shift, seed }) => {
        const data = randomElements(dtype, frames * rows * inner, seed);
        const by = [{ shape: [inner, columns], data: randomElements('float64', inner * columns, seed + 1) }];
        const stack = stackOf(frames, [rows, inner], dtype);
        const values = { by, dtype: arithmetic };
        const loops = await run(matmul, stack, data, { ...values, method: 'naive' }, { kernel: 'ts' });
        for (const kernel of KERNELS) {
          const fast = await run(matmul, stack, data, values, { kernel, tile: Math.min(tile, frames), shift });
          expect(fast.out).toEqual(loops.out);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('takes more rows than are packed at a time, and keeps NaN in its row and infinity in its column', async () => {
    const [rows, inner, columns] = [300, 70, 21];
    const data = Float32Array.from(randomElements('float32', rows * inner, 1));
    data[131 * inner + 5] = Number.NaN;
    const by = { shape: [inner, columns], data: Float64Array.from(randomElements('float64', inner * columns, 2)) };
    by.data[3 * columns + 20] = Number.POSITIVE_INFINITY;
    const products: NumericArray[] = [];
    for (const method of ['fast', 'naive']) {
      const { out } = await run(matmul, stackOf(rows, [inner], 'float32'), data, { by: [by], method });
      products.push(out.product ?? new Float32Array());
    }
    expect(products[0]).toEqual(products[1]);
    const finite = Array.from(products[0] ?? [], (value, i) => [i, Number.isFinite(value)] as const);
    for (const [i, found] of finite) expect(found).toBe(Math.floor(i / columns) !== 131 && i % columns !== 20);
  });

  it('chooses its arithmetic by the frames, unless told', async () => {
    for (const dtype of ALL_DTYPES) {
      const stack = stackOf(1, [2, 3], dtype);
      const { slots } = await run(matmul, stack, new DTYPES[dtype].array(6), { random: 2 });
      const isWide = ['float64', 'int32', 'uint32'].includes(dtype);
      expect(slots.product?.dtype).toBe(isWide ? 'float64' : 'float32');
      const told = await run(matmul, stack, new DTYPES[dtype].array(6), { random: 2, dtype: 'float64' });
      expect(told.slots.product?.dtype).toBe('float64');
    }
  });

  it('projects at random: signs over the root of the number of columns, other ones for another seed', async () => {
    const [inner, columns] = [400, 64];
    const identity = Float64Array.from({ length: inner ** 2 }, (_, i) => (i % (inner + 1) === 0 ? 1 : 0));
    const stack = stackOf(inner, [inner], 'float64');
    const { out } = await run(matmul, stack, identity, { random: columns });
    const entries = Array.from(out.product ?? []);
    expect(new Set(entries)).toEqual(new Set([0.125, -0.125]));
    expect(Math.abs(entries.reduce((a, b) => a + b, 0))).toBeLessThan(4 * Math.sqrt(inner * columns) * 0.125);
    // Rows are as good as orthogonal: products of different ones are sums of 64 signs over 64.
    const dot = (a: number, b: number) =>
      entries.slice(a * 64, a * 64 + 64).reduce((s, v, j) => s + v * (entries[b * 64 + j] ?? 0), 0);
    const products = Array.from({ length: inner - 1 }, (_, i) => dot(i, i + 1));
    expect(Math.sqrt(products.reduce((s, v) => s + v * v, 0) / products.length)).toBeCloseTo(1 / 8, 1);
    const other = await run(matmul, stack, identity, { random: columns, seed: 1 });
    expect(entries.filter((value, i) => value !== other.out.product?.[i]).length / entries.length).toBeCloseTo(0.5, 1);
  });

  it('of rows of one matrix is shared by threads, to the same bits, with the axes of the frames', async () => {
    const data = Float32Array.from(randomElements('float32', 700 * 90, 4));
    const by = { shape: [90, 33], data: randomElements('float64', 90 * 33, 5) };
    const bytes = new Uint8Array(data.buffer);
    const asked = [{ name: 'matmul', values: { by: [by] } }];
    const rows = await runLocal(openMemory(makeStack([700, 90], 'float32', 1), bytes), asked, {
      layout: 'threads',
      workers: 2,
    });
    const whole = await runLocal(openMemory(makeStack([700, 90], 'float32', 2), bytes), asked, { layout: 'serial' });
    expect(rows.arrays[0]?.shape).toEqual([700, 33]);
    expect(whole.arrays[0]?.shape).toEqual([700, 33]);
    expect(rows.arrays[0]?.data).toEqual(whole.arrays[0]?.data);
    expect(rows.arrays[0]?.axes.map(({ name }) => name)).toEqual(['axis0', 'column']);
    expect(
      matmul.remarks?.({}, makeStack([700, 90], 'float32', 2), checkValues(matmul.params, {}, 'matmul'))[0],
    ).toMatch(/--frame-rank 1/);
    expect(
      matmul.remarks?.({}, makeStack([2, 700, 90], 'float32', 2), checkValues(matmul.params, {}, 'matmul')),
    ).toEqual([]);
  });

  it('says how much arithmetic it is, so that large products start threads', () => {
    const flops = (values: Record<string, unknown>) =>
      matmul.flops?.(stackOf(1, [100, 200], 'float32'), checkValues(matmul.params, values, 'matmul'));
    expect(flops({ random: 50, method: 'naive' })).toBe(2 * 100 * 200 * 50);
    expect(flops({ random: 50 })).toBe((2 * 100 * 200 * 50) / 50);
    expect(flops({ by: ['b.npy'], method: 'naive' })).toBe(2 * 100 * 200 * 200);
    expect(flops({ by: [{ shape: [7, 200], data: [] }], transposeBy: true, method: 'naive' })).toBe(2 * 100 * 200 * 7);
  });

  const zeros = (...shape: number[]) => ({ shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) });

  it.each([
    [{}, /No matrix is given\. Give --by FILE\.npy/],
    [{ by: [zeros(5, 2)], random: 3 }, /--by and --random exclude each other/],
    [{ by: [zeros(8, 2), zeros(8, 2)] }, /--by takes one matrix, not 2/],
    [
      { by: [zeros(5, 2)] },
      /A frame is 3 x 8, so that --by needs 8 x N, but the array given as by is 5 x 2\. Give one of 8 x N/,
    ],
    [{ by: [zeros(5, 8)] }, /is 5 x 8\. Add --transpose-by\./],
    [{ by: [zeros(8, 5)], transposeBy: true }, /needs N x 8, but .* is 8 x 5\. Leave --transpose-by out\./],
    [{ by: [zeros(8, 0)] }, /is 8 x 0/],
    [{ by: [zeros(2, 8, 3)] }, /is 2 x 8 x 3/],
    [{ by: [zeros(7)] }, /is 7\. Give/],
    [{ random: 0 }, /--random must be at least 1/],
  ])('refuses %j', async (values, message) => {
    await expect(run(matmul, stackOf(2, [3, 8], 'float32'), new Float32Array(48), values)).rejects.toThrow(message);
  });
});
