import type { Channel } from './channel.js';
import type { Scale, StoredType } from './dtype.js';

/** One step of a chunk's encoding, in the order it was applied when writing; decoding runs it backwards. */
export type Filter =
  | { readonly name: 'deflate' }
  | { readonly name: 'shuffle'; readonly elementBytes: number }
  | { readonly name: 'fletcher32' }
  | { readonly name: 'lz4' }
  | { readonly name: 'lzf' }
  | { readonly name: 'zstd' }
  | { readonly name: 'blosc' }
  /** Crystallographic binary files; decodes to 32-bit elements. */
  | { readonly name: 'byte-offset' }
  | { readonly name: 'packbits' }
  | { readonly name: 'tiff-lzw' }
  | {
      /** TIFF: elements of a row stored as differences; `float` also stores bytes of one significance together. */
      readonly name: 'predictor';
      readonly kind: 'difference' | 'float';
      readonly elementBytes: number;
      readonly order: 'little' | 'big';
      readonly rowElements: number;
      /** Samples of a pixel that lie side by side, each predicted by its like; 1 when absent. */
      readonly samples?: number;
    }
  | {
      readonly name: 'bitshuffle';
      readonly elementBytes: number;
      /** Elements of a block; 0: the number that makes a block of 8 KiB. */
      readonly blockElements: number;
      /** What the blocks are compressed with after their bits were transposed. */
      readonly inner: 'none' | 'lz4' | 'zstd';
    }
  | {
      /** TIFF: samples of pixels, interleaved; decodes to what frames have of them, in native order. */
      readonly name: 'samples';
      readonly samples: number;
      readonly elementBytes: 1 | 2;
      readonly order: 'little' | 'big';
      readonly channel: Channel;
    }
  | {
      /** A whole PNG, JPEG or WebP file; decodes to one frame, in native order. */
      readonly name: 'image';
      readonly height: number;
      readonly width: number;
      readonly elementBytes: 1 | 2;
      readonly channel: Channel;
      /** Most samples a pixel in any of the files. */
      readonly samples: number;
      /** Any of the files is decoded by a library, in memory of its own. */
      readonly isForeign: boolean;
    }
  | { readonly name: 'unsupported'; readonly id: number; readonly label: string };

/**
 * Where every chunk lies, in row-major order over `grid`. A missing chunk has offset -1 and reads as the fill value.
 * The arrays stand on shared memory so that all workers see one table.
 */
export interface ChunkTable {
  /** Chunks along each dimension of the full array. */
  readonly grid: readonly number[];
  /** Index into `Storage.files`. */
  readonly file: Uint16Array;
  /** Absolute byte offset in that file; exact to 2^53. */
  readonly offset: Float64Array;
  /** Stored bytes, after all filters. */
  readonly size: Float64Array;
  /** Bit i set: filter i of the pipeline was skipped for this chunk. */
  readonly mask: Uint32Array;
}

/** Elements of the whole array one behind the other, in one file. */
export interface ContiguousLayout {
  readonly kind: 'contiguous';
  readonly file: number;
  readonly offset: number;
  /** Bytes from the start of one frame to the next: the bytes of a frame, or more when each has its own header. */
  readonly frameStride: number;
}

export interface ChunkedLayout {
  readonly kind: 'chunked';
  /** Extent of a chunk in every dimension of the full array. */
  readonly chunkShape: readonly number[];
  readonly table: ChunkTable;
  /**
   * Chunks at the lower edge of a frame may hold just the rows inside it, as the last strip of a TIFF does. 2: the dimensions of an
   * image are the last two, 3: its pixels have several values.
   */
  readonly rowsCut?: 2 | 3;
}

/** What a stored source keeps on disk: plain data that any thread or process can read frames with. */
export interface Storage {
  /** Absolute paths (or URLs). */
  readonly files: readonly string[];
  /** Shape of the full stored array; its trailing dimensions are the frame. */
  readonly shape: readonly number[];
  readonly type: StoredType;
  /** The scale of each file, where files have scales of their own; that of `type` is then one of them. */
  readonly scales?: readonly Scale[];
  readonly layout: ContiguousLayout | ChunkedLayout;
  readonly pipeline: readonly Filter[];
  /** Bytes of one element, in the file's byte order, that stand for what was never written. */
  readonly fill: Uint8Array;
}

/** A chunk table of missing chunks, on shared memory. */
export function makeChunkTable(grid: readonly number[]): ChunkTable {
  const count = grid.reduce((total, extent) => total * extent, 1);
  const table: ChunkTable = {
    grid,
    file: new Uint16Array(new SharedArrayBuffer(count * 2)),
    offset: new Float64Array(new SharedArrayBuffer(count * 8)),
    size: new Float64Array(new SharedArrayBuffer(count * 8)),
    mask: new Uint32Array(new SharedArrayBuffer(count * 4)),
  };
  table.offset.fill(-1);
  return table;
}

/** Chunks along each dimension; a chunk that sticks out of the array counts whole. */
export function chunkGrid(shape: readonly number[], chunkShape: readonly number[]): number[] {
  return shape.map((extent, i) => Math.ceil(extent / (chunkShape[i] ?? 1)));
}

/** Largest stored chunk in bytes; 0 when every chunk is missing. */
export function largestChunk(table: ChunkTable): number {
  let largest = 0;
  for (const size of table.size) if (size > largest) largest = size;
  return largest;
}
