// Decodes LZF (the stream of liblzf).
import { EXHAUSTED, OVERFLOW, TOO_FAR } from './_failures.as';
import { copyMatch } from './_match.as';

/**
 * Decodes `length` bytes at `source` to at most `capacity` at `target`; 64 bytes of slack behind both.
 * @returns decoded bytes, or a negative code
 */
export function decodeLzf(source: usize, length: usize, target: usize, capacity: usize): i32 {
  const srcEnd = source + length;
  const dstEnd = target + capacity;
  let src = source;
  let dst = target;
  while (src < srcEnd) {
    const control: usize = load<u8>(src++);
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
    let size = control >> 5;
    if (size == 7) {
      if (src == srcEnd) return EXHAUSTED;
      size += load<u8>(src++);
    }
    size += 2;
    if (src == srcEnd) return EXHAUSTED;
    const distance: usize = (((control & 31) << 8) | <usize>load<u8>(src++)) + 1;
    if (distance > dst - target) return TOO_FAR;
    if (size > dstEnd - dst) return OVERFLOW;
    copyMatch(dst, distance, size);
    dst += size;
  }
  return <i32>(dst - target);
}
