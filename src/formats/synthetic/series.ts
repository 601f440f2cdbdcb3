import { UsageError } from '../../core/errors.js';
import type { Segment, SeriesSet } from '../../core/series.js';
import { frameKey, uniform } from './keyed-random.js';
import { FAULTS, SENSORS, simulate } from './series-plant.js';

/** Which fault recordings are made. Everything has a default. */
export interface FaultSeriesOptions {
  /** Recordings; their faults take turns, so that classes are as large as each other. */
  readonly recordings?: number;
  /** Segments of a recording, with a gap in time between. */
  readonly segments?: number;
  /** Points of a segment. */
  readonly points?: number;
  /** Sensors: the first ones of an air handler; above 12 those of others beside it, which are healthy. */
  readonly channels?: number;
  /** Faults, the healthy plant included, 1 to 6. */
  readonly classes?: number;
  /** Seconds from point to point. */
  readonly interval?: number;
  /** Whole number from 0 on; equal seeds give equal series. */
  readonly seed?: number;
}

/** The options with their defaults: recordings of twice 40 hours, a point every 5 minutes. */
export const FAULT_DEFAULTS = {
  recordings: 60,
  segments: 2,
  points: 480,
  channels: 9,
  classes: 6,
  interval: 300,
  seed: 1,
} as const;

/** Air handlers of one recording. */
const MOST_UNITS = 16;

/** Sensors that one recording can have. */
export const MOST_CHANNELS = MOST_UNITS * SENSORS.length;

/** Seconds of a day. */
const DAY = 86400;

/** One recording: every one depends on the seed and its number alone. */
export function faultRecording(recording: number, options: Required<FaultSeriesOptions>): readonly Segment[] {
  const { segments, points, channels, classes, interval, seed } = options;
  const [k0, k1] = frameKey(seed, 2 * recording);
  const label = recording % classes;
  const times = new Float64Array(segments * points);
  let time = interval * Math.floor((7 * DAY * uniform(0, k0, k1)) / interval);
  for (let i = 0; i < times.length; i++) {
    // A gap of 3 to 15 hours.
    if (i > 0 && i % points === 0) time += interval * Math.ceil((3600 * (3 + 12 * uniform(i, k0, k1))) / interval);
    times[i] = time;
    time += interval;
  }
  const plant = { fault: FAULTS[label] ?? 'normal', severity: uniform(1, k1, k0), interval, seed };
  const units = Array.from({ length: Math.ceil(channels / SENSORS.length) }, (_, unit) =>
    simulate({ ...plant, fault: unit > 0 ? 'normal' : plant.fault, draw: recording * MOST_UNITS + unit }, times),
  );
  return Array.from({ length: segments }, (_, s) => {
    const own = new Float64Array(channels * points);
    for (let c = 0; c < channels; c++) {
      const at = (c % SENSORS.length) * times.length + s * points;
      const unit = units[Math.floor(c / SENSORS.length)];
      if (unit) own.set(unit.subarray(at, at + points), c * points);
    }
    return { values: own, length: points, label, recording, start: times[s * points] ?? 0 };
  });
}

/** `supply_temp`, and of the second air handler `supply_temp_2`. */
export function channelNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, c) => {
    const unit = Math.floor(c / SENSORS.length);
    return `${SENSORS[c % SENSORS.length]}${unit > 0 ? `_${unit + 1}` : ''}`;
  });
}

function checkOptions({
  recordings,
  segments,
  points,
  channels,
  classes,
  interval,
  seed,
}: Required<FaultSeriesOptions>): void {
  const limits: [string, number, number, number][] = [
    ['recordings', recordings, 1, 1e6],
    ['segments', segments, 1, 1e4],
    ['points', points, 2, 1e7],
    ['channels', channels, 1, MOST_CHANNELS],
    ['classes', classes, 1, FAULTS.length],
    ['interval', interval, 1, DAY],
    ['seed', seed, 0, Number.MAX_SAFE_INTEGER],
  ];
  for (const [name, value, least, most] of limits) {
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    throw new UsageError(
      'bad-series',
      `Fault series take ${name} as a whole number from ${least} to ${most}, not ${value}.`,
    );
  }
}

/**
 * A generated set of fault recordings of an air handler: several sensors, daily cycles, weather, noise and time gaps.
 *
 * @returns segments of `recordings` recordings, cut at their gaps; times are seconds from a Monday on
 * @throws UsageError for an option out of range
 */
export function makeFaultSeries(options: FaultSeriesOptions = {}): SeriesSet {
  const all = { ...FAULT_DEFAULTS, ...options };
  checkOptions(all);
  return {
    channels: channelNames(all.channels),
    classes: FAULTS.slice(0, all.classes),
    segments: Array.from({ length: all.recordings }, (_, n) => faultRecording(n, all)).flat(),
    interval: all.interval,
  };
}
