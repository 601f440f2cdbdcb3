import { closeSync, openSync, readSync } from 'node:fs';
import { makeDecoder, scratchBytes } from '../../dist/codecs/pipeline.js';
import { ARENA_BASE, Arena, makeMemory } from '../../dist/core/arena.js';
import { largestChunk, type Storage } from '../../dist/core/storage.js';

/** One memory for all data sets: thousands of them would each reserve 4 GiB of addresses. */
const memory = makeMemory(2 ** 27);

/** Decodes chunks of `storage`; each result stands until the next. */
function makeChunks({ pipeline, layout, type }: Storage, chunkBytes: number) {
  const stored = layout.kind === 'chunked' ? largestChunk(layout.table) : 0;
  const size = scratchBytes(pipeline, chunkBytes) + stored + chunkBytes + 1024;
  const arena = new Arena(memory, ARENA_BASE, size);
  const input = arena.bytes(stored);
  const output = arena.bytes(chunkBytes);
  const decoder = makeDecoder(pipeline, chunkBytes, type.bytes, arena, 'wasm');
  return (bytes: Uint8Array, mask: number): Uint8Array => {
    input.set(bytes);
    decoder.decode(input.subarray(0, bytes.length), mask, output);
    return output;
  };
}

/** Every byte of a stored array in C order and the file's byte order, through the decoders of chunks. */
export function decodeWhole(storage: Storage): Uint8Array {
  const { shape, layout, type, files } = storage;
  const total = shape.reduce((a, b) => a * b, 1) * type.bytes;
  const out = new Uint8Array(total);
  const open = new Map<number, number>();
  const read = (file: number, offset: number, size: number): Uint8Array => {
    const fd = open.get(file) ?? openSync(files[file] ?? '', 'r');
    open.set(file, fd);
    const bytes = new Uint8Array(size);
    if (size > 0 && readSync(fd, bytes, 0, size, offset) !== size) throw new Error('short read');
    return bytes;
  };
  try {
    if (layout.kind === 'contiguous') {
      out.set(read(layout.file, layout.offset, total));
      return out;
    }
    if (total > 0) placeChunks(storage, out, read);
    return out;
  } finally {
    for (const fd of open.values()) closeSync(fd);
  }
}

function placeChunks(
  storage: Storage,
  out: Uint8Array,
  read: (file: number, offset: number, size: number) => Uint8Array,
) {
  const { shape, layout, type, fill } = storage;
  if (layout.kind !== 'chunked') return;
  const { chunkShape, table } = layout;
  const rank = shape.length;
  const filled = new Uint8Array(chunkShape.reduce((a, b) => a * b, 1) * type.bytes);
  for (let i = 0; i < filled.length; i++) filled[i] = fill[i % type.bytes] ?? 0;
  const decode = makeChunks(storage, filled.length);
  for (let index = 0; index < table.offset.length; index++) {
    const offset = table.offset[index] ?? -1;
    const bytes =
      offset < 0
        ? filled
        : decode(read(table.file[index] ?? 0, offset, table.size[index] ?? 0), table.mask[index] ?? 0);
    if (bytes.length !== filled.length)
      throw new Error(`chunk ${index} has ${bytes.length} bytes, not ${filled.length}`);
    const origin: number[] = new Array(rank).fill(0);
    for (let d = rank - 1, rest = index; d >= 0; d--) {
      origin[d] = (rest % (table.grid[d] ?? 1)) * (chunkShape[d] ?? 1);
      rest = Math.floor(rest / (table.grid[d] ?? 1));
    }
    copyRows(shape, chunkShape, origin, type.bytes, bytes, out);
  }
}

function copyRows(
  shape: readonly number[],
  chunkShape: readonly number[],
  origin: readonly number[],
  element: number,
  from: Uint8Array,
  out: Uint8Array,
) {
  const walk = (d: number, source: number, target: number): void => {
    const extent = shape[d] ?? 1;
    const chunk = chunkShape[d] ?? 1;
    const count = Math.min(chunk, extent - (origin[d] ?? 0));
    if (d >= shape.length - 1) {
      const start = (target * extent + (origin[d] ?? 0)) * element;
      out.set(from.subarray(source * chunk * element, (source * chunk + count) * element), start);
      return;
    }
    for (let i = 0; i < count; i++) walk(d + 1, source * chunk + i, target * extent + (origin[d] ?? 0) + i);
  };
  walk(0, 0, 0);
}
