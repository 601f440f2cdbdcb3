import { type ErrorFields, SourceError } from '../core/errors.js';

/** Which code undoes a filter: WebAssembly on the arena's memory, or the plain TypeScript reference. */
export type Kernel = 'wasm' | 'ts';

/**
 * Undoes one filter. The result is the front part of `output`, or a part of `input` when no byte has to move.
 * With the `wasm` kernel both lie in the arena, with 64 readable bytes behind `input` and 64 writable behind `output`.
 * @throws SourceError `bad-chunk`
 */
export type Codec = (input: Uint8Array, output: Uint8Array) => Uint8Array;

/**
 * The error for a chunk that cannot be decoded. Its message is the rest of a sentence that begins with the chunk ("does
 * not inflate: ..."), so that whoever knows the frame, the file and the byte offset can put them in front.
 */
export function badChunk(message: string, fields: ErrorFields): SourceError {
  return new SourceError('bad-chunk', message, fields);
}
