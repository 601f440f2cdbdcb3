import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dtype, NumericArray } from '../../dist/core/dtype.js';
import { findOperator } from '../../dist/operators/registry.js';
import { ALL_DTYPES, formula, randomElements, run, stackOf } from './harness.js';

const mask = await findOperator('mask');

/** Sum of weight times value and of its magnitude, straight from the definition. */
function expected(data: NumericArray, frames: number, masks: readonly (readonly number[])[]): [number, number][] {
  const pixels = data.length / frames;
  const sums: [number, number][] = [];
  for (let f = 0; f < frames; f++) {
    for (const weights of masks) {
      let [sum, size] = [0, 0];
      for (let p = 0; p < pixels; p++) {
        const weight = weights[p] ?? 0;
        if (weight === 0) continue;
        sum += weight * (data[f * pixels + p] ?? 0);
        size += Math.abs(weight * (data[f * pixels + p] ?? 0));
      }
      sums.push([sum, size]);
    }
  }
  return sums;
}

function randomMask(
  pixels: number,
  seed: number,
  kind: 'binary' | 'signed' | 'large' | 'fraction' | 'sparse',
): number[] {
  const noise = randomElements('uint16', pixels, seed);
  return Array.from(noise, (value) => {
    if (kind === 'binary') return value & 1;
    if (kind === 'sparse') return value % 97 === 0 ? 1 : 0;
    if (kind === 'signed') return (value % 3) - 1;
    if (kind === 'large') return value - 30000;
    return value % 4 === 0 ? 0 : value / 65535;
  });
}

const cases = fc.record({
  dtype: fc.constantFrom(...ALL_DTYPES),
  height: fc.integer({ min: 1, max: 47 }),
  width: fc.integer({ min: 1, max: 61 }),
  frames: fc.integer({ min: 1, max: 9 }),
  masks: fc.integer({ min: 1, max: 5 }),
  kind: fc.constantFrom('binary' as const, 'signed' as const, 'large' as const, 'fraction' as const, 'sparse' as const),
  tile: fc.integer({ min: 1, max: 9 }),
  shift: fc.integer({ min: 0, max: 3 }),
  seed: fc.integer(),
});

