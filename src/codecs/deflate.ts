import { type Arena, SLACK } from '../core/arena.js';
import { LayoutError } from '../core/errors.js';
import { instantiate } from '../core/wasm.js';
import { badChunk, type Codec, type Kernel } from './codec.js';
import { INFLATE_FAILURES, type Inflated, inflate } from './inflate.js';
import { inflateWasm } from './inflate.wasm.js';

/** Bytes the kernel needs in the arena for tables; at `DECODED_AT` in them it leaves how many bytes it decoded. */
export const INFLATE_SCRATCH = 34624;
const DECODED_AT = 26368;

/** The longest match past here would wrap around the kernel's 32-bit addresses. */
const LAST_OUTPUT = 2 ** 32 - 512;

type Inflate = (input: Uint8Array, output: Uint8Array) => Inflated;

function makeKernel(arena: Arena): Inflate {
  const { memory } = arena;
  const run = instantiate(inflateWasm, memory).inflateZlib;
  const scratch = arena.take(INFLATE_SCRATCH);
  const decodedAtFailure = new Uint32Array(memory.buffer, scratch + DECODED_AT, 1);
  return (input, output) => {
    if (input.byteOffset + input.length + SLACK > memory.buffer.byteLength) {
      throw new RangeError('inflate needs 64 readable bytes behind its input');
    }
    if (output.byteOffset + output.length > LAST_OUTPUT) {
      throw new RangeError('inflate needs its output to end 512 bytes below 4 GiB');
    }
    const code = run?.(input.byteOffset, input.length, output.byteOffset, output.length, scratch, 1) ?? 0;
    const failure = code < 0 ? INFLATE_FAILURES[-1 - code] : undefined;
    if (!failure) return { failure: null, decoded: code >>> 0 };
    return { failure, decoded: Math.min(decodedAtFailure[0] ?? 0, output.length) };
  };
}

/** Undoes HDF5's deflate filter, a zlib stream whose Adler-32 is checked. Takes `INFLATE_SCRATCH` bytes of the arena. */
export function makeInflate(arena: Arena, kernel: Kernel): Codec {
  const run: Inflate = kernel === 'wasm' ? makeKernel(arena) : inflate;
  return (input, output) => {
    const { failure, decoded } = run(input, output);
    if (failure) {
      throw badChunk(`does not inflate: ${failure} at decoded byte ${decoded}`, {
        filter: 'deflate',
        reason: failure,
        decodedBytes: decoded,
      });
    }
    return output.subarray(0, decoded);
  };
}

/**
 * A zlib stream of `bytes`, level 0 to 9, by the zlib that comes with Node. A browser has none that takes a level; there
 * `CompressionStream('deflate')` makes the same kind of stream at its own level.
 * @throws LayoutError outside Node
 */
export function deflate(bytes: Uint8Array, level: number): Uint8Array {
  const zlib = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:zlib');
  if (!zlib) throw new LayoutError('no-deflate', 'Writing deflate needs Node. Choose an uncompressed output here.');
  return zlib.deflateSync(bytes, { level });
}
