// Decodes the byte-offset compression of crystallographic binary files.
import { EXHAUSTED, OVERFLOW } from './_failures.as';

const ESCAPES: u64 = 0x8080808080808080;
const ONES: u64 = 0x0101010101010101;

/**
 * Decodes `length` bytes at `source` to at most `capacity` bytes of 32-bit elements at `target`; 64 bytes of slack behind
 * both.
 * @returns decoded bytes, or a negative code
 */
export function decodeByteOffset(source: usize, length: usize, target: usize, capacity: usize): i32 {
  const srcEnd = source + length;
  const dstEnd = target + (capacity & ~3);
  let src = source;
  let dst = target;
  let value: i32 = 0;
  while (src < srcEnd) {
    const eight = load<u64>(src);
    // A byte that equals the escape becomes 0, and the lowest 0 borrows from its own top bit.
    const differing = eight ^ ESCAPES;
    const hasEscape = ((differing - ONES) & ~differing & ESCAPES) != 0;
    if (!hasEscape && srcEnd - src >= 8 && dstEnd - dst >= 32) {
      value += <i32>(<i8>eight);
      store<i32>(dst, value);
      value += <i32>(<i8>(eight >> 8));
      store<i32>(dst, value, 4);
      value += <i32>(<i8>(eight >> 16));
      store<i32>(dst, value, 8);
      value += <i32>(<i8>(eight >> 24));
      store<i32>(dst, value, 12);
      value += <i32>(<i8>(eight >> 32));
      store<i32>(dst, value, 16);
      value += <i32>(<i8>(eight >> 40));
      store<i32>(dst, value, 20);
      value += <i32>(<i8>(eight >> 48));
      store<i32>(dst, value, 24);
      value += <i32>(<i8>(eight >> 56));
      store<i32>(dst, value, 28);
      src += 8;
      dst += 32;
      continue;
    }
    let step: i64 = load<i8>(src++);
    if (step == -0x80) {
      if (srcEnd - src < 2) return EXHAUSTED;
      step = load<i16>(src);
      src += 2;
      if (step == -0x8000) {
        if (srcEnd - src < 4) return EXHAUSTED;
        step = load<i32>(src);
        src += 4;
        if (step == -0x80000000) {
          if (srcEnd - src < 8) return EXHAUSTED;
          step = load<i64>(src);
          src += 8;
        }
      }
    }
    if (dst == dstEnd) return OVERFLOW;
    value += <i32>step;
    store<i32>(dst, value);
    dst += 4;
  }
  return <i32>(dst - target);
}
