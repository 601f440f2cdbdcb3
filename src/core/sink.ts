import type { Dtype, NumericArray } from './dtype.js';
import type { Affine } from './source.js';
import type { Axis, Stack } from './stack.js';

/** One finished output array, with what its numbers mean. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: NumericArray;
  /** One per dimension of `shape`. */
  readonly axes: readonly Axis[];
  readonly unit: string;
  readonly label: string;
  /** The array that these are the standard uncertainties of. */
  readonly errorsOf?: string;
  /** Trailing dimensions that the operator gave axes of its own: 1 for curves, 2 for maps such as cakes. */
  readonly coordinates?: number;
  /** Trailing dimensions that are an image to look at as it is. */
  readonly image?: 2 | 3;
  /** Where the voxels of its last three dimensions lie; absent for arrays that are not on the grid of such a source. */
  readonly affine?: Affine;
}

/** A result before its numbers are there. */
export type Unfilled = Omit<NamedArray, 'data'> & { readonly dtype: Dtype };

/** How a file came to be; written into every output. */
export interface Provenance {
  readonly program: string;
  readonly version: string;
  /** The job as JSON: operators, values, source. */
  readonly recipe: string;
  /** What the operators made of options and files, such as a geometry: texts of one or more lines by name. */
  readonly facts?: Readonly<Record<string, string>>;
}

/**
 * How each frame of a streamed output is encoded on its own: zlib's deflate or Zstandard with a level, LZ4 in HDF5's
 * blocks, or `bslz4`, bitshuffle with LZ4.
 */
export type FrameCodec =
  | { readonly name: 'gzip'; readonly level: number }
  | { readonly name: 'zstd'; readonly level: number }
  | { readonly name: 'lz4' }
  | { readonly name: 'bslz4' };

/**
 * Where workers write frames of a streamed output: plain data that any thread can open.
 * `region`: frame i lies at `offset + i * frameBytes`. `chunks`: each frame is encoded on its own and appended; `end`
 * is one shared counter, the file's next free byte.
 */
export type SinkRef =
  | { readonly kind: 'region'; readonly path: string; readonly offset: number; readonly frameBytes: number }
  | {
      readonly kind: 'chunks';
      readonly path: string;
      readonly end: BigInt64Array;
      readonly frameBytes: number;
      readonly codec: FrameCodec;
    };

/** Where the encoded frames of one worker went: parallel arrays. */
export interface ChunkEntries {
  readonly index: Float64Array;
  readonly offset: Float64Array;
  readonly size: Float64Array;
}

/** What a streamed output is made for. */
export interface StreamOptions {
  readonly codec: { readonly name: 'none' } | FrameCodec;
  /** One chunk per frame when true (HDF5), else contiguous. */
  readonly chunked: boolean;
  readonly overwrite: boolean;
  /** Where the voxels of every frame lie, for formats that keep it. */
  readonly affine?: Affine;
}

/** One worker's open end of a streamed output. */
export interface SinkPart {
  /** Writes whole frames, native little-endian, starting at frame `first`. @throws SinkError */
  write(first: number, frames: NumericArray): void;
  /** Writes what was gathered so far. @throws SinkError */
  flush(): void;
  /** Entries of what was encoded; empty arrays for a `region`. */
  close(): ChunkEntries;
}

/** A streamed output on the host. The target appears under its name only after `commit`. */
export interface StreamSink {
  readonly stack: Stack;
  readonly ref: SinkRef;
  /** Writes the index from the entries of all workers and renames the file into place. */
  commit(entries: readonly ChunkEntries[], provenance: Provenance): Promise<void>;
  /** Removes everything written. Safe to call twice. */
  abort(): void;
}
