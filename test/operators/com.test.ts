import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NumericArray } from '../../dist/core/dtype.js';
import { findOperator } from '../../dist/operators/registry.js';
import { ALL_DTYPES, formula, randomElements, run, stackOf } from './harness.js';

const com = await findOperator('com');

/** (shift y, shift x, sum) of one frame, straight from the definition. */
function shiftOf(
  data: NumericArray,
  frame: number,
  shape: readonly [number, number],
  inside: (y: number, x: number) => boolean,
) {
  const [height, width] = shape;
  let [sum, sumY, sumX] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!inside(y, x)) continue;
      const value = data[(frame * height + y) * width + x] ?? 0;
      sum += value;
      sumY += y * value;
      sumX += x * value;
    }
  }
  if (sum === 0) return [0, 0, 0] as const;
  return [sumY / sum - (height - 1) / 2, sumX / sum - (width - 1) / 2, sum] as const;
}

const cases = fc.record({
  dtype: fc.constantFrom(...ALL_DTYPES),
  height: fc.integer({ min: 1, max: 40 }),
  width: fc.integer({ min: 1, max: 150 }),
  frames: fc.integer({ min: 1, max: 9 }),
  tile: fc.integer({ min: 1, max: 9 }),
  shift: fc.integer({ min: 0, max: 3 }),
  radius: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
  seed: fc.integer(),
});

describe('centre of mass', () => {
  it('agrees with its definition within 1e-5 px in both kernels, however frames are tiled', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ dtype, height, width, frames, tile, shift, radius, seed }) => {
        const data = randomElements(dtype, frames * height * width, seed);
        // Intensities are counts: a sum that is nearly zero has no centre.
        for (let i = 0; i < data.length; i++) data[i] = Math.abs(data[i] ?? 0);
        if (dtype.startsWith('int')) for (let i = 0; i < data.length; i++) data[i] = Math.max(0, data[i] ?? 0);
        const stack = stackOf(frames, [height, width], dtype);
        const [cy, cx] = [(height - 1) / 2, (width - 1) / 2];
        const inside = (y: number, x: number) => radius === undefined || (y - cy) ** 2 + (x - cx) ** 2 <= radius ** 2;
        const wasm = (await run(com, stack, data, { radius })).out;
        const tiled = (await run(com, stack, data, { radius }, { tile, shift })).out;
        const plain = (await run(com, stack, data, { radius }, { kernel: 'ts' })).out;
        expect(tiled).toEqual(wasm);
        for (let f = 0; f < frames; f++) {
          const [y, x, sum] = shiftOf(data, f, [height, width], inside);
          for (const out of [wasm, plain]) {
            expect(Math.abs((out.field?.[2 * f] ?? Number.NaN) - y)).toBeLessThanOrEqual(1e-5);
            expect(Math.abs((out.field?.[2 * f + 1] ?? Number.NaN) - x)).toBeLessThanOrEqual(1e-5);
            expect(out.magnitude?.[f]).toBeCloseTo(Math.hypot(y, x), 4);
            if (dtype.startsWith('float'))
              expect(Math.abs((out.sum?.[f] ?? Number.NaN) - sum)).toBeLessThanOrEqual(1e-6 * sum);
            else expect(out.sum?.[f]).toBe(sum);
          }
        }
      }),
      { numRuns: 120 },
    );
  });

  it('is exact on 16-bit frames whose every pixel is at its largest', async () => {
    const data = new Uint16Array(5 * 33 * 130).fill(65535);
    const { out } = await run(com, stackOf(5, [33, 130], 'uint16'), data);
    expect(Array.from(out.sum ?? [])).toEqual(new Array(5).fill(65535 * 33 * 130));
    expect(Array.from(out.field ?? [])).toEqual(new Array(10).fill(0));
  });

  it('is 0 for an empty frame, NaN for NaN inside the disk, untouched by NaN outside', async () => {
    const shape = [20, 24] as const;
    for (const dtype of ['float32', 'float64'] as const) {
      const data = formula(dtype, 3 * 480);
      data.fill(0, 480, 960);
      data[0] = Number.NaN;
      data[23] = Number.POSITIVE_INFINITY;
      data[960 + 10 * 24 + 12] = Number.NaN;
      const inside = (y: number, x: number) => (y - 9.5) ** 2 + (x - 11.5) ** 2 <= 36;
      const [y, x] = shiftOf(data, 0, shape, inside);
      for (const kernel of ['ts', 'wasm'] as const) {
        const { out } = await run(com, stackOf(3, shape, dtype), data, { radius: 6, subtract: 'mean' }, { kernel });
        expect(Array.from(out.field ?? [])).toEqual([0, 0, 0, 0, Number.NaN, Number.NaN]);
        const raw = await run(com, stackOf(3, shape, dtype), data, { radius: 6 }, { kernel });
        expect(raw.out.field?.[0]).toBeCloseTo(y, 5);
        expect(raw.out.field?.[1]).toBeCloseTo(x, 5);
      }
    }
  });

  it('rotates and flips in the sense of (y, x) = [[cos, sin], [-sin, cos]] (sy, sx)', async () => {
    const data = new Uint8Array(9 * 9);
    data[5 * 9 + 7] = 4; // shift (1, 3)
    const field = async (values: Record<string, unknown>) =>
      Array.from(
        (await run(com, stackOf(1, [9, 9], 'uint8'), data, values)).out.field ?? [],
        (v) => Math.round(v * 1e9) / 1e9 + 0,
      );
    expect(await field({})).toEqual([1, 3]);
    expect(await field({ rotation: 90 })).toEqual([3, -1]);
    expect(await field({ flip: true })).toEqual([-1, 3]);
    expect(await field({ flip: true, rotation: 90 })).toEqual([3, 1]);
    expect(await field({ reference: [5, 5] })).toEqual([0, 2]);
  });

  it('subtracts the mean, or a plane over the scan, and leaves empty frames at 0', async () => {
    // One bright pixel per frame at (10 + i, 10 + 2 j): the field is a plane over the scan.
    const [rows, columns, size] = [4, 5, 24];
    const data = new Uint16Array(rows * columns * size * size);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) data[(i * columns + j) * size * size + (10 + i) * size + 10 + 2 * j] = 3;
    }
    data.fill(0, 7 * size * size, 8 * size * size);
    const stack = stackOf([rows, columns], [size, size], 'uint16');
    const plane = (await run(com, stack, data, { subtract: 'plane' })).out;
    for (const value of [...(plane.field ?? [1]), ...(plane.magnitude ?? [1])])
      expect(Math.abs(value)).toBeLessThan(1e-12);
    const none = (await run(com, stack, data)).out.field ?? [];
    const mean = (await run(com, stack, data, { subtract: 'mean' })).out.field ?? [];
    for (const k of [0, 1]) {
      const counted = Array.from({ length: 20 }, (_, f) => f).filter((f) => f !== 7);
      const average = counted.reduce((sum, f) => sum + (none[2 * f + k] ?? 0), 0) / 19;
      for (const f of counted) expect(mean[2 * f + k]).toBeCloseTo((none[2 * f + k] ?? 0) - average, 12);
      expect(mean[14 + k]).toBe(0);
    }
  });

  it('refuses frames that are no images and disks that cover nothing', async () => {
    await expect(run(com, stackOf(1, [64], 'uint8'), new Uint8Array(64))).rejects.toThrow(/needs images/);
    const away = run(com, stackOf(1, [8, 8], 'uint8'), new Uint8Array(64), { radius: 1, centre: [50, 50] });
    await expect(away).rejects.toThrow(/covers no pixel of a frame of 8 x 8/);
  });
});
