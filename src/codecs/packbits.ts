import type { Arena } from '../core/arena.js';
import { blockCodec, blockKernel, EXHAUSTED } from './block.js';
import type { Codec, Kernel } from './codec.js';
import { packbitsWasm } from './packbits.wasm.js';

/**
 * Decodes PackBits (TIFF 6.0, section 9): a byte n from 0 to 127 begins n + 1 literals, -1 to -127 repeats the next byte
 * 1 - n times, -128 means nothing. Decoding ends when `output` is full; strips may hold a byte of padding more. The plain
 * reference of the WebAssembly kernel.
 * @returns decoded bytes, or a code of `BLOCK_FAILURES`
 */
export function decodePackBits(input: Uint8Array, output: Uint8Array): number {
  let at = 0;
  let decoded = 0;
  while (at < input.length && decoded < output.length) {
    const control = ((input[at++] ?? 0) << 24) >> 24;
    if (control === -128) continue;
    if (control < 0) {
      if (at === input.length) return EXHAUSTED;
      const size = Math.min(1 - control, output.length - decoded);
      output.fill(input[at++] ?? 0, decoded, decoded + size);
      decoded += size;
    } else {
      const size = Math.min(control + 1, output.length - decoded);
      if (size > input.length - at) return EXHAUSTED;
      output.set(input.subarray(at, at + size), decoded);
      at += size;
      decoded += size;
    }
  }
  return decoded;
}

/** Undoes the PackBits compression of TIFF strips and tiles. */
export function makePackBits(arena: Arena, kernel: Kernel): Codec {
  const decode = kernel === 'wasm' ? blockKernel(packbitsWasm, 'decodePackBits', arena) : decodePackBits;
  return blockCodec('packbits', 'PackBits', decode);
}
