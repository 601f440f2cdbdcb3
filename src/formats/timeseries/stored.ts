import type { OpenOptions, Source } from '../../core/source.js';
import { loadArray } from '../loaded-array.js';
import { labelsIn, openArraySeries, seriesIn } from './arrays.js';

/** True when options ask for windows, or for classes, of an array. */
export const asksForWindows = ({ timeSeries = {} }: OpenOptions): boolean =>
  timeSeries.length !== undefined || timeSeries.label !== undefined;

/**
 * Windows over a stored array of shape (series, points) or (series, channels, points), which is read whole.
 *
 * @param open opens another array of the same file: the classes that `options.timeSeries.label` names
 * @throws SourceError for arrays that are no series, and above 1 GiB
 */
export function openStoredSeries(
  source: Source,
  { timeSeries = {} }: OpenOptions,
  open: (dataset: string) => Source,
): Source {
  const array = loadArray(source);
  const { label } = timeSeries;
  const found = label === undefined || label === 'none' ? null : open(label);
  const labels = found && labelsIn(found.location, loadArray(found), seriesIn(array), null);
  return openArraySeries(source.location, array, labels, null, timeSeries);
}
