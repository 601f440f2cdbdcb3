import type { NumericArray } from '../../core/dtype.js';
import { ALONE } from '../../core/operator.js';
import { frameBytes, type Stack } from '../../core/stack.js';
import { readSeries, seriesShape } from '../series.js';

/** Bytes of frames read at a time. */
export const RUN_BYTES = 8 * 2 ** 20;

/** Of each channel, over all frames of a fit. */
export interface ChannelFit {
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly mean: Float64Array;
  /** Population standard deviation: sqrt(sum((x - mean)^2) / n). */
  readonly std: Float64Array;
}

/**
 * Extremes, mean and standard deviation of every channel over frames `start` to `stop`, in runs of bounded memory. The mean and the
 * squared deviations of each series are taken in two passes and joined with the formula of Chan, Golub and LeVeque (1979).
 *
 * @throws OperatorError naming frame, channel and point when a value is not finite
 */
export async function fitChannels(
  stack: Stack,
  read: (first: number, count: number) => Promise<NumericArray>,
  [start, stop]: readonly [number, number],
): Promise<ChannelFit> {
  const { channels, length } = seriesShape(stack, 'scale');
  const low = new Float64Array(channels).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(channels).fill(Number.NEGATIVE_INFINITY);
  // Values are taken relative to the first of their channel, so that a large offset costs no digits.
  const origin = new Float64Array(channels);
  const [mean, squares] = [new Float64Array(channels), new Float64Array(channels)];
  const series = new Float64Array(length);
  const run = Math.max(1, Math.floor(RUN_BYTES / frameBytes(stack)));
  for (let first = start; first < stop; first += run) {
    const count = Math.min(run, stop - first);
    const tile = { data: await read(first, count), first, count, team: ALONE };
    for (let frame = 0; frame < count; frame++) {
      const share = 1 / (first + frame - start + 1);
      for (let c = 0; c < channels; c++) {
        readSeries(tile, frame, c, channels, series);
        if (first + frame === start) origin[c] = series[0] ?? 0;
        const zero = origin[c] ?? 0;
        let sum = 0;
        for (const value of series) {
          sum += value - zero;
          if (value < (low[c] ?? 0)) low[c] = value;
          if (value > (high[c] ?? 0)) high[c] = value;
        }
        const own = sum / length;
        const apart = own - (mean[c] ?? 0);
        let spread = 0;
        for (const value of series) spread += (value - zero - own) ** 2;
        squares[c] = (squares[c] ?? 0) + spread + apart * apart * length * (1 - share);
        mean[c] = (mean[c] ?? 0) + apart * share;
      }
    }
  }
  const points = (stop - start) * length;
  const std = squares.map((sum, c) => (low[c] === high[c] ? 0 : Math.sqrt(sum / points)));
  return { low, high, mean: mean.map((value, c) => value + (origin[c] ?? 0)), std };
}
