import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import correlate from '../../../dist/operators/correlate/index.js';
import { golden, relative, startWithin } from '../fourier.js';
import { ALL_DTYPES, formula, randomElements, run, stackOf } from '../harness.js';

const KERNELS = ['ts', 'wasm'] as const;
const METHODS = ['direct', 'fft', 'naive', 'auto'] as const;

/** The template of the golden values. */
function templateOf(shape: readonly [number, number]) {
  return { shape, data: Array.from(formula('int16', shape[0] * shape[1]), (value) => value - 100) };
}

describe('correlations of SciPy', () => {
  it.each(golden.correlations)('$frame with $template, $mode', async ({ frame, template, mode, shape, result }) => {
    const data = formula('uint8', frame[0] * frame[1]);
    for (const kernel of KERNELS) {
      for (const method of METHODS) {
        for (const precision of ['float32', 'float64'] as const) {
          const values = { template: templateOf(template), mode, method, precision };
          const { out, slots } = await run(correlate, stackOf(1, frame, 'uint8'), data, values, { kernel });
          expect(slots.correlation?.shape).toEqual(shape);
          const transformed = kernel === 'wasm' && (method === 'fft' || method === 'auto');
          const allowed = precision === 'float32' ? 1e-6 : transformed ? 4e-15 : 0;
          expect(relative(out.correlation, result)).toBeLessThanOrEqual(allowed);
        }
      }
    }
  });
});

describe('coefficients of scikit-image', () => {
  const { frame, template } = golden.coefficients;
  it.each(['valid', 'same'] as const)('%s', async (mode) => {
    for (const kernel of KERNELS) {
      for (const method of METHODS) {
        const values = { template: { shape: [5, 6], data: template }, mode, method, normalise: true };
        const { out, slots } = await run(correlate, stackOf(1, [16, 18], 'uint8'), Uint8Array.from(frame), values, {
          kernel,
        });
        expect(slots.correlation?.dtype).toBe('float64');
        expect(relative(out.correlation, golden.coefficients[mode])).toBeLessThan(1e-12);
      }
    }
  });

  it('is 1 where a patch was cut, wherever the frame has its mean', async () => {
    const data = formula('uint16', 2 * 20 * 21).map((value) => value + 40000);
    const values = { patch: '7,9,6,5', patchFrame: 1, normalise: true, mode: 'valid' };
    const { out } = await run(correlate, stackOf(2, [20, 21], 'uint16'), data, values);
    const found = Array.from(out.correlation ?? []).slice(15 * 17);
    expect(found.indexOf(Math.max(...found))).toBe(7 * 17 + 9);
    expect(found[7 * 17 + 9]).toBeCloseTo(1, 9);
  });
});

