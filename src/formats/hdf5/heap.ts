import { Cursor } from './cursor.js';
import type { Hdf5File } from './superblock.js';

/** Names of an old-style group. */
export interface LocalHeap {
  text(offset: number): string;
}

/** Opens the local heap at `address`. @throws SourceError when it is damaged */
export function openLocalHeap(file: Hdf5File, address: number): LocalHeap {
  const head = Cursor.at(file, address, 8 + 2 * file.lengthBytes + file.offsetBytes);
  head.expect('HEAP');
  head.skip(4);
  const size = head.length();
  head.length();
  const data = head.address();
  return {
    text(offset) {
      if (offset >= size) throw head.fail('a name outside its heap');
      return Cursor.at(file, data + offset, Math.min(size - offset, 65536)).zeroTerminated();
    },
  };
}

/** Object `index` of the global heap collection at `address`. @throws SourceError when there is none */
export function globalHeapObject(file: Hdf5File, address: number, index: number): Cursor {
  const head = Cursor.at(file, address, 8 + file.lengthBytes);
  head.expect('GCOL');
  head.skip(4);
  const size = head.length();
  const prefix = 8 + file.lengthBytes;
  let at = prefix;
  while (at + prefix <= size) {
    const entry = Cursor.at(file, address + at, prefix);
    const number = entry.u16();
    entry.skip(6);
    const length = entry.length();
    if (number === index) return Cursor.at(file, address + at + prefix, length);
    if (number === 0) break;
    at += prefix + Math.ceil(length / 8) * 8;
  }
  throw head.fail(`object ${index} is missing from the heap`);
}
