import type { Cursor } from './cursor.js';
import { openLocalHeap } from './heap.js';
import type { Hdf5File } from './superblock.js';

/** A run of a contiguous data set that lies in a raw file beside the HDF5 file. */
export interface ExternalSegment {
  readonly name: string;
  readonly offset: number;
  /** Bytes; Infinity when the file may grow. */
  readonly size: number;
}

/** Reads an external file list message. @throws SourceError when it is damaged */
export function readExternalFiles(cursor: Cursor, file: Hdf5File): ExternalSegment[] {
  if (cursor.u8() !== 1) throw cursor.fail('an external file list of unknown version');
  cursor.skip(5);
  const used = cursor.u16();
  const heap = openLocalHeap(file, cursor.address());
  const unlimited = 2 ** (8 * file.lengthBytes) - 1;
  return Array.from({ length: used }, () => {
    const name = heap.text(cursor.length());
    const offset = cursor.length();
    const size = cursor.length();
    return { name, offset, size: size >= unlimited ? Number.POSITIVE_INFINITY : size };
  });
}
