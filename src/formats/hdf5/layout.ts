import { unsupported } from './bytes.js';
import { type Cursor, UNDEFINED } from './cursor.js';
import type { Hdf5File } from './superblock.js';

/** How the chunks of a data set are found. Addresses are relative to the base of the file. */
export type ChunkIndex =
  | { readonly kind: 'btree1'; readonly address: number }
  | { readonly kind: 'single'; readonly address: number; readonly size: number | null; readonly mask: number }
  | { readonly kind: 'implicit'; readonly address: number }
  | { readonly kind: 'fixed'; readonly address: number }
  | { readonly kind: 'extensible'; readonly address: number }
  | { readonly kind: 'btree2'; readonly address: number };

/** Where a data set keeps its elements. */
export type Layout =
  | { readonly kind: 'compact'; readonly position: number; readonly size: number }
  | { readonly kind: 'contiguous'; readonly address: number }
  | {
      readonly kind: 'chunked';
      readonly chunkShape: readonly number[];
      /** Chunks that stick out of the array carry no filter. */
      readonly rawEdges: boolean;
      readonly index: ChunkIndex;
    }
  | { readonly kind: 'virtual'; readonly heap: number; readonly entry: number };

/** Chunk extents of a message; the last one there is the element size. */
function checkChunk(cursor: Cursor, extents: number[]): number[] {
  const chunkShape = extents.slice(0, -1);
  const elements = chunkShape.reduce((total, extent) => total * extent, 1);
  if (chunkShape.some((extent) => extent < 1) || elements > Number.MAX_SAFE_INTEGER) {
    throw cursor.fail(`chunks of shape ${chunkShape.join(' x ')}`);
  }
  return chunkShape;
}

function readOldLayout(cursor: Cursor): Layout {
  const count = cursor.u8();
  const kind = cursor.u8();
  cursor.skip(5);
  const address = kind === 0 ? UNDEFINED : cursor.address();
  const extents = Array.from({ length: count }, () => cursor.u32());
  if (kind === 1) return { kind: 'contiguous', address };
  if (kind === 2) {
    return {
      kind: 'chunked',
      chunkShape: checkChunk(cursor, extents),
      rawEdges: false,
      index: { kind: 'btree1', address },
    };
  }
  if (kind !== 0) throw cursor.fail(`layout class ${kind}`);
  const size = cursor.u32();
  return { kind: 'compact', position: cursor.position, size: cursor.slice(size).remaining };
}

function readIndex(cursor: Cursor, file: Hdf5File, flags: number): ChunkIndex {
  const kind = cursor.u8();
  switch (kind) {
    case 1: {
      const filtered = (flags & 2) !== 0;
      const size = filtered ? cursor.length() : null;
      const mask = filtered ? cursor.u32() : 0;
      return { kind: 'single', address: cursor.address(), size, mask };
    }
    case 2:
      return { kind: 'implicit', address: cursor.address() };
    case 3:
      cursor.skip(1);
      return { kind: 'fixed', address: cursor.address() };
    case 4:
      cursor.skip(5);
      return { kind: 'extensible', address: cursor.address() };
    case 5:
      cursor.skip(6);
      return { kind: 'btree2', address: cursor.address() };
    default:
      throw unsupported(file.path, `chunk index type ${kind}`);
  }
}

/** Reads a layout message (versions 1-5). @throws SourceError when it is damaged or of an unknown kind */
export function readLayout(cursor: Cursor, file: Hdf5File): Layout {
  const version = cursor.u8();
  if (version === 1 || version === 2) return readOldLayout(cursor);
  if (version < 1 || version > 5) throw unsupported(file.path, `layout version ${version}`);
  const kind = cursor.u8();
  if (kind === 0) {
    const size = cursor.u16();
    return { kind: 'compact', position: cursor.position, size: cursor.slice(size).remaining };
  }
  if (kind === 1) return { kind: 'contiguous', address: cursor.address() };
  if (kind === 3 && version >= 4) return { kind: 'virtual', heap: cursor.address(), entry: cursor.u32() };
  if (kind !== 2) throw cursor.fail(`layout class ${kind}`);
  if (version === 3) {
    const count = cursor.u8();
    const address = cursor.address();
    const extents = Array.from({ length: count }, () => cursor.u32());
    return {
      kind: 'chunked',
      chunkShape: checkChunk(cursor, extents),
      rawEdges: false,
      index: { kind: 'btree1', address },
    };
  }
  const flags = cursor.u8();
  const count = cursor.u8();
  const extentBytes = cursor.u8();
  if (extentBytes < 1 || extentBytes > 8) throw cursor.fail('chunk extents of impossible size');
  const extents = Array.from({ length: count }, () => cursor.uint(extentBytes));
  const index = readIndex(cursor, file, flags);
  return { kind: 'chunked', chunkShape: checkChunk(cursor, extents), rawEdges: (flags & 1) !== 0, index };
}
