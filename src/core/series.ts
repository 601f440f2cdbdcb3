import type { SourceHandle } from './source.js';
import { type Axis, makeStack } from './stack.js';

/** What frames belong to. */
export interface Labels {
  readonly classes: readonly string[];
  /** Number of the class of each frame; -1 for none. */
  readonly of: Int32Array;
}

/** Points of some channels at the same times, without a gap. */
export interface Segment {
  /** Channel after channel, `length` points each. */
  readonly values: Float64Array;
  readonly length: number;
  /** Number of its class; -1 for none. */
  readonly label: number;
  /** The recording it comes from: what is of one recording is never split between training and test. */
  readonly recording: number;
  /** When its first point was taken, in seconds; 0 where nothing is known. */
  readonly start: number;
}

/** Series as they were read, before windows are cut. */
export interface SeriesSet {
  readonly channels: readonly string[];
  readonly classes: readonly string[];
  readonly segments: readonly Segment[];
  /** Seconds between points; 0 where they have no times. */
  readonly interval: number;
}

/** How windows are cut from segments. */
export interface WindowOptions {
  /** Points of a window; absent: whole segments, which must then be of one length. */
  readonly length?: number;
  /** From the start of one window to that of the next; absent: `length`. */
  readonly step?: number;
}

/** Windows over segments: frames of shape (channels, length). */
export interface Windows {
  readonly handle: SourceHandle & { readonly kind: 'windows' };
  readonly labels: Labels;
  /** Of each window: windows of one group share a recording, or points. */
  readonly groups: Int32Array;
}

/**
 * Cuts windows. Segments shorter than a window give none.
 *
 * @returns float64 frames on shared memory, as many as windows fit; none when no segment is long enough
 */
export function cutWindows({ channels, classes, segments, interval }: SeriesSet, options: WindowOptions): Windows {
  const length = options.length ?? segments[0]?.length ?? 0;
  const step = options.step ?? length;
  const total = segments.reduce((sum, { values }) => sum + values.length, 0);
  const values = new Float64Array(new SharedArrayBuffer(8 * total));
  const cuts: { first: number; pitch: number; label: number; recording: number }[] = [];
  let base = 0;
  for (const segment of segments) {
    values.set(segment.values, base);
    const { length: points, label, recording } = segment;
    for (let at = 0; length > 0 && at + length <= points; at += step)
      cuts.push({ first: base + at, pitch: points, label, recording });
    base += segment.values.length;
  }
  const axes: Axis[] = [
    { name: 'window', unit: '', step: 1, origin: 0 },
    { name: 'channel', unit: '', step: 1, origin: 0 },
    { name: 'time', unit: interval > 0 ? 's' : '', step: interval > 0 ? interval : 1, origin: 0 },
  ];
  return {
    handle: {
      kind: 'windows',
      stack: makeStack([cuts.length, channels.length, length], 'float64', 2, axes),
      values,
      first: Float64Array.from(cuts, (cut) => cut.first),
      pitch: Float64Array.from(cuts, (cut) => cut.pitch),
    },
    labels: { classes, of: Int32Array.from(cuts, (cut) => cut.label) },
    groups: Int32Array.from(cuts, (cut) => cut.recording),
  };
}
