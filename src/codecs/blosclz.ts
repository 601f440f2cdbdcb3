import { EXHAUSTED, OVERFLOW, TOO_FAR } from './block.js';

/** Distances that do not fit 13 bits count on from here. */
const FAR = 8191;

/**
 * Decodes BloscLZ, the stream of C-Blosc 1 and 2 (after FastLZ level 2): a control byte below 32 begins that many literals
 * and one more; the others hold a length in their upper 3 bits (7: bytes are added as long as they are 255) and 13 bits of
 * distance together with the next byte; all ones there, two bytes of distance follow. The upper 3 bits of the first
 * control byte are a mark. The plain reference of the WebAssembly kernel.
 * @returns decoded bytes, or a code of `BLOCK_FAILURES`
 */
export function decodeBlosclz(input: Uint8Array, output: Uint8Array): number {
  let at = 0;
  let decoded = 0;
  while (at < input.length) {
    const control = (input[at] ?? 0) & (at === 0 ? 31 : 255);
    at += 1;
    if (control < 32) {
      const size = control + 1;
      if (size > input.length - at) return EXHAUSTED;
      if (size > output.length - decoded) return OVERFLOW;
      output.set(input.subarray(at, at + size), decoded);
      at += size;
      decoded += size;
      continue;
    }
    let size = (control >> 5) + 2;
    for (let more = size === 9 ? 255 : 0; more === 255; size += more) {
      if (at === input.length) return EXHAUSTED;
      more = input[at++] ?? 0;
    }
    if (at === input.length) return EXHAUSTED;
    let distance = (((control & 31) << 8) | (input[at++] ?? 0)) + 1;
    if (distance === FAR + 1) {
      if (input.length - at < 2) return EXHAUSTED;
      distance += ((input[at] ?? 0) << 8) | (input[at + 1] ?? 0);
      at += 2;
    }
    if (distance > decoded) return TOO_FAR;
    if (size > output.length - decoded) return OVERFLOW;
    for (const end = decoded + size; decoded < end; decoded++) output[decoded] = output[decoded - distance] ?? 0;
  }
  return decoded;
}
