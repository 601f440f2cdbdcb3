import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dtype } from '../../../dist/core/dtype.js';
import fft2 from '../../../dist/operators/fft2/index.js';
import { every, golden, relative, startWithin } from '../fourier.js';
import { ALL_DTYPES, formula, randomElements, run, stackOf } from '../harness.js';

const KERNELS = ['ts', 'wasm'] as const;

/** What results may be wrong by beside the largest one. */
const TOLERANCE = { float32: 1e-6, float64: 4e-15 } as const;
const PRECISIONS = ['float32', 'float64'] as const;

describe('transforms of NumPy', () => {
  it.each(golden.transforms)('of $shape', async ({ shape, step, spectrum }) => {
    const data = formula(
      'uint8',
      shape.reduce((a, b) => a * b),
    );
    for (const kernel of KERNELS) {
      for (const precision of PRECISIONS) {
        const values = { output: 'complex', precision };
        const { out } = await run(fft2, stackOf(1, shape, 'uint8'), data, values, { kernel });
        expect(relative(every(out.spectrum, step), spectrum)).toBeLessThan(TOLERANCE[precision]);
      }
    }
  });

  it.each(golden.options)('$values of $frame frames', async ({ values, frame, result }) => {
    const shape = frame === 'real' ? [9, 10] : [9, 10, 2];
    const data = formula('uint8', frame === 'real' ? 90 : 180);
    const ways = [
      ...PRECISIONS.map((precision) => ({ precision, kernel: 'wasm', method: 'fast' }) as const),
      { precision: 'float64', kernel: 'ts', method: 'fast' },
      { precision: 'float64', kernel: 'wasm', method: 'naive' },
    ] as const;
    for (const { kernel, ...own } of ways) {
      const { out, slots } = await run(fft2, stackOf(1, shape, 'uint8'), data, { ...values, ...own }, { kernel });
      expect(slots.spectrum?.shape).toEqual(values.output === 'complex' ? [9, 10, 2] : [9, 10]);
      expect(relative(every(out.spectrum, 7), result)).toBeLessThan(TOLERANCE[own.precision] * 10);
    }
  });
});

