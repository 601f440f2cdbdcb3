import type { Arena } from '../core/arena.js';
import { type ErrorFields, SourceError } from '../core/errors.js';
import type { Filter } from '../core/storage.js';

/** Which code undoes a filter: WebAssembly on the arena's memory, or the plain TypeScript reference. */
export type Kernel = 'wasm' | 'ts';

/**
 * Undoes one filter. The result is the front part of `output`, or a part of `input` when no byte has to move.
 * With the `wasm` kernel both lie in the arena, with 64 readable bytes behind `input` and 64 writable behind `output`.
 * @throws SourceError `bad-chunk`
 */
export type Codec = (input: Uint8Array, output: Uint8Array) => Uint8Array;

/** What a codec is made for. */
export interface CodecContext {
  /** Bytes of one decoded chunk of the data set. */
  readonly chunkBytes: number;
  /** Bytes of one element, for filters that do not state their own. */
  readonly elementBytes: number;
  readonly arena: Arena;
  readonly kernel: Kernel;
}

/** How one kind of filter is undone; the registry in filters.ts holds one per name. */
export interface FilterKind<F extends Filter = Filter> {
  /** True when decoding writes to a second buffer; false when it works in place or only looks. */
  readonly moves: boolean;
  /** Most bytes that encoding `bytes` bytes can take; anything longer in a file is damaged. */
  bound(bytes: number, filter: F): number;
  /** Sizes in bytes of the buffers that `make` takes of the arena, for chunks of `chunkBytes` decoded bytes. */
  scratch(filter: F, chunkBytes: number): readonly number[];
  /** @throws SourceError `unsupported-filter` */
  make(filter: F, context: CodecContext): Codec;
}

/**
 * The error for a chunk that cannot be decoded. Its message is the rest of a sentence that begins with the chunk ("does
 * not inflate: ..."), so that whoever knows the frame, the file and the byte offset can put them in front.
 */
export function badChunk(message: string, fields: ErrorFields): SourceError {
  return new SourceError('bad-chunk', message, fields);
}
