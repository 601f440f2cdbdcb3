import { unsupported } from './bytes.js';
import { Cursor, UNDEFINED } from './cursor.js';
import type { Hdf5File } from './superblock.js';

/** A heap of variable-sized objects: names of dense links, dense attributes, shared messages. */
export interface FractalHeap {
  /** The object with this heap id. @throws SourceError when the id leads outside the heap */
  object(id: Uint8Array): Cursor;
}

interface Geometry {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly width: number;
  readonly firstBlock: number;
  /** Rows of an indirect block whose entries are direct blocks. */
  readonly directRows: number;
}

function rowBlockSize(geometry: Geometry, row: number): number {
  return row < 2 ? geometry.firstBlock : geometry.firstBlock * 2 ** (row - 1);
}

/** Address of the direct block that covers heap offset `wanted`, and the offset at which it begins. */
function findDirectBlock(
  file: Hdf5File,
  geometry: Geometry,
  root: { readonly address: number; readonly rows: number },
  wanted: number,
): { address: number; begins: number; size: number } {
  let { address, rows } = root;
  let begins = 0;
  if (rows === 0) return { address, begins, size: geometry.firstBlock };
  for (let depth = 0; depth < 16; depth++) {
    const entries = rows * geometry.width;
    const prefix = 5 + file.offsetBytes + geometry.offsetBytes;
    const block = Cursor.at(file, address, prefix + entries * file.offsetBytes);
    block.expect('FHIB');
    block.skip(prefix - 4);
    let row = 0;
    let size = rowBlockSize(geometry, 0);
    while (row < rows && wanted >= begins + size * geometry.width) {
      begins += size * geometry.width;
      row++;
      size = rowBlockSize(geometry, row);
    }
    if (row >= rows) throw block.fail('a heap object outside its heap');
    const column = Math.floor((wanted - begins) / size);
    begins += column * size;
    block.skip((row * geometry.width + column) * file.offsetBytes);
    address = block.address();
    if (address === UNDEFINED) throw block.fail('a heap object in a block that does not exist');
    if (row < geometry.directRows) return { address, begins, size };
    rows = Math.log2(size / (geometry.firstBlock * geometry.width)) + 1;
    if (!Number.isInteger(rows) || rows < 1) throw block.fail('a heap with an impossible doubling table');
  }
  throw Cursor.at(file, address, 0).fail('a heap nested too deeply');
}

/** Opens the fractal heap whose header is at `address`. @throws SourceError when it is damaged or stored filtered */
export function openFractalHeap(file: Hdf5File, address: number): FractalHeap {
  const header = Cursor.at(file, address, 22 + 12 * file.lengthBytes + 3 * file.offsetBytes);
  header.expect('FRHP');
  if (header.u8() !== 0) throw header.fail('a heap of unknown version');
  const idBytes = header.u16();
  if (header.u16() > 0) throw unsupported(file.path, 'a compressed heap of names or attributes');
  header.skip(1);
  const largestObject = header.u32();
  header.skip(2 * file.lengthBytes + 2 * file.offsetBytes + 8 * file.lengthBytes);
  const width = header.u16();
  const firstBlock = header.length();
  const largestBlock = header.length();
  const heapBits = header.u16();
  header.skip(2);
  const root = { address: header.address(), rows: header.u16() };
  const log2 = (value: number): number => Math.floor(Math.log2(value));
  if (firstBlock < 1 || largestBlock < firstBlock || width < 1 || heapBits < 1 || heapBits > 64) {
    throw header.fail('a heap with an impossible doubling table');
  }
  const geometry: Geometry = {
    offsetBytes: Math.ceil(heapBits / 8),
    sizeBytes: Math.min(Math.ceil((log2(largestBlock) + 1) / 8), Math.floor(log2(Math.max(1, largestObject)) / 8) + 1),
    width,
    firstBlock,
    directRows: log2(largestBlock) - log2(firstBlock) + 2,
  };

  function managed(id: Cursor): Cursor {
    const offset = id.uint(geometry.offsetBytes);
    const length = id.uint(geometry.sizeBytes);
    const block = findDirectBlock(file, geometry, root, offset);
    if (offset < block.begins || offset + length > block.begins + block.size) {
      throw header.fail('a heap object that leaves its block');
    }
    return Cursor.at(file, block.address + offset - block.begins, length);
  }

  return {
    object(bytes) {
      const id = Cursor.over(file, bytes, header.position);
      const first = id.u8();
      const kind = (first >> 4) & 3;
      if (first >> 6 !== 0) throw header.fail('a heap id of unknown version');
      if (kind === 0) return managed(id);
      if (kind === 1) throw unsupported(file.path, 'a heap object too large for its heap');
      const extended = idBytes > 17;
      const length = (extended ? ((first & 15) << 8) + id.u8() : first & 15) + 1;
      return id.slice(length);
    },
  };
}
