import { DTYPES } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import { defineOperator } from '../../core/operator.js';
import type { Values } from '../../core/params.js';
import type { Stack } from '../../core/stack.js';
import { fft2Wasm } from '../../kernels/fft2.wasm.js';
import { type Precision, precisionOf } from '../fourier/precision.js';
import { prepareLines } from '../fourier/prepared.js';
import { details } from './details.js';
import { type KernelState, kernelBytes, placeKernel, transformWasm } from './kernel.js';
import { type FftParams, type Output, outputOf, params, scaleOf } from './params.js';
import { type Transform, transformTile } from './reference.js';
import { planeShape, transformedAxes } from './shape.js';

/** Pixels of the largest frames that --method naive takes: 4e9 terms each. */
const NAIVE_PIXELS = 2 ** 16;

/** Largest relative difference between kernels, in float32; and in logarithms, where what is small beside the largest power counts as much. */
const TOLERANCE = 4e-6;
const LOGARITHM_TOLERANCE = 4e-3;

const LABELS: Readonly<Record<Output, string>> = {
  power: 'power spectrum',
  magnitude: 'magnitude',
  'log-power': 'log10(1 + power)',
  real: 'real part',
  complex: 'real and imaginary part',
};

interface FftState {
  readonly transform: Transform;
  readonly kernel: KernelState;
}

interface Given {
  readonly transform: Transform;
  readonly precision: Precision;
}

function checked(stack: Stack, values: Values<FftParams>): Given {
  const shape = planeShape(stack);
  const pixels = shape.height * shape.width;
  const naive = values.method === 'naive';
  if (naive && pixels > NAIVE_PIXELS) {
    throw new UsageError(
      'too-large',
      `--method naive adds ${pixels} terms for each of ${pixels} frequencies, for hours: frames may have ${NAIVE_PIXELS} pixels. Leave it out, or take smaller frames.`,
      { pixels },
    );
  }
  const { inverse, shift } = values;
  const transform = { ...shape, inverse, shift, naive, scale: scaleOf(values, pixels), output: outputOf(values) };
  return { transform, precision: precisionOf(stack.dtype, values.precision) };
}

/** Two-dimensional Fourier transforms of frames of (height, width), or (height, width, 2) for complex ones. */
export default defineOperator<FftParams, 'spectrum', FftState>({
  name: 'fft2',
  summary: 'the two-dimensional Fourier transform of each image: power, magnitude, complex numbers; inverse',
  details,
  params,
  examples: [
    {},
    { output: 'log-power', shift: true },
    { inverse: true, shift: true, output: 'complex', norm: 'ortho' },
    { output: 'magnitude', method: 'naive' },
  ],
  prepare({ stack, values, kernel }) {
    const { transform, precision } = checked(stack, values);
    return { ...prepareLines(transform.height, transform.width, precision), plain: kernel === 'ts' };
  },
  outputs(stack, values) {
    const { transform, precision } = checked(stack, values);
    const { height, width, inverse, shift, output } = transform;
    const axes = transformedAxes(stack, shift && !inverse).slice(0, 2);
    const parts = { name: 'part', unit: '', step: 1, origin: 0 };
    return {
      spectrum: {
        kind: 'each',
        shape: output === 'complex' ? [height, width, 2] : [height, width],
        dtype: precision,
        label: `${LABELS[output]} of the ${inverse ? 'inverse ' : ''}Fourier transform`,
        axes: output === 'complex' ? [...axes, parts] : axes,
        ...(output === 'log-power' ? { tolerance: LOGARITHM_TOLERANCE } : {}),
      },
    };
  },
  cost(stack, values, { elements, plain }) {
    const { transform, precision } = checked(stack, values);
    const bytes = kernelBytes(transform, Number(elements), precision);
    // The reference keeps a plane of complex float64 numbers, and another one of sums.
    const reference = plain || transform.naive ? 4 * DTYPES.float64.bytes * transform.height * transform.width : 0;
    return { workerBytes: bytes + reference };
  },
  flops(stack, values) {
    const { height, width, naive, isComplex } = checked(stack, values).transform;
    const pixels = height * width;
    return naive ? 12 * pixels * pixels : (isComplex ? 5 : 2.5) * pixels * Math.max(1, Math.log2(pixels));
  },
  init({ stack, values, prepared, arena }) {
    const { transform, precision } = checked(stack, values);
    return { transform, kernel: placeKernel(transform, stack.dtype, prepared, precision, arena) };
  },
  process: (tile, { transform }, { spectrum }) => transformTile(tile, transform, spectrum),
  kernels: {
    wasm: {
      module: fft2Wasm,
      process(exports, tile, { transform, kernel }, { spectrum }) {
        if (transform.naive) transformTile(tile, transform, spectrum);
        else transformWasm(exports, tile, kernel, spectrum);
      },
    },
  },
  tolerance: TOLERANCE,
});
