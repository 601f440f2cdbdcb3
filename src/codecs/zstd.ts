import type { Arena } from '../core/arena.js';
import { badChunk, type Codec, type Kernel } from './codec.js';
import { decodeZstd } from './zstd-decode.js';
import { ZSTD_FAILURES } from './zstd-failures.js';

/** Bytes that `makeZstdBlock` takes of the arena: tables, and the literals of a block. */
export const ZSTD_SCRATCH = 196_608;

/**
 * Makes a decoder of Zstandard frames, which returns the decoded bytes; `output` may be larger. Takes `ZSTD_SCRATCH` bytes
 * of the arena. With the `wasm` kernel input and output lie in the arena's memory with 64 bytes of slack each.
 * @throws SourceError `bad-chunk`
 */
export function makeZstdBlock(arena: Arena, kernel: Kernel): (input: Uint8Array, output: Uint8Array) => number {
  if (kernel === 'wasm') arena.take(ZSTD_SCRATCH);
  return (input, output) => {
    const decoded = decodeZstd(input, output);
    if (decoded >= 0) return decoded;
    const reason = ZSTD_FAILURES[-1 - decoded] ?? 'damaged data';
    throw badChunk(`does not decode as Zstandard: ${reason}`, { filter: 'zstd', reason });
  };
}

/** Undoes HDF5's Zstandard filter (id 32015), frames of RFC 8878. Takes `ZSTD_SCRATCH` bytes of the arena. */
export function makeZstd(arena: Arena, kernel: Kernel): Codec {
  const decode = makeZstdBlock(arena, kernel);
  return (input, output) => output.subarray(0, decode(input, output));
}
