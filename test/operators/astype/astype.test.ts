import { describe, expect, it } from 'vitest';
import { DTYPES } from '../../../dist/core/dtype.js';
import astype from '../../../dist/operators/astype/index.js';
import { fractions, golden } from '../algebra.js';
import { ALL_DTYPES, randomElements, run, stackOf } from '../harness.js';

const KERNELS = ['ts', 'wasm'] as const;
const spread = fractions(3 * 40).map((value, i) => value * 100 ** Math.floor(i / 40) - 0.25);
const stack = stackOf(3, [5, 8], 'float64');

describe('astype', () => {
  it('rounds, scales and clips as NumPy does', async () => {
    for (const kernel of KERNELS) {
      const asked = async (values: Record<string, unknown>) =>
        Array.from((await run(astype, stack, spread, values, { kernel, tile: 2 })).out.frames ?? []);
      expect(await asked({ dtype: 'uint8', fit: 'frame' })).toEqual(golden.astype.frame.flat());
      expect(await asked({ dtype: 'uint16', fit: 'stack', method: 'naive' })).toEqual(golden.astype.stack);
      expect(await asked({ dtype: 'int8', range: [0, 10], to: [-100, 100] })).toEqual(golden.astype.given);
      expect(await asked({ dtype: 'float64' })).toEqual(Array.from(spread));
      expect(await asked({})).toEqual(Array.from(Float32Array.from(spread)));
    }
  });

  it('gives the same bits in both kernels, from every dtype to every other', async () => {
    for (const from of ALL_DTYPES) {
      const data = randomElements(from, 3 * 41, 7);
      for (const dtype of ALL_DTYPES) {
        for (const values of [{ dtype }, { dtype, scale: -0.37, add: 11.5 }, { dtype, fit: 'frame' }]) {
          const results = [];
          for (const kernel of KERNELS) {
            const { out, slots } = await run(astype, stackOf(3, [41], from), data, values, {
              kernel,
              tile: 2,
              shift: 1,
            });
            expect(slots.frames).toMatchObject({ dtype, shape: [41] });
            results.push(out.frames);
          }
          expect(results[0]).toEqual(results[1]);
        }
      }
    }
  });

  it('keeps the sign of zero, and what is alike alike', async () => {
    const zeros = Float64Array.of(-0, 0);
    const { out } = await run(astype, stackOf(1, [2], 'float64'), zeros, { dtype: 'float32' });
    expect([...(out.frames ?? [])].map((value) => Object.is(value, -0))).toEqual([true, false]);
    const flat = await run(astype, stackOf(2, [2], 'float64'), Float64Array.of(7, 7, 1, 3), {
      dtype: 'uint8',
      fit: 'frame',
    });
    expect([...(flat.out.frames ?? [])]).toEqual([0, 0, 0, 255]);
  });

  it('leaves NaN and infinite values out of a fit, and says where NaN is when asked', async () => {
    const holed = Float32Array.of(1, 2, 3, 4, 5, Number.NaN, Number.POSITIVE_INFINITY, 9);
    const given = stackOf(2, [4], 'float32');
    for (const kernel of KERNELS) {
      for (const fit of ['stack', 'frame']) {
        const { out } = await run(astype, given, holed, { dtype: 'uint8', fit }, { kernel });
        expect([...(out.frames ?? [])]).toEqual(
          fit === 'stack' ? [0, 32, 64, 96, 128, 0, 255, 255] : [0, 85, 170, 255, 0, 0, 255, 255],
        );
      }
      await expect(run(astype, given, holed, { dtype: 'int16', onNan: 'error' }, { kernel })).rejects.toThrow(
        /Frame 1 is NaN at element 1, which no integer dtype holds/,
      );
      const { out } = await run(astype, given, holed, { dtype: 'float64', onNan: 'error' }, { kernel });
      expect(out.frames?.[5]).toBeNaN();
    }
    const nothing = new DTYPES.float32.array(4).fill(Number.NaN);
    const { out } = await run(astype, stackOf(1, [4], 'float32'), nothing, { dtype: 'uint8', fit: 'stack' });
    expect([...(out.frames ?? [])]).toEqual([0, 0, 0, 0]);
  });

  it.each([
    [{ fit: 'frame', range: [0, 1] }, /leave --range out/],
    [{ fit: 'stack', scale: 2 }, /leave --fit out/],
    [{ range: [0, 1], add: 1 }, /leave --range out/],
    [{ to: [0, 1] }, /--to needs --range or --fit/],
    [{ range: [3, 3] }, /two different numbers, not 3 twice/],
    [{ range: [0, Number.POSITIVE_INFINITY] }, /--range takes finite numbers, not Infinity/],
    [{ scale: Number.POSITIVE_INFINITY }, /--scale takes finite numbers/],
    [{ dtype: 'float16' }, /--dtype takes uint8, .*, not 'float16'/],
  ])('refuses %j', async (values, message) => {
    await expect(run(astype, stack, spread, values)).rejects.toThrow(message);
  });
});
