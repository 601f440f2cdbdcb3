import { UsageError } from '../core/errors.js';
import type { SeriesSet } from '../core/series.js';
import type { Source, TimeSeriesOptions } from '../core/source.js';
import { openSeriesSet as openWindows } from '../formats/timeseries/windowed.js';

function faultOf({ channels, classes, segments }: SeriesSet): string | null {
  for (const [i, { values, length, label, recording }] of segments.entries()) {
    if (!(values instanceof Float64Array && length > 0 && values.length === channels.length * length))
      return `Segment ${i} holds ${values.length} values: ${channels.length} channels of ${length} points, float64, are ${channels.length * length}`;
    if (!(Number.isInteger(label) && label >= -1 && label < classes.length))
      return `Segment ${i} has the class ${label}; there are ${classes.length}, from 0 on, and -1 for none`;
    if (!(Number.isInteger(recording) && recording >= 0))
      return `Segment ${i} is of recording ${recording}; recordings are numbered from 0 on`;
  }
  return null;
}

/**
 * A source of windows over series of your own: frames of (channels, points), float64, with their classes; windows of one recording are
 * never split apart.
 *
 * @param options.length points of a window; absent: whole segments, which must then be of one length
 * @param options.step from the start of one window to that of the next; absent: `length`
 * @throws UsageError for values that do not fit channels and lengths, and classes or recordings that are none; SourceError when there are
 *   no windows of that length
 */
export function openSeriesSet(set: SeriesSet, options: Pick<TimeSeriesOptions, 'length' | 'step'> = {}): Source {
  const fault = faultOf(set);
  if (fault) throw new UsageError('bad-series', `${fault}.`);
  return openWindows(set, options);
}