describe('mask sums', () => {
  it('agree with the definition, exactly for integers, in both kernels, however frames are tiled', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ dtype, height, width, frames, masks, kind, tile, shift, seed }) => {
        const pixels = height * width;
        const data = randomElements(dtype, frames * pixels, seed);
        const weights = Array.from({ length: masks }, (_, m) => randomMask(pixels, seed + m + 1, kind));
        const values = { mask: [{ shape: [masks, height, width], data: weights.flat() }] };
        const stack = stackOf(frames, [height, width], dtype);
        const whole = (await run(mask, stack, data, values)).out.image ?? [];
        const tiled = (await run(mask, stack, data, values, { tile, shift })).out.image;
        const plain = (await run(mask, stack, data, values, { kernel: 'ts' })).out.image ?? [];
        expect(tiled).toEqual(whole);
        const isWhole = !dtype.startsWith('float') && kind !== 'fraction';
        for (const [i, [sum, size]] of expected(data, frames, weights).entries()) {
          if (isWhole && size < 2 ** 53) expect([whole[i], plain[i]]).toEqual([sum, sum]);
          else {
            expect(Math.abs((whole[i] ?? Number.NaN) - sum)).toBeLessThanOrEqual(1e-6 * size);
            expect(Math.abs((plain[i] ?? Number.NaN) - sum)).toBeLessThanOrEqual(1e-6 * size);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('are exact where every 16-bit pixel is at its largest', async () => {
    for (const [dtype, value, weight] of [
      ['uint16', 65535, 1],
      ['uint16', 65535, 16],
      ['int16', -32768, 7],
      ['uint8', 255, 200],
    ] as const) {
      const pixels = 96 * 101;
      const data = randomElements(dtype, 5 * pixels, 1).fill(value);
      const values = {
        mask: [
          { shape: [96, 101], data: new Array(pixels).fill(weight) },
          { shape: [96, 101], data: randomMask(pixels, 3, 'fraction') },
        ],
      };
      const { out } = await run(mask, stackOf(5, [96, 101], dtype), data, values);
      expect(Array.from({ length: 5 }, (_, f) => out.image?.[2 * f])).toEqual(
        new Array(5).fill(value * weight * pixels),
      );
    }
  });

  it('leave out pixels of weight 0, but not NaN under a weight', async () => {
    for (const dtype of ['float32', 'float64'] as const) {
      for (const masks of [1, 2]) {
        const data = formula(dtype, 6 * 40 * 50);
        const weights = Array.from({ length: 2000 }, (_, p) => (p % 3 === 0 ? 1 : 0));
        const clean = Float64Array.from(data);
        for (let f = 0; f < 6; f++)
          for (const p of [1, 7, 100, 1999]) data[f * 2000 + p] = f % 2 ? Number.NaN : Number.POSITIVE_INFINITY;
        const values = { mask: Array.from({ length: masks }, () => ({ shape: [40, 50], data: weights })) };
        const sums = expected(
          clean,
          6,
          Array.from({ length: masks }, () => weights),
        ).map(([sum]) => sum);
        for (const kernel of ['ts', 'wasm'] as const) {
          const { out } = await run(mask, stackOf(6, [40, 50], dtype), data, values, { kernel });
          expect(Array.from(out.image ?? [])).toEqual(sums);
          const bad = data.slice();
          bad[2000 + 3] = Number.NaN;
          const { out: nan } = await run(mask, stackOf(6, [40, 50], dtype), bad, values, { kernel });
          expect(Array.from(nan.image ?? [])).toEqual(
            sums.map((sum, i) => (Math.floor(i / masks) === 1 ? Number.NaN : sum)),
          );
        }
      }
    }
  });

  it('do not overflow where only float32 would', async () => {
    const data = new Float32Array(256).fill(3e38);
    const values = { mask: [{ shape: [16, 16], data: new Array(256).fill(1) }] };
    const { out } = await run(mask, stackOf(1, [16, 16], 'float32'), data, values);
    expect(out.image?.[0]).toBe(256 * Math.fround(3e38));
  });

  it('work on frames of one and of three dimensions', async () => {
    for (const shape of [[70], [3, 5, 7]]) {
      const pixels = shape.reduce((a, b) => a * b, 1);
      const data = formula('uint16', 3 * pixels);
      const weights = randomMask(pixels, 5, 'binary');
      const { out, slots } = await run(mask, stackOf(3, shape, 'uint16'), data, { mask: [{ shape, data: weights }] });
      expect(Array.from(out.image ?? [])).toEqual(expected(data, 3, [weights]).map(([sum]) => sum));
      expect(slots.image?.shape).toEqual([]);
    }
  });
});

describe('mask usage', () => {
  const refuse = (values: Record<string, unknown>, frame: readonly number[] = [8, 9], dtype: Dtype = 'uint8') =>
    expect(
      run(
        mask,
        stackOf(1, frame, dtype),
        formula(
          dtype,
          frame.reduce((a, b) => a * b, 1),
        ),
        values,
      ),
    ).rejects;

  it('is refused with what to do about it', async () => {
    await refuse({}).toThrow(/No mask is given.*--detector/);
    await refuse({ mask: [{ shape: [9, 8], data: new Array(72).fill(1) }] }).toThrow(
      /shape 9 x 8, but a frame is 8 x 9/,
    );
    await refuse({ mask: [{ shape: [2, 2, 8, 9], data: new Array(288).fill(1) }] }).toThrow(/2 x 2 x 8 x 9.*8 x 9/);
    await refuse({ mask: [{ shape: [8, 9], data: new Array(72).fill(Number.NaN) }] }).toThrow(/NaN at element 0/);
    await refuse({ detector: 'polygon', points: [1, 1, 2, 2] }).toThrow(/three or more corners/);
    await refuse({ detector: 'polygon' }).toThrow(/--points/);
    await refuse({ detector: 'sector', outer: 3 }).toThrow(/--angles/);
    await refuse({ detector: 'rectangle' }).toThrow(/--size/);
    await refuse({ detector: 'disk' }).toThrow(/--outer/);
    await refuse({ detector: 'annulus', inner: 5, outer: 4 }).toThrow(/larger than --inner/);
    await refuse({ detector: 'disk', outer: 2, centre: [100, 100] }).toThrow(/no pixel of a frame of 8 x 9/);
    await refuse({ preset: 'bf' }).toThrow(/--disk/);
    await refuse({ detector: 'disk', outer: 2 }, [72]).toThrow(/drawn on images/);
  });
});
