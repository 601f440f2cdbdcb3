import { InputFile } from '../../io/file.js';
import { exists } from '../../io/folder.js';
import { isGzip, peekGzip } from '../../io/gunzip.js';
import { headerFileOf } from './pair.js';

/** Bytes of a header, which begins with this number: NIfTI-1 and, with two more magic letters, NIfTI-2. */
export const HEADER_BYTES = { 1: 348, 2: 540 } as const;

/** Version and byte order of a header by its first bytes; null for something else, ANALYZE 7.5 among it. */
export function kindOf(head: Uint8Array): { version: 1 | 2; littleEndian: boolean; single: boolean } | null {
  if (head.length < HEADER_BYTES[1]) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  for (const littleEndian of [true, false]) {
    const size = view.getInt32(0, littleEndian);
    for (const version of [1, 2] as const) {
      if (size !== HEADER_BYTES[version]) continue;
      const magic = String.fromCharCode(...head.subarray(version === 1 ? 344 : 4, version === 1 ? 348 : 8));
      if (magic === `n+${version}\0`) return { version, littleEndian, single: true };
      if (magic === `ni${version}\0`) return { version, littleEndian, single: false };
    }
  }
  return null;
}

function headOf(path: string): Uint8Array {
  const file = InputFile.open(path);
  try {
    const head = new Uint8Array(Math.min(8192, file.size));
    file.read(head, 0);
    return head;
  } finally {
    file.close();
  }
}

/** True for a NIfTI file, packed or not, and for the image of a pair, whose header lies beside it. */
export function looksLikeNifti(head: Uint8Array, path: string): boolean {
  if (kindOf(isGzip(head) ? peekGzip(head) : head) !== null) return true;
  const header = headerFileOf(path);
  if (header === null || header === path || !exists(header)) return false;
  const other = headOf(header);
  return kindOf(isGzip(other) ? peekGzip(other) : other)?.single === false;
}
