import { SourceError } from '../../core/errors.js';
import type { Storage } from '../../core/storage.js';
import { type Dataset, isDataset, readDataset } from './dataset.js';
import type { Located } from './links.js';
import type { FilePool } from './pool.js';
import { placementOf, storedTypeOf } from './storage.js';
import { virtualPlacement } from './virtual.js';

/** Virtual data sets of virtual data sets, this deep at most. */
const MAX_NESTING = 8;

/** A data set as any worker can read it. */
export interface Resolved {
  readonly dataset: Dataset;
  readonly storage: Storage;
  /** Source files of a virtual data set that do not exist; their part reads as the fill value. */
  readonly missing: readonly string[];
}

/** The data set at this place. @throws SourceError when the object there is something else */
export function datasetAt(located: Located): Dataset {
  const { file, path, messages } = located;
  if (isDataset(messages)) return readDataset(file, path, messages);
  throw new SourceError('not-a-dataset', `${path} in ${file.path} is a group, not a data set. Name a data set in it.`, {
    path: file.path,
    dataset: path,
  });
}

/**
 * Works out where every element of a data set lies.
 *
 * @param frameRank trailing dimensions that make a frame
 * @throws SourceError when it is not numeric or damaged; with code 'unsupported-structure' when only the HDF5 library
 *   can read it
 */
export function resolveDataset(pool: FilePool, dataset: Dataset, frameRank: number, nesting = 0): Resolved {
  const type = storedTypeOf(dataset);
  const { path } = dataset.file;
  if (nesting > MAX_NESTING) {
    throw new SourceError('link-cycle', `${dataset.path} in ${path} is a virtual data set that contains itself.`, {
      path,
    });
  }
  if (dataset.space.kind === 'null') {
    throw new SourceError('no-data', `${dataset.path} in ${path} has no elements (a null dataspace).`, { path });
  }
  const { shape } = dataset.space;
  if (dataset.layout.kind !== 'virtual') {
    const storage = { ...placementOf(dataset, frameRank), shape, type, fill: dataset.fill };
    return { dataset, storage, missing: [] };
  }
  const resolveSource = (source: Located): Resolved => {
    const inner = datasetAt(source);
    return resolveDataset(pool, inner, Math.min(frameRank, inner.space.shape.length), nesting + 1);
  };
  const { placement, missing } = virtualPlacement(pool, dataset, dataset.layout, frameRank, resolveSource);
  return { dataset, storage: { ...placement, shape, type, fill: dataset.fill }, missing };
}
