import { SourceError } from '../../core/errors.js';
import { HEADER_BYTES, kindOf } from './signature.js';

/** The fields of a NIfTI-1 or NIfTI-2 header that say how to read and place its voxels, as they stand there. */
export interface NiftiHeader {
  readonly version: 1 | 2;
  readonly order: 'little' | 'big';
  /** Header and voxels are one file. */
  readonly single: boolean;
  /** Extents of x, y, z, t, ...: 1 to 7 of them. */
  readonly extents: readonly number[];
  readonly datatype: number;
  readonly bitpix: number;
  /** Its first number is the sign of the quaternion's third column. */
  readonly pixdim: readonly number[];
  readonly offset: number;
  readonly slope: number;
  readonly intercept: number;
  readonly units: number;
  readonly toffset: number;
  readonly description: string;
  readonly qformCode: number;
  readonly sformCode: number;
  readonly quaternion: readonly number[];
  readonly qoffset: readonly number[];
  readonly sform: readonly number[];
}

/** Where fields lie and how wide they are. */
interface Places {
  readonly dim: number;
  readonly datatype: number;
  readonly pixdim: number;
  readonly offset: number;
  readonly slope: number;
  readonly toffset: number;
  readonly units: number;
  readonly description: number;
  readonly codes: number;
  readonly quaternion: number;
  readonly sform: number;
}

const PLACES: Readonly<Record<1 | 2, Places>> = {
  1: {
    dim: 40,
    datatype: 70,
    pixdim: 76,
    offset: 108,
    slope: 112,
    toffset: 136,
    units: 123,
    description: 148,
    codes: 252,
    quaternion: 256,
    sform: 280,
  },
  2: {
    dim: 16,
    datatype: 12,
    pixdim: 104,
    offset: 168,
    slope: 176,
    toffset: 216,
    units: 500,
    description: 240,
    codes: 344,
    quaternion: 352,
    sform: 400,
  },
};

/** The error for a file that claims to be NIfTI and is not readable as such. */
export function badNifti(location: string, why: string): SourceError {
  return new SourceError('bad-nifti', `${location} is not a readable NIfTI file: ${why}.`, { location });
}

function checkExtents(dim: readonly number[], location: string): number[] {
  const rank = dim[0] ?? 0;
  if (!(rank >= 1 && rank <= 7)) throw badNifti(location, `it has ${rank} dimensions, 1 to 7 are possible`);
  const extents = dim.slice(1, rank + 1);
  const wrong = extents.findIndex((extent) => !(Number.isSafeInteger(extent) && extent > 0));
  if (wrong >= 0) throw badNifti(location, `dimension ${wrong + 1} has ${extents[wrong]} voxels`);
  return extents;
}

/**
 * Reads the header at the start of `bytes`.
 *
 * @throws SourceError when it is cut off, no NIfTI header, or has impossible dimensions
 */
export function parseHeader(bytes: Uint8Array, location: string): NiftiHeader {
  if (bytes.length < HEADER_BYTES[1]) throw badNifti(location, `it has only ${bytes.length} bytes`);
  const kind = kindOf(bytes);
  if (kind === null) {
    throw badNifti(location, 'its header has no NIfTI mark (n+1, ni1, n+2 or ni2); ANALYZE 7.5 has to be converted');
  }
  const { version, littleEndian, single } = kind;
  if (bytes.length < HEADER_BYTES[version]) throw badNifti(location, `it has only ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = PLACES[version];
  const real = (place: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) =>
      version === 1 ? view.getFloat32(place + 4 * i, littleEndian) : view.getFloat64(place + 8 * i, littleEndian),
    );
  const wide = (place: number): number => Number(view.getBigInt64(place, littleEndian));
  const whole = (place: number, width: 2 | 4): number =>
    width === 2 ? view.getInt16(place, littleEndian) : view.getInt32(place, littleEndian);
  const dim = Array.from({ length: 8 }, (_, i) =>
    version === 1 ? view.getInt16(at.dim + 2 * i, littleEndian) : wide(at.dim + 8 * i),
  );
  const codeBytes = version === 1 ? 2 : 4;
  const [slope = 0, intercept = 0] = real(at.slope, 2);
  const placed = real(at.quaternion, 6);
  const text = new TextDecoder('latin1').decode(bytes.subarray(at.description, at.description + 80));
  return {
    version,
    order: littleEndian ? 'little' : 'big',
    single,
    extents: checkExtents(dim, location),
    datatype: whole(at.datatype, 2),
    bitpix: whole(at.datatype + 2, 2),
    pixdim: real(at.pixdim, 8),
    offset: version === 1 ? (real(at.offset, 1)[0] ?? 0) : wide(at.offset),
    slope,
    intercept,
    units: version === 1 ? view.getUint8(at.units) : whole(at.units, 4),
    toffset: real(at.toffset, 1)[0] ?? 0,
    description: text.split('\0')[0] ?? '',
    qformCode: whole(at.codes, codeBytes),
    sformCode: whole(at.codes + codeBytes, codeBytes),
    quaternion: placed.slice(0, 3),
    qoffset: placed.slice(3),
    sform: real(at.sform, 12),
  };
}
