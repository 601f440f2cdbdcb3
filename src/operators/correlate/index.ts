import type { NumericArray } from '../../core/dtype.js';
import { countNonFinite } from '../../core/finite.js';
import { type Arrays, defineOperator, type Prepared, type Tile } from '../../core/operator.js';
import type { Values } from '../../core/params.js';
import type { Stack } from '../../core/stack.js';
import { correlateWasm as correlateModule } from '../../kernels/correlate.wasm.js';
import { type Precision, precisionOf } from '../fourier/precision.js';
import { prepareLines } from '../fourier/prepared.js';
import { type ColumnSums, makeColumnSums, toCoefficients } from './coefficients.js';
import { details } from './details.js';
import { type Geometry, geometryOf, resultAxes } from './geometry.js';
import { correlateWasm, kernelBytes, placeKernel } from './kernel.js';
import { methodOf, timesOf } from './method.js';
import { type CorrelateParams, type Method, params } from './params.js';
import { spectrumLength, templateSpectrum, transformSize } from './spectrum.js';
import { correlateNaive } from './sums.js';
import { takeTemplate } from './template.js';

/** Largest relative difference between sums and transforms in float32; sums have the same bits everywhere. */
const TOLERANCE = 4e-6;

interface Given {
  readonly geometry: Geometry;
  readonly precision: Precision;
  readonly method: Method;
}

interface CorrelateState extends Given {
  readonly template: NumericArray;
  /** Sum of the squares of the template; null when sums are the result. */
  readonly energy: number | null;
  readonly sums: ColumnSums;
  readonly job: number;
}

/** What is known before a template was loaded, too. */
function precisionFor(stack: Stack, { precision, normalise }: Values<CorrelateParams>): Precision {
  return precisionOf(stack.dtype, precision ?? (normalise ? 'float64' : undefined));
}

function given(stack: Stack, values: Values<CorrelateParams>, prepared: Prepared): Given {
  const template = [Number(prepared.templateHeight), Number(prepared.templateWidth)] as const;
  const geometry = geometryOf(stack, template, values.mode);
  return { geometry, precision: precisionFor(stack, values), method: methodOf(values.method, geometry) };
}

/** Correlates one frame after the other. */
function eachFrame(
  { data, count }: Tile,
  state: CorrelateState,
  { correlation }: Arrays<'correlation'>,
  one: (frame: number, out: NumericArray) => void,
): void {
  const { geometry, energy, sums } = state;
  const [pixels, entry] = [geometry.height * geometry.width, geometry.outHeight * geometry.outWidth];
  for (let i = 0; i < count; i++) {
    const out = correlation.subarray(i * entry, (i + 1) * entry);
    one(i * pixels, out);
    if (energy !== null) toCoefficients(data, i * pixels, geometry, energy, sums, out);
  }
}

/** Correlation of each frame with a template: (height, width), less with `valid`, more with `full`. */
export default defineOperator<CorrelateParams, 'correlation', CorrelateState>({
  name: 'correlate',
  summary: 'the correlation of each image with a template: sums of products, or coefficients',
  details,
  params,
  examples: [
    { patch: [1, 2, 3, 4] },
    { patch: [0, 0, 5, 5], mode: 'valid', normalise: true, patchFrame: 1 },
    { patch: [2, 1, 6, 5], mode: 'full', method: 'fft' },
    { patch: [2, 1, 3, 3], method: 'naive', precision: 'float32' },
  ],
  async prepare(context): Promise<Prepared> {
    const { stack, values } = context;
    const { shape, data } = await takeTemplate(context);
    const geometry = geometryOf(stack, shape, values.mode);
    const precision = precisionFor(stack, values);
    const rounded = (numbers: Float64Array) => (precision === 'float32' ? Float32Array.from(numbers) : numbers);
    const [templateHeight, templateWidth] = shape;
    const energy = data.reduce((sum, value) => sum + value * value, 0);
    const own = { template: rounded(data), templateHeight, templateWidth, energy };
    if (methodOf(values.method, geometry) !== 'fft') return { ...own, elements: 0 };
    return {
      ...own,
      ...prepareLines(...transformSize(geometry), precision),
      spectrum: rounded(templateSpectrum(data, geometry, precision)),
    };
  },
  outputs(stack, values, prepared) {
    const { geometry, precision } = given(stack, values, prepared);
    return {
      correlation: {
        kind: 'each',
        shape: [geometry.outHeight, geometry.outWidth],
        dtype: precision,
        label: values.normalise ? 'correlation coefficient' : 'correlation',
        axes: resultAxes(stack, geometry),
      },
    };
  },
  cost(stack, values, prepared) {
    const { geometry, precision, method } = given(stack, values, prepared);
    const bytes = kernelBytes(geometry, precision, method === 'fft', Number(prepared.elements));
    const size = transformSize(geometry);
    // The template's transform is made in float64.
    const hostBytes = method === 'fft' ? 16 * size[0] * size[1] + 8 * spectrumLength(size, 'float64') : 0;
    return { workerBytes: bytes + 16 * geometry.width, hostBytes };
  },
  flops(stack, values) {
    // The template is not known yet: as much as a transform takes, which larger templates are correlated by.
    const { mode } = values;
    const geometry = geometryOf(stack, [1, 1], mode);
    return 4 * timesOf(geometry).fft;
  },
  init({ stack, values, prepared, arena }) {
    const own = given(stack, values, prepared);
    return {
      ...own,
      template: prepared.template as NumericArray,
      energy: values.normalise ? Number(prepared.energy) : null,
      sums: makeColumnSums(own.geometry.width),
      job: placeKernel(own.geometry, stack.dtype, prepared, own.precision, own.method === 'fft', arena),
    };
  },
  process(tile, state, out) {
    const { template, geometry, precision } = state;
    eachFrame(tile, state, out, (first, to) => correlateNaive(tile.data, first, template, geometry, precision, to));
  },
  kernels: {
    wasm: {
      module: correlateModule,
      process(exports, tile, state, out) {
        const { template, geometry, precision, method, job } = state;
        const pixels = geometry.height * geometry.width;
        eachFrame(tile, state, out, (first, to) => {
          if (method === 'naive') {
            correlateNaive(tile.data, first, template, geometry, precision, to);
            return;
          }
          const frame = tile.data.subarray(first, first + pixels);
          // A transform spreads a number that is not finite over the whole result, and sums do not.
          const isFast = method === 'fft' && countNonFinite(frame) === 0;
          correlateWasm(exports, job, frame, isFast, to);
        });
      },
    },
  },
  tolerance: TOLERANCE,
});
