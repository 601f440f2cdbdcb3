import type { NumericArray } from '../../core/dtype.js';
import { ALONE } from '../../core/operator.js';
import { frameBytes, type Stack } from '../../core/stack.js';
import { readSeries, type SeriesShape, seriesShape } from '../series.js';

/** Bytes of frames read at a time. */
export const RUN_BYTES = 8 * 2 ** 20;

/** Frames `start` up to, not including, `stop`. */
export type FrameRange = readonly [number, number];

/** Of each channel, over all frames of a fit. */
export interface ChannelFit {
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly mean: Float64Array;
  /** Population standard deviation: sqrt(sum((x - mean)^2) / n). */
  readonly std: Float64Array;
}

/**
 * Running extremes and moments of channels. Mean and squared deviations of each series are taken in two passes and joined with the
 * formula of Chan, Golub and LeVeque (1979), relative to the first value of the channel, so that a large offset costs no digits.
 */
class ChannelMoments {
  readonly #origin: Float64Array;
  readonly #mean: Float64Array;
  readonly #squares: Float64Array;
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  readonly #series: Float64Array;
  #frames = 0;

  constructor({ channels, length }: SeriesShape) {
    this.#origin = new Float64Array(channels);
    this.#mean = new Float64Array(channels);
    this.#squares = new Float64Array(channels);
    this.#low = new Float64Array(channels).fill(Number.POSITIVE_INFINITY);
    this.#high = new Float64Array(channels).fill(Number.NEGATIVE_INFINITY);
    this.#series = new Float64Array(length);
  }

  /** Adds frames that begin with number `first`. */
  add(data: NumericArray, first: number, count: number): void {
    const tile = { data, first, count, team: ALONE };
    const channels = this.#mean.length;
    for (let frame = 0; frame < count; frame++) {
      for (let c = 0; c < channels; c++) {
        readSeries(tile, frame, c, channels, this.#series);
        this.#addSeries(c);
      }
      this.#frames++;
    }
  }

  #addSeries(c: number): void {
    const series = this.#series;
    if (this.#frames === 0) this.#origin[c] = series[0] ?? 0;
    const origin = this.#origin[c] ?? 0;
    let [sum, low, high] = [0, this.#low[c] ?? 0, this.#high[c] ?? 0];
    for (const value of series) {
      sum += value - origin;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    this.#low[c] = low;
    this.#high[c] = high;
    const own = sum / series.length;
    let squares = 0;
    for (const value of series) squares += (value - origin - own) ** 2;
    const share = 1 / (this.#frames + 1);
    const apart = own - (this.#mean[c] ?? 0);
    this.#mean[c] = (this.#mean[c] ?? 0) + apart * share;
    this.#squares[c] = (this.#squares[c] ?? 0) + squares + apart * apart * series.length * (1 - share);
  }

  result(): ChannelFit {
    const [low, high] = [this.#low, this.#high];
    const points = this.#frames * this.#series.length;
    return {
      low,
      high,
      mean: this.#mean.map((mean, c) => mean + (this.#origin[c] ?? 0)),
      std: this.#squares.map((squares, c) => (low[c] === high[c] ? 0 : Math.sqrt(squares / points))),
    };
  }
}

/**
 * Extremes, mean and standard deviation of every channel over some ranges of frames, read in runs of bounded memory.
 *
 * @throws OperatorError naming frame, channel and point when a value is not finite
 */
export async function fitChannels(
  stack: Stack,
  read: (first: number, count: number) => Promise<NumericArray>,
  ranges: readonly FrameRange[],
): Promise<ChannelFit> {
  const moments = new ChannelMoments(seriesShape(stack, 'scale'));
  const run = Math.max(1, Math.floor(RUN_BYTES / frameBytes(stack)));
  for (const [start, stop] of ranges) {
    for (let first = start; first < stop; first += run) {
      const count = Math.min(run, stop - first);
      moments.add(await read(first, count), first, count);
    }
  }
  return moments.result();
}