describe('fft2', () => {
  it('gives an image back from its spectrum, whatever its size, in every norm', async () => {
    const cases = fc.record({
      height: fc.integer({ min: 1, max: 40 }),
      width: fc.integer({ min: 1, max: 40 }),
      norm: fc.constantFrom('backward', 'ortho', 'forward'),
      shift: fc.boolean(),
      precision: fc.constantFrom(...PRECISIONS),
      dtype: fc.constantFrom<Dtype>('float32', 'uint16', 'float64'),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ height, width, dtype, seed, ...values }) => {
        const data = randomElements(dtype, 3 * height * width, seed);
        const stack = stackOf(3, [height, width], dtype);
        const there = await run(fft2, stack, data, { ...values, output: 'complex' }, { tile: 2, shift: 1 });
        const spectra = there.out.spectrum ?? new Float32Array();
        const complex = stackOf(3, [height, width, 2], values.precision);
        const back = await run(fft2, complex, spectra, { ...values, inverse: true }, { tile: 2, shift: 1 });
        expect(relative(back.out.spectrum, data)).toBeLessThan(TOLERANCE[values.precision] * 4);
      }),
      { numRuns: 60 },
    );
  });

  it('reads every element type, and chooses what to compute in by it', async () => {
    for (const dtype of ALL_DTYPES) {
      const data = randomElements(dtype, 2 * 13 * 10, 5);
      const stack = stackOf(2, [13, 10], dtype);
      for (const precision of [...PRECISIONS, undefined]) {
        const values = { output: 'complex', ...(precision ? { precision } : {}) };
        const [ts, wasm] = await Promise.all(KERNELS.map((kernel) => run(fft2, stack, data, values, { kernel })));
        const chosen = ['int32', 'uint32', 'float64'].includes(dtype) ? 'float64' : 'float32';
        expect(wasm?.slots.spectrum?.dtype).toBe(precision ?? chosen);
        expect(relative(wasm?.out.spectrum, ts?.out.spectrum ?? [])).toBeLessThan(TOLERANCE[precision ?? chosen]);
        const pairs = stackOf(2, [13, 5, 2], dtype);
        const [plain, fast] = await Promise.all(KERNELS.map((kernel) => run(fft2, pairs, data, values, { kernel })));
        expect(relative(fast?.out.spectrum, plain?.out.spectrum ?? [])).toBeLessThan(TOLERANCE[precision ?? chosen]);
      }
    }
  });

  it('has logarithms of everything from 0 to the largest float64', async () => {
    // The spectrum of one pixel is flat.
    for (const precision of PRECISIONS) {
      for (let exponent = -30; exponent <= (precision === 'float32' ? 18 : 150); exponent += 0.37) {
        const data = Float64Array.of(10 ** exponent, 0, 0, 0, 0, 0);
        const values = { output: 'log-power', precision };
        const { out } = await run(fft2, stackOf(1, [2, 3], 'float64'), data, values);
        const expected = Math.log10(1 + 10 ** (2 * exponent));
        const allowed = precision === 'float32' ? 2e-7 : 4e-16;
        for (const value of out.spectrum ?? []) {
          expect(Math.abs(value - expected)).toBeLessThanOrEqual(allowed * Math.max(1, expected));
        }
      }
    }
  });

  it('leaves no number defined where a pixel is none', async () => {
    const data = new Float32Array(2 * 30).fill(1);
    data[37] = Number.NaN;
    for (const kernel of KERNELS) {
      const { out } = await run(fft2, stackOf(2, [5, 6], 'float32'), data, {}, { kernel });
      expect(Array.from(out.spectrum ?? []).map(Number.isNaN)).toEqual(Array.from({ length: 60 }, (_, i) => i >= 30));
    }
  });

  it('takes no more memory than it declares', async () => {
    const cases = fc.record({
      height: fc.integer({ min: 1, max: 300 }),
      width: fc.integer({ min: 1, max: 300 }),
      output: fc.constantFrom('power', 'complex'),
      precision: fc.constantFrom(...PRECISIONS),
      parts: fc.constantFrom([], [2]),
    });
    await fc.assert(
      fc.asyncProperty(cases, ({ height, width, parts, ...values }) =>
        startWithin(fft2, stackOf(1, [height, width, ...parts], 'uint8'), values),
      ),
      { numRuns: 60 },
    );
  });

  it('measures its axes in cycles per unit of the frame', async () => {
    const axis = (name: string, unit: string, step: number) => ({ name, unit, step, origin: 5 });
    const axes = [axis('n', '', 1), axis('y', 'nm', 0.5), axis('x', '1/nm', 2)];
    const stack = { ...stackOf(1, [4, 5], 'uint8'), axes };
    const { slots } = await run(fft2, stack, formula('uint8', 20), { shift: true });
    expect(slots.spectrum?.axes).toEqual([
      { name: 'y', unit: '1/nm', step: 0.5, origin: -1 },
      { name: 'x', unit: 'nm', step: 0.1, origin: -0.2 },
    ]);
    const plain = await run(fft2, stack, formula('uint8', 20), {});
    expect(plain.slots.spectrum?.axes?.[0]?.origin).toBe(0);
  });

  it.each([
    [[12], {}, /fft2 needs images.*a frame here is 12\. Choose --frame-rank 2/],
    [[2, 3, 4], {}, /\(height, width, 2\), but a frame here is 2 x 3 x 4/],
    [[300, 300], { method: 'naive' }, /--method naive adds 90000 terms/],
    [[3, 4], { norm: 'orto' }, /--norm takes backward, ortho, forward, not 'orto'. Did you mean ortho/],
    [[3, 4], { output: 'phase' }, /--output takes power/],
  ])('refuses frames of %j with %j', async (shape, values, message) => {
    const length = shape.reduce((a, b) => a * b);
    await expect(run(fft2, stackOf(1, shape, 'uint8'), new Uint8Array(length), values)).rejects.toThrow(message);
  });
});
