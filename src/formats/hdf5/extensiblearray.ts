import { bitAt, type ElementFormat, isElementFormat, putElements } from './arrayelements.js';
import { Cursor, UNDEFINED } from './cursor.js';
import { type ChunkTarget, makePlacer } from './placer.js';

/** Numbers of an extensible array's header; names follow the format specification. */
interface Shape {
  readonly target: ChunkTarget;
  readonly place: (number: number) => number;
  readonly format: ElementFormat;
  readonly blockOffsetBytes: number;
  readonly pageElements: number;
  /** Elements that were ever set. */
  readonly used: number;
}

function readDataBlock(
  shape: Shape,
  address: number,
  first: number,
  count: number,
  hasPage: (page: number) => boolean,
) {
  const { target, place, format, pageElements } = shape;
  const { file } = target;
  if (address === UNDEFINED || first >= shape.used) return;
  const prefix = 6 + file.offsetBytes + shape.blockOffsetBytes;
  Cursor.at(file, address, prefix).expect('EADB');
  const start = file.base + address + prefix;
  if (count <= pageElements) {
    putElements(target, place, format, start, first, count);
    return;
  }
  const pageBytes = pageElements * format.elementBytes + 4;
  for (let page = 0; page < count / pageElements; page++) {
    if (!hasPage(page)) continue;
    putElements(target, place, format, start + 4 + page * pageBytes, first + page * pageElements, pageElements);
  }
}

function readSuperBlock(shape: Shape, address: number, first: number, blocks: number, count: number): void {
  const { target, pageElements } = shape;
  const { file } = target;
  if (address === UNDEFINED || first >= shape.used) return;
  const pages = count > pageElements ? count / pageElements : 0;
  const bitmapBytes = blocks * Math.ceil(pages / 8);
  const prefix = 6 + file.offsetBytes + shape.blockOffsetBytes;
  const block = Cursor.at(file, address, prefix + bitmapBytes + blocks * file.offsetBytes);
  block.expect('EASB');
  block.skip(prefix - 4);
  const bitmap = block.bytes(bitmapBytes);
  for (let i = 0; i < blocks; i++) {
    // the bitmap is one string of bits over all data blocks, not one padded string for each
    readDataBlock(shape, block.address(), first + i * count, count, (page) => bitAt(bitmap, i * pages + page));
  }
}

/** Walks an extensible array of chunks: elements in the index block, in data blocks, and in blocks of data blocks. */
export function indexExtensibleArray(target: ChunkTarget, address: number): void {
  const { file } = target;
  const head = Cursor.at(file, address, 16 + 6 * file.lengthBytes + file.offsetBytes);
  head.expect('EAHD');
  head.skip(1);
  const client = head.u8();
  const format: ElementFormat = { filtered: client === 1, elementBytes: head.u8() };
  const maxBits = head.u8();
  const inIndex = head.u8();
  const blockElements = head.u8();
  const minPointers = head.u8();
  const pageBits = head.u8();
  head.skip(4 * file.lengthBytes);
  const used = head.length();
  head.length();
  const indexBlock = head.address();
  const powerOfTwo = (value: number): boolean => value > 0 && Number.isInteger(Math.log2(value));
  if (!isElementFormat(format, file.offsetBytes) || !powerOfTwo(blockElements) || !powerOfTwo(minPointers)) {
    throw head.fail('an impossible array');
  }
  if (client > 1 || maxBits > 64 || pageBits > 30) throw head.fail('an impossible array');
  if (indexBlock === UNDEFINED) return;

  const place = makePlacer(target, true);
  const pageElements = 2 ** pageBits;
  const shape: Shape = { target, place, format, blockOffsetBytes: Math.ceil(maxBits / 8), pageElements, used };
  const superBlocks = 1 + maxBits - Math.log2(blockElements);
  const direct = Math.min(superBlocks, 2 * Math.log2(minPointers));
  const directBlocks = 2 * (minPointers - 1);
  const prefix = 6 + file.offsetBytes;
  const pointers = (directBlocks + superBlocks - direct) * file.offsetBytes;
  const block = Cursor.at(file, indexBlock, prefix + inIndex * format.elementBytes + pointers);
  block.expect('EAIB');
  block.skip(prefix - 4);
  putElements(target, place, format, block.position, 0, inIndex);
  block.skip(inIndex * format.elementBytes);
  let first = inIndex;
  for (let level = 0; level < superBlocks; level++) {
    const blocks = 2 ** Math.floor(level / 2);
    const count = 2 ** Math.ceil(level / 2) * blockElements;
    if (level < direct) {
      for (let i = 0; i < blocks; i++) readDataBlock(shape, block.address(), first + i * count, count, () => true);
    } else readSuperBlock(shape, block.address(), first, blocks, count);
    first += blocks * count;
  }
}
