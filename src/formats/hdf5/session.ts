import { SourceError } from '../../core/errors.js';
import { FilePool } from './pool.js';
import type { Hdf5File } from './superblock.js';

/**
 * Runs `use` on an open file and closes it, with all files it led to. Limits of the runtime that a damaged file may
 * still reach (array lengths, stack depth) end as errors of the file.
 *
 * @throws SourceError when the file cannot be opened or is damaged
 */
export function withFile<T>(path: string, use: (pool: FilePool, file: Hdf5File) => T): T {
  const pool = new FilePool();
  try {
    return use(pool, pool.open(path));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SourceError(
      'malformed',
      `${path} is damaged or too large: ${error.message}.`,
      { path },
      { cause: error },
    );
  } finally {
    pool.close();
  }
}