describe('correlate', () => {
  it('has the bits of the plain loops when it sums, and is near them when it transforms', async () => {
    const extent = (max: number) => fc.integer({ min: 1, max });
    const cases = fc.record({
      frame: fc.tuple(extent(24), extent(40)),
      template: fc.tuple(extent(9), extent(9)),
      mode: fc.constantFrom('same', 'valid', 'full'),
      precision: fc.constantFrom('float32', 'float64'),
      dtype: fc.constantFrom(...ALL_DTYPES),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ frame, template, dtype, seed, ...given }) => {
        const fits = template[0] <= frame[0] && template[1] <= frame[1];
        const mode = given.mode === 'valid' && !fits ? 'full' : given.mode;
        const data = randomElements(dtype, 3 * frame[0] * frame[1], seed);
        const numbers = randomElements('float32', template[0] * template[1], seed + 1);
        const values = { ...given, mode, template: { shape: template, data: Array.from(numbers) } };
        const stack = stackOf(3, frame, dtype);
        const [naive, direct, fft] = await Promise.all(
          ['naive', 'direct', 'fft'].map((method) =>
            run(correlate, stack, data, { ...values, method }, { tile: 2, shift: 1 }),
          ),
        );
        expect(direct?.out).toEqual(naive?.out);
        const single = given.precision === 'float32';
        const apart = relative(fft?.out.correlation, naive?.out.correlation ?? []);
        // One product alone may be small beside the products that a transform adds up and takes away again.
        const largest = Math.max(...Array.from(naive?.out.correlation ?? [], Math.abs));
        const scale = Math.max(...Array.from(data, Math.abs)) * Math.max(...Array.from(numbers, Math.abs));
        expect(apart * largest).toBeLessThanOrEqual((single ? 4e-6 : 1e-14) * Math.max(largest, scale));
      }),
      { numRuns: 100 },
    );
  });

  it('takes no more memory than it declares', async () => {
    const extent = fc.integer({ min: 1, max: 120 });
    const cases = fc.record({
      frame: fc.tuple(extent, extent),
      template: fc.tuple(extent, extent),
      mode: fc.constantFrom('same', 'full'),
      method: fc.constantFrom('direct', 'fft'),
      precision: fc.constantFrom('float32', 'float64'),
    });
    await fc.assert(
      fc.asyncProperty(cases, ({ frame, template, ...values }) =>
        startWithin(correlate, stackOf(1, frame, 'uint8'), { ...values, template: templateOf(template) }),
      ),
      { numRuns: 60 },
    );
  });

  it('leaves only what a pixel that is no number lies under without a number, by every method', async () => {
    const data = new Float32Array(12 * 14).fill(2);
    data[5 * 14 + 6] = Number.NaN;
    for (const normalise of [false, true]) {
      for (const method of METHODS) {
        const values = { template: { shape: [3, 3], data: [1, 2, 3, 4, 5, 6, 7, 8, 10] }, method, normalise };
        const { out } = await run(correlate, stackOf(1, [12, 14], 'float32'), data, values);
        for (const [i, value] of (out.correlation ?? new Float32Array()).entries()) {
          const under = Math.abs(Math.floor(i / 14) - 5) <= 1 && Math.abs((i % 14) - 6) <= 1;
          expect(Number.isNaN(value)).toBe(under);
        }
      }
    }
  });

  it('says where in the frame the middle of the template lies', async () => {
    const axes = ['n', 'y', 'x'].map((name) => ({ name, unit: 'mm', step: 0.5, origin: 3 }));
    const stack = { ...stackOf(1, [8, 9], 'uint8'), axes };
    const origins = { same: [3, 3], valid: [4, 3.5], full: [2.5, 2.5] };
    for (const [mode, origin] of Object.entries(origins)) {
      const values = { template: templateOf([4, 3]), mode };
      const { slots } = await run(correlate, stack, formula('uint8', 72), values);
      expect(slots.correlation?.axes?.map((axis) => axis.origin)).toEqual(origin);
    }
  });

  it.each([
    [{}, /takes one template, but 0 are given. Give --template FILE.npy, or --patch/],
    [{ template: templateOf([2, 2]), patch: [0, 0, 2, 2] }, /takes one template, but 2 are given/],
    [{ template: templateOf([9, 2]), mode: 'valid' }, /of 9 x 2 does not lie within a frame of 6 x 8 anywhere/],
    [{ template: { shape: [4], data: [1, 2, 3, 4] } }, /has shape 4. A template is an image/],
    [{ template: { shape: [0, 4], data: [] } }, /has shape 0 x 4/],
    [{ template: { shape: [2, 2], data: [1, 2, 3] } }, /has shape 2 x 2 but holds 3 numbers/],
    [{ template: { shape: [2, 2], data: [1, 2, Number.NaN, 4] } }, /holds NaN at \(1, 0\)/],
    [{ template: { shape: [1, 2], data: [3, 3] }, normalise: true }, /is 3 everywhere: nothing correlates/],
    [{ patch: [0, 0, 7, 2] }, /--patch 0,0,7,2 is no part of a frame of 6 x 8/],
    [{ patch: [0, 0.5, 2, 2] }, /in whole pixels/],
    [{ patch: [0, 0, 2, 2], patchFrame: 1 }, /--patch-frame 1 does not exist: frames are 0 to 0/],
    [{ patch: [0, 0, 2] }, /--patch takes 4 numbers/],
  ])('refuses %j', async (values, message) => {
    await expect(run(correlate, stackOf(1, [6, 8], 'uint8'), new Uint8Array(48), values)).rejects.toThrow(message);
  });

  it('refuses frames of another rank', async () => {
    const given = run(correlate, stackOf(1, [3, 4, 5], 'uint8'), new Uint8Array(60), { template: templateOf([2, 2]) });
    await expect(given).rejects.toThrow('correlate needs images, but a frame here is 3 x 4 x 5. Choose --frame-rank 2');
  });
});
