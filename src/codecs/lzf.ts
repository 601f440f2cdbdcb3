import type { Arena } from '../core/arena.js';
import { blockCodec, blockKernel, EXHAUSTED, OVERFLOW, TOO_FAR } from './block.js';
import type { Codec, Kernel } from './codec.js';
import { lzfWasm } from './lzf.wasm.js';

/**
 * Decodes LZF, the stream of liblzf: a control byte below 32 begins that many literals and one more; the others hold a
 * length in their upper 3 bits (7: one more byte is added) and 13 bits of distance together with the byte after. The plain
 * reference of the WebAssembly kernel.
 * @returns decoded bytes, or a code of `BLOCK_FAILURES`
 */
export function decodeLzf(input: Uint8Array, output: Uint8Array): number {
  let at = 0;
  let decoded = 0;
  while (at < input.length) {
    const control = input[at++] ?? 0;
    if (control < 32) {
      const size = control + 1;
      if (size > input.length - at) return EXHAUSTED;
      if (size > output.length - decoded) return OVERFLOW;
      output.set(input.subarray(at, at + size), decoded);
      at += size;
      decoded += size;
      continue;
    }
    let size = control >> 5;
    if (size === 7) {
      if (at === input.length) return EXHAUSTED;
      size += input[at++] ?? 0;
    }
    size += 2;
    if (at === input.length) return EXHAUSTED;
    const distance = (((control & 31) << 8) | (input[at++] ?? 0)) + 1;
    if (distance > decoded) return TOO_FAR;
    if (size > output.length - decoded) return OVERFLOW;
    for (const end = decoded + size; decoded < end; decoded++) output[decoded] = output[decoded - distance] ?? 0;
  }
  return decoded;
}

/** Undoes the LZF filter of h5py. */
export function makeLzf(arena: Arena, kernel: Kernel): Codec {
  return blockCodec('lzf', 'LZF', kernel === 'wasm' ? blockKernel(lzfWasm, 'decodeLzf', arena) : decodeLzf);
}
