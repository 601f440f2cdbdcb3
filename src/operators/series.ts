import { OperatorError, UsageError } from '../core/errors.js';
import type { Tile } from '../core/operator.js';
import { type Axis, formatShape, plainAxis, type Stack } from '../core/stack.js';

/** What a frame of time series holds. */
export interface SeriesShape {
  readonly channels: number;
  /** Points of each channel. */
  readonly length: number;
}

/**
 * Frames of shape (channels, time), or (time) for one channel.
 *
 * @throws UsageError for frames of another rank
 */
export function seriesShape(stack: Stack, operator: string): SeriesShape {
  const { frameShape } = stack;
  const [channels, length] = frameShape.length === 1 ? [1, frameShape[0]] : frameShape;
  if (frameShape.length > 2 || channels === undefined || length === undefined) {
    throw new UsageError(
      'frame-rank',
      `${operator} needs series, frames of (channels, time) or (time), but a frame here is ${formatShape(frameShape)}. ` +
        'Choose --frame-rank 2 or 1, or the right data set.',
    );
  }
  return { channels, length };
}

const named = (name: string): Axis => ({ ...plainAxis(0), name });

/** The axis of the channels, as the source describes it. */
export function channelAxis(stack: Stack): Axis {
  const axis = stack.frameShape.length === 2 ? stack.axes[stack.stackShape.length] : undefined;
  return axis ?? named('channel');
}

/**
 * Shape and axes of results: what there is for each channel, in frames of channels, and for the frame in those of one series.
 *
 * @param extents of one channel, by the names of their axes
 */
export function channelShape(
  stack: Stack,
  extents: Readonly<Record<string, number>>,
): { readonly shape: readonly number[]; readonly axes: readonly Axis[] } {
  const own = { shape: Object.values(extents), axes: Object.keys(extents).map(named) };
  if (stack.frameShape.length !== 2) return own;
  return { shape: [stack.frameShape[0] ?? 1, ...own.shape], axes: [channelAxis(stack), ...own.axes] };
}

/**
 * Copies one channel of a frame as float64.
 *
 * @throws OperatorError naming frame, channel and point when a value is not finite
 */
export function readSeries(tile: Tile, frame: number, channel: number, channels: number, into: Float64Array): void {
  const { data, first } = tile;
  const start = (frame * channels + channel) * into.length;
  for (let t = 0; t < into.length; t++) {
    const value = data[start + t] ?? 0;
    if (!Number.isFinite(value)) {
      throw new OperatorError(
        'not-finite',
        `Frame ${first + frame}, channel ${channel} holds ${value} at point ${t}. ` +
          'Fill or cut such points first: --nan interpolate or --nan drop do for text, and for arrays with --window.',
        { frame: first + frame, channel, point: t },
      );
    }
    into[t] = value;
  }
}
