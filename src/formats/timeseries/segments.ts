import { SourceError } from '../../core/errors.js';
import type { Segment, SeriesSet } from '../../core/series.js';
import type { TimeSeriesOptions } from '../../core/source.js';
import { naturalOrder } from '../numbering.js';
import { type Mending, mend, type Run } from './missing.js';
import type { Recording, Recordings } from './recording.js';
import { median } from './times.js';

/** Intervals without a point that end a segment, unless it is said how long a gap is. */
const USUAL_INTERVALS = 3;

/** Classes in the order of their numbers: those of the header, else numbers by size and names as a person orders them. */
function classesOf({ classes, recordings }: Recordings): readonly string[] {
  if (classes) return classes;
  const found = new Set(
    recordings.flatMap(({ label }) => (typeof label === 'string' || label === null ? [label] : [...new Set(label)])),
  );
  const names = [...found].filter((name) => name !== null);
  const isNumber = names.every((name) => name !== '' && Number.isFinite(Number(name)));
  return names.sort(isNumber ? (a, b) => Number(a) - Number(b) : naturalOrder);
}

/** Usual time from point to point. @throws SourceError for times that run backwards */
function intervalOf({ times, placeOfTime }: Recording): number {
  if (!times || times.length < 2) return 0;
  const steps = new Float64Array(times.length - 1);
  for (let i = 0; i < steps.length; i++) {
    const step = (times[i + 1] ?? 0) - (times[i] ?? 0);
    if (step < 0)
      throw new SourceError('time-order', `${placeOfTime(i + 1)}: earlier than the row before. Sort the rows by time.`);
    steps[i] = step;
  }
  return median(steps);
}

interface Cut {
  readonly runs: readonly Run[];
  readonly gaps: number;
  readonly changes: number;
}

/** Cuts at gaps in time and where the class changes. */
function cut({ times, label, length }: Recording, gap: number): Cut {
  const labels = typeof label === 'string' || label === null ? null : label;
  const runs: Run[] = [];
  let [from, gaps, changes] = [0, 0, 0];
  for (let i = 1; i <= length; i++) {
    const isGap = times !== null && i < length && (times[i] ?? 0) - (times[i - 1] ?? 0) > gap;
    const isChange = labels !== null && i < length && labels[i] !== labels[i - 1];
    if (i < length && !isGap && !isChange) continue;
    if (isGap) gaps++;
    else if (isChange) changes++;
    runs.push({ from, to: i });
    from = i;
  }
  return { runs, gaps, changes };
}

/** The segments of a set, and what was done to make them. */
export interface CutSet {
  readonly set: SeriesSet;
  readonly notes: readonly string[];
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/**
 * Cuts recordings into segments of one class without gaps or missing points.
 *
 * @throws SourceError for times that run backwards, missing points, or when nothing is left
 */
export function cutSegments(all: Recordings, options: TimeSeriesOptions): CutSet {
  const classes = classesOf(all);
  const { label: column } = options;
  if (classes.length === 0 && column !== undefined && column !== 'none' && column !== 'file')
    throw new SourceError(
      'no-classes',
      `${all.recordings[0]?.name}: --label ${column} holds no class: it is empty everywhere.`,
    );
  const numberOf = new Map(classes.map((name, i) => [name, i]));
  const intervals = all.recordings.map(intervalOf);
  const known = Float64Array.from(intervals.filter((interval) => interval > 0));
  const interval = median(known);
  const mending: Mending = { dropped: 0, filled: 0 };
  const segments: Segment[] = [];
  let [gaps, changes] = [0, 0];
  for (const [n, recording] of all.recordings.entries()) {
    const usual = intervals[n] || interval;
    const limit = options.gap ?? (usual > 0 ? USUAL_INTERVALS * usual : Number.POSITIVE_INFINITY);
    const found = cut(recording, limit);
    gaps += found.gaps;
    changes += found.changes;
    const { values, length, times, label } = recording;
    const channels = values.length / length;
    for (const { from, to } of mend(recording, found.runs, options.nan ?? 'error', mending)) {
      const name = typeof label === 'string' || label === null ? label : (label[from] ?? null);
      const points = new Float64Array(channels * (to - from));
      for (let c = 0; c < channels; c++)
        points.set(values.subarray(c * length + from, c * length + to), c * (to - from));
      segments.push({
        values: points,
        length: to - from,
        label: name === null ? -1 : (numberOf.get(name) ?? -1),
        recording: n,
        start: times?.[from] ?? 0,
      });
    }
  }
  if (segments.length === 0)
    throw new SourceError(
      'no-points',
      'Every point is missing in some channel: nothing is left. Use --nan interpolate.',
    );
  const ends = [
    ...(gaps > 0 ? [`${many(gaps, 'gap')} in time`] : []),
    ...(changes > 0 ? [`${many(changes, 'change')} of class`] : []),
  ];
  return {
    set: { channels: all.channels, classes, segments, interval },
    notes: [
      ...all.notes,
      ...(ends.length > 0 ? [`Segments end at ${ends.join(' and ')}.`] : []),
      ...(mending.filled > 0 ? [`${many(mending.filled, 'missing point')} interpolated.`] : []),
      ...(mending.dropped > 0
        ? [`${many(mending.dropped, 'time')} with missing points left out; segments end there.`]
        : []),
    ],
  };
}
