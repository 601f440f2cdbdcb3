import { DTYPES, type Dtype, isInteger } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import { defineOperator } from '../../core/operator.js';
import { formatShape, framePixels, type Stack } from '../../core/stack.js';
import { filterWasm } from '../../kernels/filter.wasm.js';
import { details } from './details.js';
import { filterFast } from './kernel.js';
import { kernelBytes } from './memory.js';
import { filterNaively } from './naive.js';
import { type FilterParams, type FilterValues, params } from './params.js';
import { type FilterState, type Geometry, makeState } from './state.js';
import { type Window, windowOf } from './window.js';

/** Arithmetic of a loop in TypeScript takes about so many times that of the kernel. */
const NAIVE = 30;

/** Operations of a pixel, roughly: weights count as 3 x 3 of them, because the kernel is not known yet. */
function operationsOf({ kind, size, sigma, truncate = 4, method }: FilterValues): number {
  const [rows = 3, columns = rows] =
    kind === 'gaussian' ? (sigma ?? [1]).map((s) => 2 * truncate * s + 1) : (size ?? []);
  if (method === 'naive') return NAIVE * rows * columns;
  return kind === 'median' ? 8 * rows * columns : 2 * (rows + columns);
}

/** float32 holds integers of 16 bits, not of 32. */
function resultDtype(dtype: Dtype, values: FilterValues): 'float32' | 'float64' {
  const fits = isInteger(dtype) ? DTYPES[dtype].bytes < 4 : dtype === 'float32';
  return values.dtype ?? (fits ? 'float32' : 'float64');
}

function geometryOf(stack: Stack, values: FilterValues): Geometry {
  const [height, width] = stack.frameShape;
  if (stack.frameShape.length !== 2 || height === undefined || width === undefined) {
    throw new UsageError(
      'frame-rank',
      `filter needs images, but a frame here is ${formatShape(stack.frameShape)}. Choose --frame-rank 2, one --channel of colours, or the right data set.`,
    );
  }
  return { dtype: stack.dtype, height, width, isWide: resultDtype(stack.dtype, values) === 'float64' };
}

function checkFits({ height, width }: Geometry, { rows, columns }: Window, { border }: FilterValues): void {
  if (border !== 'zero-border' || (rows <= height && columns <= width)) return;
  throw new UsageError(
    'kernel-too-large',
    `A window of ${rows} x ${columns} leaves a frame of ${height} x ${width} everywhere, and --border zero-border would make all of it 0. ` +
      'Use a smaller window, or another border such as reflect.',
    { rows, columns, height, width },
  );
}

/** Filtered images: the mean, Gaussian, median, Sobel gradient or any weighting of the window around every pixel. */
export default defineOperator<FilterParams, 'filtered', FilterState>({
  name: 'filter',
  summary: 'mean, Gaussian, median, Sobel or any kernel over each image',
  details,
  params,
  examples: [
    {},
    { kind: 'gaussian', sigma: '1.2', border: 'mirror' },
    { kind: 'median', size: 5, border: 'nearest' },
    { kind: 'sobel', border: 'wrap' },
    { weights: '0,1,0,1,-4,1,0,1,0', border: 'zero-border', dtype: 'float64' },
  ],
  async prepare(context) {
    const geometry = geometryOf(context.stack, context.values);
    const window = await windowOf(context);
    checkFits(geometry, window, context.values);
    return { ...window };
  },
  outputs: (stack, values, { label }) => ({
    filtered: {
      kind: 'each',
      shape: stack.frameShape,
      dtype: resultDtype(stack.dtype, values),
      label: `${label}, border ${values.border}`,
    },
  }),
  cost: (stack, values, prepared) => ({
    workerBytes: kernelBytes(geometryOf(stack, values), prepared as unknown as Window),
  }),
  flops: (stack, values) => framePixels(stack) * operationsOf(values),
  init: ({ stack, values, prepared, arena }) => makeState(geometryOf(stack, values), prepared, values, arena),
  process: (tile, state, { filtered }) => filterNaively(tile, state, filtered),
  kernels: {
    wasm: {
      module: filterWasm,
      process: (exports, tile, state, { filtered }) => filterFast(exports, tile, state, filtered),
    },
  },
});
