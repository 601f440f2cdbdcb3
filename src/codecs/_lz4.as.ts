// Decodes LZ4 blocks (LZ4 Block Format Description): sequences of literals and a match behind each, the last without a match.
//
// A sequence is decoded with as few branches as possible: 16 bytes are copied whatever the length, over the readable slack
// behind the input and the writable slack behind the output, and what went wrong is looked for once, behind it. The
// verdict on a bad sequence is then found by going through it again, check by check, as the TypeScript reference does.

import { EXHAUSTED, OVERFLOW, TOO_FAR } from './_failures.as';
import { REPEAT, STRIDE } from './_match.as';

/** What is wrong with the sequence at `src`, of which `room` bytes more may be written and `behind` are. */
function verdict(src: usize, srcEnd: usize, behind: usize, room: usize): i32 {
  if (src >= srcEnd) return EXHAUSTED;
  const token: u32 = load<u8>(src++);
  let length: u64 = token >> 4;
  if (length == 15) {
    for (let more: u64 = 255; more == 255; length += more) {
      if (src >= srcEnd) return EXHAUSTED;
      more = load<u8>(src++);
    }
  }
  if (length > <u64>(srcEnd - src)) return EXHAUSTED;
  if (length > <u64>room) return OVERFLOW;
  src += <usize>length;
  if (srcEnd - src < 2) return EXHAUSTED;
  const distance: usize = load<u16>(src);
  if (distance == 0 || distance > behind + <usize>length) return TOO_FAR;
  room -= <usize>length;
  src += 2;
  length = token & 15;
  if (length == 15) {
    for (let more: u64 = 255; more == 255; length += more) {
      if (src >= srcEnd) return EXHAUSTED;
      more = load<u8>(src++);
    }
  }
  return length + 4 > <u64>room ? OVERFLOW : EXHAUSTED;
}

/** Copies `length` bytes, at least 17, of which the first 16 are done; up to 31 more may be read and written. */
@inline
function copyRest(src: usize, dst: usize, length: usize): void {
  const end = dst + length;
  for (src += 16, dst += 16; dst < end; src += 32, dst += 32) {
    v128.store(dst, v128.load(src));
    v128.store(dst, v128.load(src, 16), 16);
  }
}

/** Writes `pattern` every `stride` bytes over `length` bytes; up to 63 more may be written. */
@inline
function repeat(dst: usize, pattern: v128, stride: usize, length: usize): void {
  const end = dst + length;
  do {
    v128.store(dst, pattern);
    v128.store(dst + stride, pattern);
    dst += 2 * stride;
  } while (dst < end);
}

/**
 * Decodes one block. Needs 64 readable bytes behind the input and 64 writable bytes behind the output.
 * @returns decoded bytes, at most `capacity`, or a negative code
 */
export function decode(source: usize, length: usize, target: usize, capacity: usize): i32 {
  const srcEnd = source + length;
  const dstEnd = target + capacity;
  let src = source;
  let dst = target;
  let start = src;
  let at = dst;
  while (src < srcEnd) {
    start = src;
    at = dst;
    const token: u32 = load<u8>(src++);
    let size: usize = token >> 4;
    if (size != 15) {
      v128.store(dst, v128.load(src));
    } else {
      const most = min(srcEnd - src, dstEnd - dst);
      size = 15;
      for (let more: usize = 255; more == 255; ) {
        more = load<u8>(src++);
        size += more;
        if (size > most) return verdict(start, srcEnd, at - target, dstEnd - at);
      }
      if (size > srcEnd - src) break;
      v128.store(dst, v128.load(src));
      copyRest(src, dst, size);
    }
    src += size;
    dst += size;
    if (src >= srcEnd) {
      if (src > srcEnd || dst > dstEnd) break;
      return <i32>(dst - target);
    }

    const distance: usize = load<u16>(src);
    const from = dst - distance;
    src += 2;
    if (distance - 1 >= dst - target) break;
    const near = min(distance, <usize>16);
    size = (token & 15) + 4;
    const pattern = v128.swizzle(v128.load(from), v128.load(REPEAT + (near << 4)));
    if (size == 19) {
      if (dst > dstEnd) break;
      const most = dstEnd - dst;
      let more: usize = 255;
      while (more == 255 && src < srcEnd && size <= most) {
        more = load<u8>(src++);
        size += more;
      }
      if (more == 255 || size > most) break;
    }
    v128.store(dst, pattern);
    if (size > 16) {
      if (distance >= 16) copyRest(from, dst, size);
      else repeat(dst, pattern, load<u8>(STRIDE + distance), size);
    }
    dst += size;
    if (dst > dstEnd) break;
  }
  return verdict(start, srcEnd, at - target, dstEnd - at);
}
