import { closeSync, openSync, readSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import type { Storage } from '../../dist/core/storage.js';

function unshuffle(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const count = Math.floor(bytes.length / elementBytes);
  const out = bytes.slice();
  for (let b = 0; b < elementBytes; b++) {
    for (let i = 0; i < count; i++) out[i * elementBytes + b] = bytes[b * count + i] ?? 0;
  }
  return out;
}

function decodeChunk(storage: Storage, stored: Uint8Array, mask: number): Uint8Array {
  let bytes = stored;
  for (let i = storage.pipeline.length - 1; i >= 0; i--) {
    const filter = storage.pipeline[i];
    if (filter === undefined || ((mask >>> i) & 1) === 1) continue;
    if (filter.name === 'deflate') bytes = new Uint8Array(inflateSync(bytes));
    else if (filter.name === 'shuffle') bytes = unshuffle(bytes, filter.elementBytes);
    else if (filter.name === 'fletcher32') bytes = bytes.subarray(0, bytes.length - 4);
    else throw new Error(`cannot decode ${filter.name}`);
  }
  return bytes;
}

/** Every byte of a stored array in C order and the file's byte order, decoded with nothing but node:zlib. */
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
  for (let index = 0; index < table.offset.length; index++) {
    const offset = table.offset[index] ?? -1;
    const bytes =
      offset < 0
        ? filled
        : decodeChunk(storage, read(table.file[index] ?? 0, offset, table.size[index] ?? 0), table.mask[index] ?? 0);
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
