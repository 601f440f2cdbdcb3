import { SourceError, UsageError } from '../../core/errors.js';
import { cutWindows, type SeriesSet, type WindowOptions, type Windows } from '../../core/series.js';
import type { Source, TimeSeriesOptions } from '../../core/source.js';
import { frameCount } from '../../core/stack.js';

const SHOWN_CLASSES = 32;
const SHOWN_CHANNELS = 16;
/** Whole segments of so many points are seldom what is wanted: an image of each has a million pixels. */
const LONG = 1000;

function many(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : what.endsWith('s') ? 'es' : 's'}`;
}

/** `7`, or `7 to 29`. */
function lengthsOf(segments: SeriesSet['segments']): { least: number; most: number; text: string } {
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const { length } of segments) {
    least = Math.min(least, length);
    most = Math.max(most, length);
  }
  return { least, most, text: least === most ? `${most}` : `${least} to ${most}` };
}

/** Refuses windows that cannot be cut, before any is. */
function checkWindows({ segments }: SeriesSet, { length, step }: WindowOptions, location: string): void {
  const { least, most, text } = lengthsOf(segments);
  const bad = [
    ['--window', length],
    ['--step', step],
  ].find(([, value]) => value !== undefined && !(Number.isInteger(value) && Number(value) > 0));
  if (bad) throw new UsageError('bad-window', `${bad[0]} takes a whole number of points above 0, not ${bad[1]}.`);
  if (length === undefined) {
    if (step !== undefined) throw new UsageError('bad-window', '--step says how far windows are apart: add --window.');
    if (least === most) return;
    const few = segments.filter((one) => one.length >= (least + most) / 2).length;
    throw new SourceError(
      'unequal-lengths',
      `${location}: its ${segments.length} segments are of unequal length, ${text} points, and frames must be alike. ` +
        `Give --window ${least} to use all of them (longer windows leave short segments out; ${few} have at least ${Math.ceil((least + most) / 2)} points).`,
      { path: location, least, most },
    );
  }
  if (length <= most) return;
  throw new SourceError(
    'window-too-long',
    `${location}: a window of ${length} points is longer than any segment (${segments.length} of ${text} points). Give --window ${most} or less.`,
    { path: location, window: length, longest: most },
  );
}

/** @throws SourceError for a class whose series are all too short for a window */
function checkClasses({ classes, segments }: SeriesSet, { labels }: Windows, location: string): void {
  const [has, had] = [new Set(labels.of), new Map<number, number>()];
  for (const { label, length } of segments) had.set(label, Math.max(had.get(label) ?? 0, length));
  const empty = [...had].find(([label]) => label >= 0 && !has.has(label));
  if (!empty) return;
  throw new SourceError(
    'empty-class',
    `${location}: no window is of class ${classes[empty[0]]}: its longest segment has ${empty[1]} points. Give --window ${empty[1]} or less.`,
    { path: location, class: classes[empty[0]] ?? '', longest: empty[1] },
  );
}

function classNote({ classes }: SeriesSet, { labels }: Windows): string[] {
  const counts = new Float64Array(classes.length + 1);
  for (const label of labels.of) counts[label + 1] = (counts[label + 1] ?? 0) + 1;
  const shown = classes.slice(0, SHOWN_CLASSES).map((name, i) => `${name} (${counts[i + 1]})`);
  if (classes.length > SHOWN_CLASSES) shown.push(`and ${classes.length - SHOWN_CLASSES} more`);
  const without = counts[0] ? [`${many(counts[0], 'window')} without a class.`] : [];
  return classes.length === 0
    ? ['No classes.']
    : [`${many(classes.length, 'class')}: ${shown.join(', ')}.`, ...without];
}

function describe(set: SeriesSet, windows: Windows, { length, step }: WindowOptions): string[] {
  const { channels, segments, interval } = set;
  const recordings = new Set(segments.map(({ recording }) => recording)).size;
  const { most, text } = lengthsOf(segments);
  const short = length === undefined ? 0 : segments.filter((one) => one.length < length).length;
  const names = channels.slice(0, SHOWN_CHANNELS).join(', ');
  const cut = length === undefined ? '' : ` Windows of ${length} points, every ${step ?? length}.`;
  return [
    `${many(channels.length, 'channel')}: ${names}${channels.length > SHOWN_CHANNELS ? `, and ${channels.length - SHOWN_CHANNELS} more` : ''}.`,
    ...classNote(set, windows),
    `${many(segments.length, 'segment')} of ${text === '1' ? '1 point' : `${text} points`}, of ${many(recordings, 'recording')}.${cut}`,
    ...(short > 0 ? [`${many(short, 'segment')} left out: shorter than a window.`] : []),
    ...(length === undefined && most >= LONG
      ? [`Frames are whole segments of ${most} points. --window 96 would cut windows.`]
      : []),
    ...(interval > 0 ? [`A point every ${Number(interval.toPrecision(6))} s.`] : []),
  ];
}

/** The options as flags, by their names on the command line. */
function flagsOf({ length, nan, ...others }: TimeSeriesOptions): Record<string, string | number> {
  const all = { ...(length === undefined ? {} : { window: length }), ...others, ...(nan === 'error' ? {} : { nan }) };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/**
 * A source of windows over series, frames of (channels, points) float64, with their classes and groups.
 *
 * @param location what the user would recognise
 * @param notes of how the series were read
 * @throws SourceError for unequal lengths without a window, a window longer than any segment, or a class left without windows
 */
export function openSeriesSet(
  set: SeriesSet,
  options: TimeSeriesOptions = {},
  location = 'series',
  notes: readonly string[] = [],
): Source {
  if (set.segments.length === 0 || set.channels.length === 0)
    throw new SourceError('no-points', `${location} holds no series.`, { path: location });
  checkWindows(set, options, location);
  const windows = cutWindows(set, options);
  checkClasses(set, windows, location);
  if (frameCount(windows.handle.stack) === 0) throw new SourceError('no-points', `${location} holds no windows.`);
  return {
    format: 'series',
    location,
    handle: windows.handle,
    notes: [...describe(set, windows, options), ...notes],
    groups: windows.groups,
    channels: set.channels,
    openedWith: flagsOf(options),
    ...(set.classes.length > 0 ? { labels: windows.labels } : {}),
  };
}
