import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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

  test('writes nothing behind an image', async () => {
    // Images of the next frame come after it, so that only the last could; arenas leave room behind, so look there.
    for (const size of [2, 3, 5, 7, 8, 9, 12, 15, 16, 17, 33]) {
      for (const dtype of ['float32', 'uint8', 'uint16']) {
        const series = randomElements('float64', 3 * 40, size);
        const whole = await run(gaf, stackOf(3, [40], 'float64'), series, { size, dtype }, { tile: 3 });
        const single = await run(gaf, stackOf(3, [40], 'float64'), series, { size, dtype }, { tile: 1 });
        expect(single.out).toEqual(whole.out);
      }
    }
  });
});
