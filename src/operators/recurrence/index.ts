import type { NumericArray } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import { defineOperator, type Tile } from '../../core/operator.js';
import type { Params, Values } from '../../core/params.js';
import type { Stack } from '../../core/stack.js';
import { recurrenceWasm } from '../../kernels/recurrence.wasm.js';
import { channelShape, readSeries, seriesShape } from '../series.js';
import { type Embedding, type PlaneMath, plainMath, wasmMath } from './plane.js';
import { limitOf, parseThreshold, type Threshold } from './threshold.js';

const params = {
  dimension: { kind: 'number', integer: true, min: 1, default: 1, help: 'Points of each trajectory.' },
  delay: { kind: 'number', integer: true, min: 1, default: 1, help: 'From one point of a trajectory to the next.' },
  threshold: {
    kind: 'text',
    default: 'none',
    help: 'Distances below it become 1, all others 0: a number, point (a percentile of all distances), distance (a share of the largest), or none, which keeps distances.',
  },
  percentage: {
    kind: 'number',
    min: 0,
    max: 100,
    default: 10,
    unit: '%',
    help: 'The percentile of --threshold point, or the share of --threshold distance.',
  },
  joint: { kind: 'flag', help: 'One plot for each frame: the product over its channels.' },
  dtype: {
    kind: 'choice',
    choices: ['float32', 'float64', 'uint8'],
    default: 'float32',
    help: 'Element type of a plot; uint8 with a threshold.',
  },
} as const satisfies Params;

type RecurrenceParams = typeof params;

interface RecurrenceState {
  readonly channels: number;
  readonly embedding: Embedding;
  readonly threshold: Threshold;
  readonly joint: boolean;
  readonly series: Float64Array;
  readonly plane: Float64Array;
  /** Empty when not needed. */
  readonly product: Float64Array;
  readonly upper: Float64Array;
}

const details = `
Trajectory i of a series x of T points is (x_i, x_(i + t), ..., x_(i + (m - 1) t)) with m the dimension and t the delay; there
are n = T - (m - 1) t of them. The plot of a channel (Eckmann, Kamphorst and Ruelle 1987) is the matrix of Euclidean distances
between all of them, n x n, or with a threshold 1 where the distance is smaller than it and 0 elsewhere. The comparison is
strict: with a threshold of 0, as --percentage 0 makes it, or of a constant series, nothing recurs, the diagonal neither.

--threshold point takes the percentile of all n^2 distances of a plot, the diagonal and both halves included, linear between
neighbours as numpy.percentile has it. --threshold distance takes that many percent of the largest distance of a plot. Both are
worked out for each channel of each frame. A joint plot (Romano et al. 2004) is the product over channels of the plots of each,
with its own threshold. pyts (RecurrencePlot, JointRecurrencePlot) gives the same.

Everything is float64; float32 plots are rounded at the end. A value that is not finite ends the run.
`;

interface Given extends Embedding {
  readonly channels: number;
  readonly length: number;
  readonly threshold: Threshold;
}

function checked(stack: Stack, values: Values<RecurrenceParams>): Given {
  const { channels, length } = seriesShape(stack, 'recurrence');
  const { dimension, delay } = values;
  const count = length - (dimension - 1) * delay;
  if (count < 1) {
    throw new UsageError(
      'no-trajectory',
      `--dimension ${dimension} with --delay ${delay} reaches over ${length - count + 1} points, but a series has ${length}. Use smaller ones, or longer windows.`,
      { dimension, delay, length },
    );
  }
  const threshold = parseThreshold(values.threshold, values.percentage);
  if (values.dtype === 'uint8' && threshold.kind === 'none') {
    throw new UsageError(
      'bad-value',
      '--dtype uint8 is for 0 and 1: give a --threshold, or keep distances as float32.',
    );
  }
  return { channels, length, count, dimension, delay, threshold };
}

function eachPlot(tile: Tile, state: RecurrenceState, plots: NumericArray, math: PlaneMath): void {
  const { channels, embedding, threshold, joint, series, plane, product, upper } = state;
  const pixels = plane.length;
  for (let frame = 0; frame < tile.count; frame++) {
    for (let c = 0; c < channels; c++) {
      readSeries(tile, frame, c, channels, series);
      math.distances(series, embedding, plane);
      const limit = limitOf(threshold, plane, embedding.count, upper, math);
      if (limit !== null) math.below(plane, limit);
      const at = (frame * channels + c) * pixels;
      if (!joint) math.write(plane, plots.subarray(at, at + pixels));
      else if (c === 0) product.set(plane);
      else math.multiply(product, plane);
    }
    if (joint) math.write(product, plots.subarray(frame * pixels, (frame + 1) * pixels));
  }
}

/** Lengths of the planes that a worker keeps beside the one of distances. */
function planesOf({ count, threshold }: Given, joint: boolean): { product: number; upper: number } {
  return {
    product: joint ? count * count : 0,
    upper: threshold.kind === 'point' ? (count * (count - 1)) / 2 : 0,
  };
}

/** Recurrence plots of time series: (channels, n, n) for each frame, or (n, n) when joint or of a single series. */
export default defineOperator<RecurrenceParams, 'plot', RecurrenceState>({
  name: 'recurrence',
  summary: 'recurrence plots of time series, one for each channel or joint',
  details,
  frames: 'series',
  params,
  examples: [
    {},
    { dimension: 3, delay: 2, threshold: 'point', percentage: 20, dtype: 'uint8' },
    { threshold: 'distance', percentage: 30, joint: true },
    { dimension: 2, threshold: '100', dtype: 'float64' },
  ],
  outputs(stack, values) {
    const { length, count, threshold } = checked(stack, values);
    return {
      plot: {
        kind: 'each',
        ...channelShape(values.joint ? { ...stack, frameShape: [length] } : stack, { row: count, column: count }),
        dtype: values.dtype,
        label: threshold.kind === 'none' ? 'distance between trajectories' : 'recurrence of trajectories',
      },
    };
  },
  cost(stack, values) {
    const given = checked(stack, values);
    const { product, upper } = planesOf(given, values.joint);
    return { workerBytes: 8 * (given.length + given.count ** 2 + product + upper) + 4 * 128 };
  },
  flops(stack, values) {
    const { channels, count, dimension } = checked(stack, values);
    return channels * count * count * (3 * dimension + 4);
  },
  init({ stack, values, arena }) {
    const given = checked(stack, values);
    const { channels, length, count, dimension, delay, threshold } = given;
    const { product, upper } = planesOf(given, values.joint);
    return {
      channels,
      embedding: { count, dimension, delay },
      threshold,
      joint: values.joint,
      series: arena.float64(length),
      plane: arena.float64(count * count),
      product: arena.float64(product),
      upper: arena.float64(upper),
    };
  },
  process: (tile, state, { plot }) => eachPlot(tile, state, plot, plainMath),
  kernels: {
    wasm: {
      module: recurrenceWasm,
      process: (exports, tile, state, { plot }) => eachPlot(tile, state, plot, wasmMath(exports)),
    },
  },
});
