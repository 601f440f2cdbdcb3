// Decodes PackBits (TIFF 6.0, section 9).
import { EXHAUSTED } from './_failures.as';

/**
 * Decodes `length` bytes at `source` to at most `capacity` at `target`, where decoding ends; 64 bytes of slack behind both.
 * @returns decoded bytes, or a negative code
 */
export function decodePackBits(source: usize, length: usize, target: usize, capacity: usize): i32 {
  const srcEnd = source + length;
  const dstEnd = target + capacity;
  let src = source;
  let dst = target;
  while (src < srcEnd && dst < dstEnd) {
    const control: i32 = load<i8>(src++);
    if (control == -128) continue;
    if (control < 0) {
      if (src == srcEnd) return EXHAUSTED;
      const size = min<usize>(1 - control, dstEnd - dst);
      memory.fill(dst, load<u8>(src++), size);
      dst += size;
    } else {
      const size = min<usize>(control + 1, dstEnd - dst);
      if (size > srcEnd - src) return EXHAUSTED;
      memory.copy(dst, src, size);
      src += size;
      dst += size;
    }
  }
  return <i32>(dst - target);
}
