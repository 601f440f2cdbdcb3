import { UsageError } from '../../core/errors.js';
import { type Arrays, defineOperator, type Tile } from '../../core/operator.js';
import type { Params, Values } from '../../core/params.js';
import type { Stack } from '../../core/stack.js';
import { mtfWasm } from '../../kernels/mtf.wasm.js';
import { pieces } from '../gaf/pieces.js';
import { channelShape, readSeries, seriesShape } from '../series.js';
import { type BinRule, binEdges, binPoints } from './bins.js';
import { type Factors, type FillField, factorField, fillField, fillFieldWasm } from './field.js';
import { countTransitions } from './transitions.js';

const params = {
  size: {
    kind: 'number',
    integer: true,
    min: 1,
    help: 'Rows and columns of a field; the length of the series when absent.',
  },
  bins: { kind: 'number', integer: true, min: 2, max: 65535, default: 5, help: 'Bins that values are sorted into.' },
  rule: {
    kind: 'choice',
    choices: ['quantile', 'uniform', 'normal'],
    default: 'quantile',
    help: 'Where bins end: equally many points in each, equal widths, or quantiles of the standard normal distribution.',
  },
  overlapping: { kind: 'flag', help: 'Averages over pieces of one length, which then overlap.' },
  dtype: { kind: 'choice', choices: ['float32', 'float64'], default: 'float32', help: 'Element type of the field.' },
} as const satisfies Params;

type MtfParams = typeof params;
type MtfSlot = 'field' | 'transitions';

interface MtfState {
  readonly rule: BinRule;
  readonly channels: number;
  /** First point and end of each piece. */
  readonly bounds: Int32Array;
  readonly series: Float64Array;
  readonly sorted: Float64Array;
  readonly edges: Float64Array;
  readonly points: Uint16Array;
  readonly factors: Factors;
}

const details = `
Every channel of every frame, a series of T points, becomes a field of S x S. Its values are sorted into bins; W[a, b] is the
share of the points in bin a that are followed by one in bin b (Wang and Oates 2015), and transitions holds it. A bin that is
never left, which only that of the last point can be, or that is empty, has a row of 0. The field is W[b_i, b_j] for all pairs of
points i and j. For S < T it is averaged over blocks: piece k of the S pieces begins at k (T / S), truncated. Pieces that overlap all have ceil(T / S) points; gaf
has the same ones. S > T is refused.

The inner edges of bins are, for B bins and k from 1 to B - 1: with quantile the k / B quantile of the series itself, linear
between neighbours, as numpy.percentile has it; with uniform min + k (max - min) / B; with normal the k / B quantile of the standard
normal distribution, for series of mean 0 and standard deviation 1 (scale --method zscore). A value on an edge lies in the bin
below it. Edges that coincide leave bins empty; a constant series lies in one bin, and its field is 1. pyts
(MarkovTransitionField) gives the same fields, but takes two quantiles that differ by less than 1e-8 for one.

Everything is float64; float32 fields are rounded at the end. A value that is not finite ends the run.
`;

function sizeOf(stack: Stack, values: Values<MtfParams>): { channels: number; length: number; size: number } {
  const { channels, length } = seriesShape(stack, 'mtf');
  const { size = length, bins } = values;
  if (size > length) {
    throw new UsageError(
      'size-too-large',
      `--size ${size} is more than the ${length} points of a series: averaging cannot stretch it. Use --size ${length} or less, or longer windows.`,
      { size, length },
    );
  }
  if (bins > length) {
    throw new UsageError(
      'too-many-bins',
      `--bins ${bins} is more than the ${length} points of a series. Use --bins ${length} or less.`,
      { bins, length },
    );
  }
  return { channels, length, size };
}

function eachField(tile: Tile, state: MtfState, out: Arrays<MtfSlot>, fill: FillField): void {
  const { rule, channels, bounds, series, sorted, edges, points, factors } = state;
  const { size, bins } = factors;
  const transitions = out.transitions as Float64Array;
  for (let frame = 0; frame < tile.count; frame++) {
    for (let c = 0; c < channels; c++) {
      const at = frame * channels + c;
      const matrix = transitions.subarray(at * bins * bins, (at + 1) * bins * bins);
      readSeries(tile, frame, c, channels, series);
      binEdges(rule, series, sorted, edges);
      binPoints(series, edges, points);
      countTransitions(points, bins, matrix);
      factorField(points, bounds, matrix, factors);
      fill(factors, out.field.subarray(at * size * size, (at + 1) * size * size));
    }
  }
}

/** Markov transition fields of time series: (channels, S, S) for each frame, or (S, S) for one of a single series. */
export default defineOperator<MtfParams, MtfSlot, MtfState>({
  name: 'mtf',
  summary: 'Markov transition fields of time series',
  details,
  frames: 'series',
  params,
  examples: [
    { size: 5, bins: 4 },
    { rule: 'uniform', dtype: 'float64' },
    { rule: 'normal', size: 8, overlapping: true },
  ],
  outputs(stack, values) {
    const { size } = sizeOf(stack, values);
    const { bins, dtype } = values;
    return {
      field: {
        kind: 'each',
        ...channelShape(stack, { row: size, column: size }),
        dtype,
        label: 'Markov transition field',
      },
      transitions: {
        kind: 'each',
        ...channelShape(stack, { from: bins, to: bins }),
        dtype: 'float64',
        label: 'share of transitions from bin to bin',
      },
    };
  },
  cost(stack, values) {
    const { length, size } = sizeOf(stack, values);
    return { workerBytes: 16 * size * values.bins + 4 * size + 16 * length + 5 * 128 };
  },
  flops(stack, values) {
    const { channels, length, size } = sizeOf(stack, values);
    return channels * (values.bins * size * size + 40 * length);
  },
  init({ stack, values, arena }) {
    const { channels, length, size } = sizeOf(stack, values);
    const { bins, rule } = values;
    return {
      rule,
      channels,
      bounds: pieces(length, size, values.overlapping),
      series: arena.float64(length),
      sorted: arena.float64(length),
      edges: new Float64Array(bins - 1),
      points: new Uint16Array(length),
      factors: {
        size,
        bins,
        left: arena.float64(size * bins),
        right: arena.float64(size * bins),
        alike: arena.array('int32', size) as Int32Array,
      },
    };
  },
  process: (tile, state, out) => eachField(tile, state, out, fillField),
  kernels: {
    wasm: {
      module: mtfWasm,
      process: (exports, tile, state, out) => eachField(tile, state, out, fillFieldWasm(exports)),
    },
  },
});
