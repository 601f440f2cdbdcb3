import { bitAt, type ElementFormat, isElementFormat, putElements } from './arrayelements.js';
import { Cursor, UNDEFINED } from './cursor.js';
import { type ChunkTarget, makePlacer } from './placer.js';

/** Walks a fixed array of chunks, paged or not. @throws SourceError when it is damaged */
export function indexFixedArray(target: ChunkTarget, address: number): void {
  const { file } = target;
  const head = Cursor.at(file, address, 12 + file.lengthBytes + file.offsetBytes);
  head.expect('FAHD');
  head.skip(1);
  const client = head.u8();
  const format: ElementFormat = { filtered: client === 1, elementBytes: head.u8() };
  const pageBits = head.u8();
  const count = head.length();
  const block = head.address();
  if (block === UNDEFINED) return;
  if (client > 1 || pageBits > 30 || !isElementFormat(format, file.offsetBytes)) throw head.fail('an impossible array');
  if (count > file.pages.size) throw head.fail('an array with more entries than the file has bytes');

  const place = makePlacer(target, false);
  const pageElements = 2 ** pageBits;
  const prefix = 6 + file.offsetBytes;
  const paged = count > pageElements;
  const pages = paged ? Math.ceil(count / pageElements) : 0;
  const bitmapBytes = Math.ceil(pages / 8);
  const body = Cursor.at(file, block, prefix + bitmapBytes);
  body.expect('FADB');
  body.skip(prefix - 4);
  const bitmap = body.bytes(bitmapBytes);
  const start = file.base + block + prefix + bitmapBytes;
  if (!paged) {
    putElements(target, place, format, start, 0, count);
    return;
  }
  const pageBytes = pageElements * format.elementBytes + 4;
  for (let page = 0; page < pages; page++) {
    if (!bitAt(bitmap, page)) continue;
    const first = page * pageElements;
    putElements(target, place, format, start + 4 + page * pageBytes, first, Math.min(pageElements, count - first));
  }
}
