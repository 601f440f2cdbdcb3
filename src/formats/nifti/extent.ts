import { SourceError } from '../../core/errors.js';
import { frameCount, product, type Stack } from '../../core/stack.js';
import { badNifti, type NiftiHeader } from './header.js';
import { HEADER_BYTES } from './signature.js';

/** Where the voxels of a file lie in it, or in what it unpacks to. */
export interface VoxelBytes {
  readonly offset: number;
  readonly bytes: number;
  /** Of one volume. */
  readonly volumeBytes: number;
  /** Frames in a volume: more than one where slices are frames. */
  readonly volumeFrames: number;
}

/** @throws SourceError for an offset inside the header, or numbers too large to be those of a file */
export function voxelBytes(
  header: NiftiHeader,
  { stackShape, frameShape }: Stack,
  elementBytes: number,
  location: string,
): VoxelBytes {
  const { offset: said, single, version } = header;
  const least = single ? HEADER_BYTES[version] + 4 : 0;
  // Single files of some programs leave it at 0 and begin where the header must end.
  const offset = said === 0 ? least : said;
  if (!(Number.isSafeInteger(offset) && offset >= least))
    throw badNifti(
      location,
      `its voxels begin at byte ${said}, which lies ${said < least ? 'inside the header' : 'nowhere'}`,
    );
  const shape = [...stackShape, ...frameShape];
  const bytes = product(shape) * elementBytes;
  if (!Number.isSafeInteger(offset + bytes)) throw badNifti(location, `${shape.join(' x ')} voxels are too many`);
  return {
    offset,
    bytes,
    volumeBytes: product(shape.slice(-3)) * elementBytes,
    volumeFrames: product(shape.slice(-3)) / product(frameShape),
  };
}

/** The bytes of the first `until` frames alone; of all when that is not said. */
export function firstOf(voxels: VoxelBytes, stack: Stack, until: number | undefined): VoxelBytes {
  if (until === undefined || until >= frameCount(stack)) return voxels;
  return { ...voxels, bytes: (voxels.bytes / frameCount(stack)) * until };
}

/**
 * The error for a file that ends before its last voxel, with the range of whole frames that can be read all the same.
 *
 * @param found bytes there are, null when that was not counted
 */
export function tooShort(path: string, voxels: VoxelBytes, found: number | null): SourceError {
  const { offset, bytes, volumeBytes, volumeFrames } = voxels;
  const total = bytes / volumeBytes;
  const needs = `it needs ${offset + bytes} bytes for ${total} ${total === 1 ? 'volume' : 'volumes'}`;
  if (found === null) {
    return new SourceError('truncated', `${path} is cut off, or its header is damaged: ${needs}.`, { path });
  }
  const whole = Math.max(0, Math.floor((found - offset) / volumeBytes));
  const last =
    whole === 0
      ? 'no volume is whole'
      : `the last whole volume is number ${whole - 1}. It holds ${whole} of ${total} whole: --frames 0:${whole * volumeFrames} reads them`;
  return new SourceError('truncated', `${path} is cut off: ${needs} and has ${found}; ${last}.`, {
    path,
    expected: offset + bytes,
    found,
    wholeFrames: whole * volumeFrames,
  });
}
