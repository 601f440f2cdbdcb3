// Decodes BloscLZ (the stream of C-Blosc 1 and 2, after FastLZ level 2).
import { EXHAUSTED, OVERFLOW, TOO_FAR } from './_failures.as';
import { copyMatch } from './_match.as';

/** Distances that do not fit 13 bits count on from here. */
const FAR: usize = 8191;

/**
 * Decodes `length` bytes at `source` to at most `capacity` at `target`; 64 bytes of slack behind both.
 * @returns decoded bytes, or a negative code
 */
export function decodeBlosclz(source: usize, length: usize, target: usize, capacity: usize): i32 {
  const srcEnd = source + length;
  const dstEnd = target + capacity;
  let src = source;
  let dst = target;
  // The upper bits of the first control byte are a mark.
  let mask: usize = 31;
  while (src < srcEnd) {
    const control = <usize>load<u8>(src++) & mask;
    mask = 255;
    if (control < 32) {
      const size = control + 1;
      if (size > srcEnd - src) return EXHAUSTED;
      if (size > dstEnd - dst) return OVERFLOW;
      v128.store(dst, v128.load(src));
      v128.store(dst, v128.load(src, 16), 16);
      src += size;
      dst += size;
      continue;
    }
    let size: u64 = (control >> 5) + 2;
    if (size == 9) {
      for (let more: u64 = 255; more == 255; size += more) {
        if (src == srcEnd) return EXHAUSTED;
        more = load<u8>(src++);
      }
    }
    if (src == srcEnd) return EXHAUSTED;
    let distance: usize = (((control & 31) << 8) | <usize>load<u8>(src++)) + 1;
    if (distance == FAR + 1) {
      if (srcEnd - src < 2) return EXHAUSTED;
      distance += <usize>bswap<u16>(load<u16>(src));
      src += 2;
    }
    if (distance > dst - target) return TOO_FAR;
    if (size > <u64>(dstEnd - dst)) return OVERFLOW;
    copyMatch(dst, distance, <usize>size);
    dst += <usize>size;
  }
  return <i32>(dst - target);
}
