import type { NamedArray } from '../../core/sink.js';
import { entryCount, isCurves } from '../measured.js';
import { MOST_CURVES } from './curves.js';

/** How an array is drawn: as curves over each other, as a map over two axes, or as images of the detector or scan. */
export function figureOf(array: NamedArray): 'curves' | 'map' | 'images' {
  if (isCurves(array)) return array.data.length / (array.shape.at(-1) ?? 1) <= MOST_CURVES ? 'curves' : 'map';
  return array.coordinates === 2 && entryCount(array) === 1 ? 'map' : 'images';
}
