import { SourceError } from '../../core/errors.js';
import { isDataset, readDataset } from './dataset.js';
import { type Located, locate } from './links.js';
import { readMappings } from './mappings.js';
import type { FilePool } from './pool.js';
import { datasetAt, resolveDataset } from './resolve.js';
import { withFile } from './session.js';

/**
 * Source files of a virtual data set that do not exist, so that their part reads as the fill value; empty for any other
 * data set.
 *
 * @throws SourceError as `openHdf5` does; with code 'unsupported-structure' when only the HDF5 library can read it
 */
export function missingSources(path: string, dataset: string): readonly string[] {
  return withFile(path, (pool, file) => {
    const located: Located = locate(pool, file, dataset);
    return resolveDataset(pool, datasetAt(located), 2).missing;
  });
}

/** True for a virtual data set that names files that do not exist, or names them in a way that is not read. */
export function lacksSources(pool: FilePool, { file, path, messages }: Located): boolean {
  if (!isDataset(messages)) return false;
  try {
    const dataset = readDataset(file, path, messages);
    if (dataset.layout.kind !== 'virtual') return false;
    const mappings = readMappings(dataset, dataset.layout.heap, dataset.layout.entry);
    const names = new Set(mappings.map((mapping) => mapping.file));
    return [...names].some((name) => name !== '.' && pool.follow(file, name) === null);
  } catch (error) {
    if (error instanceof SourceError) return true;
    throw error;
  }
}
