import { readAddress, readUint } from './cursor.js';
import { type ChunkTarget, putChunk } from './placer.js';

/** How fixed and extensible arrays write one chunk: its address and, with filters, its stored size and filter mask. */
export interface ElementFormat {
  readonly filtered: boolean;
  readonly elementBytes: number;
}

/** Enters `count` consecutive elements, the first of which is chunk `first` of the index. */
export function putElements(
  target: ChunkTarget,
  place: (number: number) => number,
  format: ElementFormat,
  position: number,
  first: number,
  count: number,
): void {
  const { pages, offsetBytes } = target.file;
  const { filtered, elementBytes } = format;
  const view = pages.locate(position, count * elementBytes);
  const sizeBytes = elementBytes - offsetBytes - 4;
  let at = pages.at;
  for (let i = 0; i < count; i++, at += elementBytes) {
    const address = readAddress(view, at, offsetBytes);
    if (address < 0) continue;
    const index = place(first + i);
    if (index < 0) continue;
    if (filtered) {
      const mask = view.getUint32(at + offsetBytes + sizeBytes, true);
      putChunk(target, index, address, readUint(view, at + offsetBytes, sizeBytes), mask);
    } else putChunk(target, index, address, target.chunkBytes, 0);
  }
}

/** True when an element of this size can hold what it must. */
export function isElementFormat({ filtered, elementBytes }: ElementFormat, offsetBytes: number): boolean {
  const sizeBytes = elementBytes - offsetBytes - 4;
  return filtered ? sizeBytes >= 1 && sizeBytes <= 8 : elementBytes === offsetBytes;
}

/** Bit `index` of a bit string, most significant bit of each byte first. */
export function bitAt(bits: Uint8Array, index: number): boolean {
  return ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0;
}
