import { type Located, locate } from './links.js';
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
