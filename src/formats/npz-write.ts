import { type Zippable, zipSync } from 'fflate';
import { SinkError } from '../core/errors.js';
import type { NamedArray, Provenance } from '../core/sink.js';
import { writeFile } from '../io/output.js';
import { encodeNpy } from './npy-write.js';

/** The archive is built in memory, and its 32-bit directory reaches this far. */
const ARCHIVE_LIMIT = 2 ** 31;
/** The oldest date a ZIP entry can have: equal arrays give equal files. */
const NO_DATE = new Date(1980, 0, 1);

/**
 * Writes arrays as `numpy.savez` does, uncompressed, with `recipe.json` that keeps units, axes and the recipe.
 *
 * @throws SinkError, also above 2 GiB
 */
export function writeNpz(
  path: string,
  arrays: readonly NamedArray[],
  provenance: Provenance,
  overwrite: boolean,
): void {
  const bytes = arrays.reduce((total, array) => total + array.data.byteLength, 0);
  if (bytes > ARCHIVE_LIMIT) {
    throw new SinkError(
      'npz-too-large',
      `${path} would exceed 2 GiB, the most an .npz written here can have. Write .h5.`,
    );
  }
  const facts = arrays.map(({ name, unit, label, axes }) => ({ name, unit, label, axes }));
  const members: Zippable = Object.fromEntries(arrays.map((array) => [`${array.name}.npy`, encodeNpy(array)]));
  members['recipe.json'] = new TextEncoder().encode(JSON.stringify({ ...provenance, arrays: facts }, null, 1));
  writeFile(path, overwrite, (file) => file.write(zipSync(members, { level: 0, mtime: NO_DATE }), 0));
}
