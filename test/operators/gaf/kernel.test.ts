import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ARENA_BASE, makeMemory } from '../../../dist/core/arena.js';
import { instantiate } from '../../../dist/core/wasm.js';
import { callKernel } from '../../../dist/kernels/call.js';
import { gafWasm } from '../../../dist/kernels/gaf.wasm.js';
import { pieces } from '../../../dist/operators/gaf/pieces.js';
import { findOperator } from '../../../dist/operators/registry.js';
import { ALL_DTYPES, randomElements, run, stackOf } from '../harness.js';

const gaf = await findOperator('gaf');

const cases = fc
  .record({
    dtype: fc.constantFrom(...ALL_DTYPES),
    channels: fc.integer({ min: 1, max: 3 }),
    frames: fc.integer({ min: 1, max: 4 }),
    tile: fc.integer({ min: 1, max: 4 }),
    shift: fc.integer({ min: 0, max: 3 }),
    length: fc.integer({ min: 2, max: 90 }),
    reduce: fc.double({ min: 0, max: 1, noNaN: true }),
    image: fc.constantFrom('float32', 'float64', 'uint8', 'uint16'),
    fields: fc.constantFrom('both', 'sum', 'diff', 'diff,limits', 'vectors', 'limits,vectors,sum'),
    range: fc.constantFrom([-1, 1], [0, 1], [-0.5, 0.25]),
    overlapping: fc.boolean(),
    order: fc.constantFrom('paa-first', 'scale-first'),
    seed: fc.integer(),
  })
  .map((one) => ({ ...one, size: 2 + Math.floor(one.reduce * (one.length - 2)) }));

describe('the compiled kernel', () => {
  test('gives the bits of the reference for every size, type and selection of fields', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ dtype, channels, frames, tile, shift, length, image, seed, ...given }) => {
        const { reduce: _, ...values } = { ...given, dtype: image };
        const data = randomElements(dtype, frames * channels * length, seed);
        const stack = stackOf(frames, [channels, length], dtype);
        const plain = await run(gaf, stack, data, values, { kernel: 'ts' });
        const compiled = await run(gaf, stack, data, values, { tile, shift });
        expect(compiled.out).toEqual(plain.out);
      }),
      { numRuns: 150 },
    );
  });

  test('gives the levels of float64 products where those of float32 products are others', async () => {
    const [frames, length] = [400, 45];
    const stack = stackOf(frames, [length], 'float64');
    const data = Float64Array.from({ length: frames * length }, (_, i) => Math.sin(i) * Math.cos(i * i));
    const compiled = (await run(gaf, stack, data, { dtype: 'uint8' })).out;
    const plain = (await run(gaf, stack, data, { dtype: 'uint8' }, { kernel: 'ts' })).out;
    const singles = (await run(gaf, stack, data, { dtype: 'float32' })).out;
    let others = 0;
    for (const field of ['sum', 'diff']) {
      const levels = compiled[field] ?? [];
      expect(Buffer.compare(Uint8Array.from(levels), Uint8Array.from(plain[field] ?? []))).toBe(0);
      for (const [i, g] of (singles[field] ?? []).entries()) if (Math.floor(g * 127.5 + 128) !== levels[i]) others++;
    }
    expect(others).toBeGreaterThan(0);
  });

  test('gives ties the level above for series of few values, in tiles and between them', async () => {
    for (const length of [8, 13, 24, 63]) {
      const stack = stackOf(12, [length], 'float64');
      const data = Float64Array.from({ length: 12 * length }, (_, i) => (i * i * 7 + (i >> 4)) % (2 + (i % 3)));
      const plain = await run(gaf, stack, data, { dtype: 'uint8', fields: 'both' }, { kernel: 'ts' });
      expect((await run(gaf, stack, data, { dtype: 'uint8', fields: 'both' })).out).toEqual(plain.out);
    }
  });

  test('writes nothing before or behind its images', () => {
    const memory = makeMemory(2 ** 20);
    const exports = instantiate(gafWasm, memory);
    const all = new Uint8Array(memory.buffer);
    const [series, bounds, work, first] = [ARENA_BASE, ARENA_BASE + 4096, ARENA_BASE + 8192, ARENA_BASE + 65536];
    new Float64Array(memory.buffer, series, 40).set(randomElements('float64', 40, 1));
    for (const size of [2, 3, 5, 7, 8, 9, 12, 15, 16, 17, 19, 33, 40]) {
      new Int32Array(memory.buffer, bounds, 2 * size).set(pieces(40, size, false));
      for (const [kind, bytes, bias] of [
        [6, 4, 0],
        [7, 8, 0],
        [0, 1, 128],
        [2, 2, 32768],
      ] as const) {
        const image = size * size * bytes;
        const [sum, diff] = [first + 8, first + 8 + image + 24];
        all.fill(0xa5, first, first + 3 * image + 256);
        const fields = [kind, bias, sum, diff, 0, 0, work];
        expect(callKernel(exports, 'gaf', 7, series, 1, 40, size, bounds, 0, -1, 1, ...fields)).toBe(-1);
        const outside = [...all.subarray(first, sum), ...all.subarray(sum + image, diff)];
        outside.push(...all.subarray(diff + image, diff + image + 64));
        expect(outside.every((byte) => byte === 0xa5)).toBe(true);
      }
    }
  });
});
