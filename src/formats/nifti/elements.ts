import type { StoredType } from '../../core/dtype.js';
import { SourceError } from '../../core/errors.js';
import { badNifti, type NiftiHeader } from './header.js';
import { numbersOf } from './types.js';

/**
 * How the voxels of a file lie on disk and what they mean.
 *
 * @throws SourceError for complex numbers, colours and 128-bit floats, by name, and for a scale that is no number
 */
export function elementsOf(header: NiftiHeader, location: string): StoredType {
  const kind = numbersOf(header.datatype);
  if (typeof kind === 'string') {
    throw new SourceError(
      'unsupported-type',
      `${location} cannot be read: its voxels are ${kind}. Integers and floats of 8 to 64 bits are possible.`,
      { location, datatype: header.datatype },
    );
  }
  const { slope, intercept, order } = header;
  const type: StoredType = { ...kind, order };
  // A slope of 0 says that there is no scale; some programs write NaN.
  if (slope === 0 || !Number.isFinite(slope) || (slope === 1 && intercept === 0)) return type;
  if (!Number.isFinite(intercept)) throw badNifti(location, `its voxels are to be scaled by ${slope} x + ${intercept}`);
  return { ...type, scale: { slope, intercept } };
}
