import { linearQuantile } from '../quantile.js';
import type { SeriesSums } from './sums.js';

/** Room for one series at a time, in memory that kernels can address. */
export interface Scratch {
  /** As long as a series. */
  readonly sorted: Float64Array;
  /** One shorter. */
  readonly steps: Float64Array;
  readonly moments: Float64Array;
}

/** What stands for features that are not defined. */
export type Fill = 'nan' | 'zero';

/** Below this share of the mean a spread is rounding alone. */
const EPSILON = 2 ** -52;

/**
 * All features of one series, in the order of `featureNames`; their definitions stand with the operator.
 *
 * @param centred gets the differences from the mean
 * @returns the sum of their squares; 0 for a constant series
 */
export function describeSeries(
  series: Float64Array,
  centred: Float64Array,
  quantiles: readonly number[],
  fill: Fill,
  { sorted, steps, moments }: Scratch,
  { centre }: SeriesSums,
  row: Float64Array,
): number {
  const count = series.length;
  const undefinedValue = fill === 'zero' ? 0 : Number.NaN;
  const at = (rank: number) => sorted[rank] ?? 0;

  for (let t = 0; t + 1 < count; t++) steps[t] = (series[t + 1] ?? 0) - (series[t] ?? 0);
  centre(steps, sorted.subarray(0, count - 1), moments);
  const [stepMean = 0, stepSquares = 0] = moments;
  centre(series, centred, moments);
  const [mean = 0, squares = 0, cubes = 0, fourths = 0] = moments;

  sorted.set(series);
  sorted.sort();
  const [low, high] = [at(0), at(count - 1)];
  const median = linearQuantile(count, 0.5, at);
  const shares = quantiles.map((share) => linearQuantile(count, share, at));
  const iqr = linearQuantile(count, 0.75, at) - linearQuantile(count, 0.25, at);
  for (let t = 0; t < count; t++) sorted[t] = Math.abs((series[t] ?? 0) - median);
  sorted.sort();
  const mad = linearQuantile(count, 0.5, at);

  const variance = squares / count;
  const isConstant = low === high || variance <= (EPSILON * mean) ** 2;
  const std = low === high ? 0 : Math.sqrt(variance);
  row.set([mean, std, low, high, median, ...shares, iqr]);
  row.set(
    [
      isConstant ? undefinedValue : cubes / count / (variance * Math.sqrt(variance)),
      isConstant ? undefinedValue : fourths / count / (variance * variance) - 3,
      mean === 0 ? undefinedValue : std / mean,
      mad,
      stepMean,
      Math.sqrt(stepSquares / (count - 1)),
      high - low,
    ],
    6 + shares.length,
  );
  return isConstant ? 0 : squares;
}
