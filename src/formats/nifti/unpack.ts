import { formatBytes } from '../../core/size.js';
import type { InputFile } from '../../io/file.js';
import { gunzip } from '../../io/gunzip.js';
import { unpackedCopy } from '../../io/unpacked.js';
import { tooShort, type VoxelBytes } from './extent.js';

/** Deflate makes no more than this of one byte: a file that needs more is cut off or its header is wrong. */
const LARGEST_RATIO = 1032;

/** Bytes behind the voxels that are unpacked to check the file to its end; what is longer is not looked at. */
const LOOKED_AT = 2 ** 24;

/** A scratch copy with everything up to the last voxel. */
interface Unpacked {
  readonly path: string;
  readonly notes: readonly string[];
}

/** Notes on a file that was unpacked before, by its scratch copy. */
const said = new Map<string, readonly string[]>();

/**
 * Unpacks a gzip file, once, in one pass of little memory. Its voxels can then be read from anywhere: gzip itself can only be
 * read from the start.
 *
 * @param wanted those of its voxels that will be read; the rest is not unpacked
 * @throws SourceError naming the last whole frame of a file that is cut off; for damage; for want of room
 */
export async function unpackVoxels(file: InputFile, voxels: VoxelBytes, wanted: VoxelBytes): Promise<Unpacked> {
  const end = wanted.offset + wanted.bytes;
  const isPart = wanted.bytes < voxels.bytes;
  if (end > file.size * LARGEST_RATIO) throw tooShort(file.path, voxels, null);
  const notes: string[] = [];
  const path = await unpackedCopy(file.path, end, async (write) => {
    let filled = 0;
    const {
      end: how,
      members,
      garbage,
    } = await gunzip(file, (piece) => {
      if (filled < end) write(piece.subarray(0, end - filled));
      filled += piece.length;
      return filled < end + (isPart ? 0 : LOOKED_AT);
    });
    if (filled < end) throw tooShort(file.path, voxels, filled);
    if (isPart) return;
    if (members > 1) notes.push(`gzip in ${members} pieces, one behind the other`);
    if (filled > end)
      notes.push(`${how === 'stopped' ? 'much' : formatBytes(filled - end)} behind the last voxel, not used`);
    if (how === 'cut') notes.push('the file ends before its checksum, but behind its last voxel');
    if (garbage > 0) notes.push(`${garbage} bytes behind the gzip data that are none, not used`);
  });
  if (!said.has(path)) said.set(path, notes);
  const text = `gzip can only be read from its start: unpacked to a scratch file (${formatBytes(end)}), removed at the end`;
  return { path, notes: [text, ...(said.get(path) ?? [])] };
}
