import { type Arena, SLACK } from '../core/arena.js';
import { instantiate } from '../core/wasm.js';
import { badChunk, type Codec, type Kernel } from './codec.js';
import { zstdWasm } from './zstd.wasm.js';
import { decodeZstd } from './zstd-decode.js';
import { ZSTD_FAILURES } from './zstd-failures.js';

/** Bytes that `makeZstdBlock` takes of the arena: tables, and the literals of a block. */
export const ZSTD_SCRATCH = 147_520;

/** Decodes to the front of `output` and returns the number of bytes. */
type Decode = (input: Uint8Array, output: Uint8Array) => number;

function makeKernel(arena: Arena): Decode {
  const { memory } = arena;
  const run = instantiate(zstdWasm, memory).decodeFrames;
  const scratch = arena.take(ZSTD_SCRATCH);
  return (input, output) => {
    const end = Math.max(input.byteOffset + input.length, output.byteOffset + output.length);
    if (end + SLACK > memory.buffer.byteLength) {
      throw new RangeError('Zstandard needs 64 bytes of slack behind its input and output');
    }
    const code = run?.(input.byteOffset, input.length, output.byteOffset, output.length, scratch) ?? 0;
    // More than 2 GiB come back as a negative number, too.
    return code < -ZSTD_FAILURES.length ? code >>> 0 : code;
  };
}

/**
 * Makes a decoder of Zstandard frames, which returns the decoded bytes; `output` may be larger. Takes `ZSTD_SCRATCH` bytes
 * of the arena. With the `wasm` kernel input and output lie in the arena's memory with 64 bytes of slack each.
 * @throws SourceError `bad-chunk`
 */
export function makeZstdBlock(arena: Arena, kernel: Kernel): Decode {
  const decode = kernel === 'wasm' ? makeKernel(arena) : decodeZstd;
  return (input, output) => {
    const decoded = decode(input, output);
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
