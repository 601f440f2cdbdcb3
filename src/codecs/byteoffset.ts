import type { Arena } from '../core/arena.js';
import { blockCodec, blockKernel, EXHAUSTED, OVERFLOW } from './block.js';
import { byteoffsetWasm } from './byteoffset.wasm.js';
import type { Codec, Kernel } from './codec.js';

/**
 * Decodes the byte-offset compression of crystallographic binary files: each element is stored as the step from the one
 * before (the first from 0) in one byte; -128 says that the step follows in 2 bytes, -32768 there that it follows in 4,
 * -2^31 there that it follows in 8, all little-endian. Elements are written as 32 bits, little-endian, and wrap around as
 * writers that compute with 32 bits let them; they may be signed or unsigned. The plain reference of the WebAssembly kernel.
 * @returns decoded bytes, or a code of `BLOCK_FAILURES`
 */
export function decodeByteOffset(input: Uint8Array, output: Uint8Array): number {
  const steps = new DataView(input.buffer, input.byteOffset, input.length);
  const elements = new DataView(output.buffer, output.byteOffset, output.length & ~3);
  let at = 0;
  let decoded = 0;
  let value = 0;
  while (at < input.length) {
    let step = steps.getInt8(at);
    at += 1;
    if (step === -(2 ** 7)) {
      if (input.length - at < 2) return EXHAUSTED;
      step = steps.getInt16(at, true);
      at += 2;
      if (step === -(2 ** 15)) {
        if (input.length - at < 4) return EXHAUSTED;
        step = steps.getInt32(at, true);
        at += 4;
        if (step === -(2 ** 31)) {
          if (input.length - at < 8) return EXHAUSTED;
          step = Number(BigInt.asIntN(32, steps.getBigInt64(at, true)));
          at += 8;
        }
      }
    }
    if (decoded === elements.byteLength) return OVERFLOW;
    value = (value + step) | 0;
    elements.setInt32(decoded, value, true);
    decoded += 4;
  }
  return decoded;
}

/** Undoes the byte-offset compression; a chunk decodes to 32-bit elements. */
export function makeByteOffset(arena: Arena, kernel: Kernel): Codec {
  const isWasm = kernel === 'wasm';
  const decode = isWasm ? blockKernel(byteoffsetWasm, 'decodeByteOffset', arena) : decodeByteOffset;
  return blockCodec('byte-offset', 'byte offsets', decode);
}
