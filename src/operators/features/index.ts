import { UsageError } from '../../core/errors.js';
import { type Arrays, defineOperator, type Slot, type Tile } from '../../core/operator.js';
import type { Params, Values } from '../../core/params.js';
import { plainAxis, type Stack } from '../../core/stack.js';
import { featuresWasm } from '../../kernels/features.wasm.js';
import { channelShape, readSeries, type SeriesShape, seriesShape } from '../series.js';
import { describeSeries, type Fill, type Scratch } from './describe.js';
import { featureNames, selectFeatures } from './names.js';
import { plainSums, type SeriesSums, wasmSums } from './sums.js';

const params = {
  select: { kind: 'text', default: 'all', help: 'Names of features with commas, in the order wanted; all by default.' },
  quantiles: {
    kind: 'numbers',
    default: [0.25, 0.75],
    example: '0.05,0.25,0.75,0.95',
    help: 'Quantiles among the features, as shares from 0 to 1; they are called q25 and so on.',
  },
  pairs: {
    kind: 'choice',
    choices: ['all', 'none'],
    default: 'all',
    help: 'Whether the correlations of all pairs of channels are worked out.',
  },
  fill: {
    kind: 'choice',
    choices: ['nan', 'zero'],
    default: 'nan',
    help: 'What stands where a feature is not defined, such as the skewness of a constant series.',
  },
} as const satisfies Params;

type FeatureParams = typeof params;

interface FeatureState extends SeriesShape, Scratch {
  readonly quantiles: readonly number[];
  readonly fill: Fill;
  /** Places of the features wanted in `row`, which has all of them. */
  readonly places: readonly number[];
  readonly row: Float64Array;
  readonly series: Float64Array;
  /** Of each channel, the differences from its mean. */
  readonly centred: readonly Float64Array[];
  /** Of each channel, the sum of their squares; 0 when it is constant. */
  readonly squares: Float64Array;
}

const details = `
Numbers for each channel, a series x of T points with mean m, differences d = x - m and deviations in the population sense,
divided by T as in numpy.std:

- mean, std = sqrt(sum(d^2) / T), min, max, median, range = max - min
- quantiles q25, q75, ...: linear between neighbours, as numpy.quantile has it; iqr = q75 - q25
- skewness = (sum(d^3) / T) / std^3 and kurtosis = (sum(d^4) / T) / std^4 - 3, the excess over a normal distribution; both
  biased, as scipy.stats.skew and kurtosis by default
- cv = std / mean, with the sign of the mean, as scipy.stats.variation
- mad: the median of |x - median|, unscaled, as scipy.stats.median_abs_deviation
- diff_mean, diff_std: mean and population standard deviation of the T - 1 differences between neighbours

They lie along the last dimension of features, in the order of --select, or else mean, std, min, max, median, the quantiles, iqr,
skewness, kurtosis, cv, mad, diff_mean, diff_std, range. Outputs name them. correlations holds Pearson's coefficient of every pair of
channels, (0, 1), (0, 2), ..., (1, 2), ...; frames of one channel have none.

Not defined are skewness, kurtosis and correlations of a constant channel (standard deviation at most 2^-52 of the mean) and
cv where the mean is 0: NaN, or 0 with --fill zero, for models that take no NaN. A value that is not finite ends the run.
`;

function checked(stack: Stack): SeriesShape {
  const shape = seriesShape(stack, 'features');
  if (shape.length < 2) {
    throw new UsageError(
      'too-short',
      `features needs series of at least 2 points, but here they have ${shape.length}.`,
    );
  }
  return shape;
}

const selected = ({ select, quantiles }: Values<FeatureParams>): string[] => {
  const names = featureNames(quantiles);
  return selectFeatures(select, quantiles).map((place) => names[place] ?? '');
};

const hasPairs = ({ channels }: SeriesShape, { pairs }: Values<FeatureParams>): boolean =>
  pairs === 'all' && channels > 1;

function correlate({ channels, centred, squares, fill }: FeatureState, sums: SeriesSums, into: Float64Array): void {
  let at = 0;
  for (const [i, x] of centred.entries()) {
    for (let j = i + 1; j < channels; j++) {
      const [y, norm] = [centred[j] ?? x, Math.sqrt(squares[i] ?? 0) * Math.sqrt(squares[j] ?? 0)];
      if (norm > 0) into[at++] = Math.max(-1, Math.min(1, sums.dot(x, y) / norm));
      else into[at++] = fill === 'zero' ? 0 : Number.NaN;
    }
  }
}

function eachFrame(tile: Tile, state: FeatureState, out: Arrays<string>, sums: SeriesSums): void {
  const { channels, quantiles, fill, places, row, series, centred, squares } = state;
  const features = out.features as Float64Array;
  const correlations = out.correlations as Float64Array | undefined;
  const pairs = (channels * (channels - 1)) / 2;
  let at = 0;
  for (let frame = 0; frame < tile.count; frame++) {
    for (const [c, differences] of centred.entries()) {
      readSeries(tile, frame, c, channels, series);
      squares[c] = describeSeries(series, differences, quantiles, fill, state, sums, row);
      for (const place of places) features[at++] = row[place] ?? 0;
    }
    if (correlations) correlate(state, sums, correlations.subarray(frame * pairs, (frame + 1) * pairs));
  }
}

/** Statistical features of time series: (channels, n) for each frame, or (n) for one of a single series, and correlations of pairs of channels. */
export default defineOperator<FeatureParams, string, FeatureState>({
  name: 'features',
  summary: 'statistics (stats) of time series, and correlations of their channels',
  details,
  frames: 'series',
  params,
  examples: [{}, { select: 'mean,std,max,min,median', fill: 'zero' }, { quantiles: '0.1,0.5,0.9', pairs: 'none' }],
  prepare: ({ values }) => ({ names: selected(values).join(', ') }),
  facts: ({ names }) => ({ features: String(names) }),
  outputs(stack, values): Readonly<Record<string, Slot>> {
    const shape = checked(stack);
    const names = selected(values);
    const slot = { kind: 'each', dtype: 'float64', mayBeNaN: true } as const;
    const pairs = (shape.channels * (shape.channels - 1)) / 2;
    return {
      features: {
        ...slot,
        ...channelShape(stack, { feature: names.length }),
        label: names.join(', '),
      },
      ...(hasPairs(shape, values)
        ? {
            correlations: {
              ...slot,
              shape: [pairs],
              label: 'correlations of pairs of channels',
              axes: [{ ...plainAxis(0), name: 'pair' }],
            },
          }
        : {}),
    };
  },
  cost(stack) {
    const { channels, length } = checked(stack);
    return { workerBytes: (channels + 3) * (8 * length + 128) + 4 * 8 + 128 };
  },
  flops(stack, values) {
    const shape = checked(stack);
    const { channels, length } = shape;
    const pairs = hasPairs(shape, values) ? channels * (channels - 1) * length : 0;
    return 60 * channels * length + pairs;
  },
  init({ stack, values, arena }) {
    const { channels, length } = checked(stack);
    const { select, quantiles, fill } = values;
    return {
      channels,
      length,
      quantiles,
      fill,
      places: selectFeatures(select, quantiles),
      row: new Float64Array(featureNames(quantiles).length),
      series: arena.float64(length),
      sorted: arena.float64(length),
      steps: arena.float64(length - 1),
      moments: arena.float64(4),
      centred: Array.from({ length: channels }, () => arena.float64(length)),
      squares: new Float64Array(channels),
    };
  },
  process: (tile, state, out) => eachFrame(tile, state, out, plainSums),
  kernels: {
    wasm: {
      module: featuresWasm,
      process: (exports, tile, state, out) => eachFrame(tile, state, out, wasmSums(exports)),
    },
  },
});
