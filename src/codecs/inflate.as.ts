// Inflates one zlib stream (RFC 1950 and 1951).
//
// The bit buffer `bits` always keeps two spent bits below the next one, so that masking it gives the byte offset of a
// 4-byte table entry without a shift; `held` counts all of them. One unaligned 8-byte load refills to at least 56. Past
// the end of the input the loop runs on over the readable slack for a few bytes, and whatever it makes of them ends as
// EXHAUSTED, because the position is compared with the end before any other verdict.
import { adlerUpdate } from './_adler.as';
import {
  build,
  buildFixed,
  DECODED_AT,
  DISTANCE,
  DISTANCE_AT,
  DISTANCE_BITS,
  DISTANCE_MASK,
  END,
  EXCEPTION,
  joinLiterals,
  LENGTHS_AT,
  LITERAL,
  LITLEN,
  LITLEN_BITS,
  LITLEN_MASK,
  PRE,
  PRE_AT,
  PRE_BITS,
  SPENT,
  SUBTABLE,
} from './_huffman.as';

const BAD_HEADER = -1;
const BAD_BLOCK = -2;
const BAD_LENGTHS = -3;
const BAD_SYMBOL = -4;
const TOO_FAR = -5;
const OVERFLOW = -6;
const EXHAUSTED = -7;
const BAD_ADLER = -8;

/** Order in which the lengths of the code length code are sent. */
const PRE_ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** For distance d below 16, byte 16 d + k is k mod d: repeats the last d bytes over a vector. */
const REPEAT: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
  0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0,
  0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0,
], 16);

/** The largest multiple of distance d within a vector. */
const STRIDE: usize = memory.data<u8>([16, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15]);

/** Writes `length` bytes that repeat those `distance` before; up to 31 more may be written. */
// @ts-ignore: decorator
@inline
function copyMatch(dst: usize, distance: usize, length: usize): void {
  const end = dst + length;
  if (distance >= 16) {
    let from = dst - distance;
    v128.store(dst, v128.load(from));
    if (length > 16) {
      v128.store(dst, v128.load(from, 16), 16);
      while (dst + 32 < end) {
        from += 32;
        dst += 32;
        v128.store(dst, v128.load(from));
        v128.store(dst, v128.load(from, 16), 16);
      }
    }
  } else {
    const pattern = v128.swizzle(v128.load(dst - distance), v128.load(REPEAT + (distance << 4)));
    const stride: usize = load<u8>(STRIDE + distance);
    do {
      v128.store(dst, pattern);
      dst += stride;
    } while (dst < end);
  }
}

function fail(code: i32, scratch: usize, decoded: usize, isPastEnd: bool): i32 {
  store<u32>(scratch + DECODED_AT, <u32>decoded);
  return isPastEnd ? EXHAUSTED : code;
}

/**
 * Decodes the zlib stream at `src` to `dst` and checks its Adler-32 when `verify` is not 0.
 * Needs 64 readable bytes behind the input, 64 writable bytes behind the output and 34,624 bytes of scratch memory.
 * @returns decoded bytes, or a negative code; then the bytes decoded so far stand at scratch + 26,368
 */
export function inflateZlib(source: usize, length: usize, target: usize, capacity: usize, scratch: usize, verify: i32): i32 {
  const srcEnd = source + length;
  const srcLimit = srcEnd + 8;
  const dstEnd = target + capacity;
  let src = source;
  let dst = target;
  let checked = target;
  let adler: u32 = 1;
  let bits: u64 = 0;
  let held: u64 = SPENT;

  if (length < 2) return fail(EXHAUSTED, scratch, 0, true);
  const header: u32 = (<u32>load<u8>(src) << 8) | load<u8>(src, 1);
  if ((header & 0x0f00) != 0x0800 || header >> 12 > 7 || header % 31 != 0 || (header & 0x20) != 0) {
    return fail(BAD_HEADER, scratch, 0, false);
  }
  src += 2;

  for (;;) {
    bits |= load<u64>(src) << held;
    src += 7 - (<usize>(held >> 3) & 7);
    held |= 56;
    const isFinal = <u32>(bits >> SPENT) & 1;
    const kind = <u32>(bits >> (SPENT + 1)) & 3;
    bits >>= 3;
    held -= 3;

    if (kind == 0) {
      let at = src - (<usize>((held & 63) - SPENT) >> 3);
      if (at + 4 > srcEnd) return fail(EXHAUSTED, scratch, dst - target, true);
      const size: usize = load<u16>(at);
      if ((size ^ load<u16>(at, 2)) != 0xffff) return fail(BAD_BLOCK, scratch, dst - target, false);
      at += 4;
      if (size > srcEnd - at) return fail(EXHAUSTED, scratch, dst - target, true);
      if (size > dstEnd - dst) return fail(OVERFLOW, scratch, dst - target, false);
      memory.copy(dst, at, size);
      dst += size;
      src = at + size;
      bits = 0;
      held = SPENT;
    } else {
      if (kind == 3) return fail(BAD_BLOCK, scratch, dst - target, src - (<usize>((held & 63) - SPENT) >> 3) > srcEnd);
      let error: i32 = 0;
      if (kind == 1) {
        buildFixed(scratch);
      } else {
        const lengths = scratch + LENGTHS_AT;
        const literals = (<u32>(bits >> SPENT) & 31) + 257;
        const distances = (<u32>(bits >> (SPENT + 5)) & 31) + 1;
        const sent = (<u32>(bits >> (SPENT + 10)) & 15) + 4;
        bits >>= 14;
        held -= 14;
        if (literals > 286 || distances > 30) error = BAD_LENGTHS;
        v128.store(lengths, i32x4(0, 0, 0, 0));
        v128.store(lengths, i32x4(0, 0, 0, 0), 16);
        for (let i: u32 = 0; i < sent; i++) {
          if (i == 12) {
            bits |= load<u64>(src) << held;
            src += 7 - (<usize>(held >> 3) & 7);
            held |= 56;
          }
          store<u8>(lengths + load<u8>(PRE_ORDER + i), <u8>((bits >> SPENT) & 7));
          bits >>= 3;
          held -= 3;
        }
        if (error == 0 && !build(PRE, scratch, scratch + PRE_AT, PRE_BITS, lengths, 19)) error = BAD_LENGTHS;
        const all = literals + distances;
        let n: u32 = 0;
        let previous: u64 = 0;
        while (error == 0 && n < all) {
          if (src > srcLimit) {
            error = EXHAUSTED;
            break;
          }
          bits |= load<u64>(src) << held;
          src += 7 - (<usize>(held >> 3) & 7);
          held |= 56;
          const found = load<u32>(scratch + PRE_AT + (<u32>bits & 0x1fc));
          bits >>= found;
          held -= found & 63;
          const symbol = found >> 16;
          if (symbol < 16) {
            previous = symbol;
            store<u8>(lengths + n, <u8>symbol);
            n++;
            continue;
          }
          const width: u64 = symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
          const times = (<u32>(bits >> SPENT) & ((1 << <u32>width) - 1)) + (symbol == 18 ? 11 : 3);
          bits >>= width;
          held -= width;
          if ((symbol == 16 && n == 0) || n + times > all) {
            error = BAD_LENGTHS;
            break;
          }
          if (symbol != 16) previous = 0;
          const run: u64 = previous * 0x0101010101010101;
          for (let i: u32 = 0; i < times; i += 8) store<u64>(lengths + n + i, run);
          n += times;
        }
        if (error == 0) {
          if (
            load<u8>(lengths + 256) == 0 ||
            !build(LITLEN, scratch, scratch, LITLEN_BITS, lengths, literals) ||
            !build(DISTANCE, scratch, scratch + DISTANCE_AT, DISTANCE_BITS, lengths + literals, distances)
          ) {
            error = BAD_LENGTHS;
          } else {
            joinLiterals(scratch);
          }
        }
      }

      while (error == 0) {
        if (src > srcLimit || dst > dstEnd) {
          error = dst > dstEnd ? OVERFLOW : EXHAUSTED;
          break;
        }
        bits |= load<u64>(src) << held;
        src += 7 - (<usize>(held >> 3) & 7);
        held |= 56;
        let found: u64 = load<u32>(scratch + (<u32>bits & LITLEN_MASK));
        if (<u32>found & LITERAL) {
          bits >>= found;
          held -= found;
          store<u16>(dst, <u16>(<u32>found >> 8));
          dst += (<u32>found >> 6) & 3;
          found = load<u32>(scratch + (<u32>bits & LITLEN_MASK));
          if (<u32>found & LITERAL) {
            bits >>= found;
            held -= found;
            store<u16>(dst, <u16>(<u32>found >> 8));
            dst += (<u32>found >> 6) & 3;
            found = load<u32>(scratch + (<u32>bits & LITLEN_MASK));
            if (<u32>found & LITERAL) {
              bits >>= found;
              held -= found;
              store<u16>(dst, <u16>(<u32>found >> 8));
              dst += (<u32>found >> 6) & 3;
              found = load<u32>(scratch + (<u32>bits & LITLEN_MASK));
              if (<u32>found & LITERAL) {
                bits >>= found;
                held -= found;
                store<u16>(dst, <u16>(<u32>found >> 8));
                dst += (<u32>found >> 6) & 3;
                continue;
              }
            }
          }
          bits |= load<u64>(src) << held;
          src += 7 - (<usize>(held >> 3) & 7);
          held |= 56;
        }

        if (<u32>found & EXCEPTION) {
          if (<u32>found & SUBTABLE) {
            bits >>= LITLEN_BITS;
            held -= LITLEN_BITS;
            const index = <u32>bits & ((4 << (<u32>found >> 8)) - 4);
            found = load<u32>(scratch + (<u32>(found >> 16) << 2) + index);
            if (<u32>found & LITERAL) {
              bits >>= found;
              held -= found;
              store<u8>(dst, <u8>(<u32>found >> 8));
              dst++;
              continue;
            }
          }
          if (<u32>found & EXCEPTION) {
            bits >>= found;
            held -= found;
            if ((<u32>found & END) == 0) error = BAD_SYMBOL;
            break;
          }
        }
        const size: usize =
          <u32>(found >> 16) + ((<u32>bits & ((4 << <u32>found) - 1)) >> (<u32>found >> 8));
        bits >>= found;
        held -= found;

        let far: u64 = load<u32>(scratch + DISTANCE_AT + (<u32>bits & DISTANCE_MASK));
        if (<u32>far & EXCEPTION) {
          if (<u32>far & SUBTABLE) {
            bits >>= DISTANCE_BITS;
            held -= DISTANCE_BITS;
            const index = <u32>bits & ((4 << (<u32>far >> 8)) - 4);
            far = load<u32>(scratch + DISTANCE_AT + (<u32>(far >> 16) << 2) + index);
          }
          if (<u32>far & EXCEPTION) {
            held -= far;
            error = BAD_SYMBOL;
            break;
          }
        }
        const distance: usize = <u32>(far >> 16) + ((<u32>bits & ((4 << <u32>far) - 1)) >> (<u32>far >> 8));
        bits >>= far;
        held -= far;
        if (distance > dst - target) {
          error = TOO_FAR;
          break;
        }
        if (dst + size > dstEnd) {
          error = OVERFLOW;
          break;
        }
        copyMatch(dst, distance, size);
        dst += size;
      }
      // Bits before the end of the input, negative when more were used than there are.
      const rest = (<i64>srcEnd - <i64>src) * 8 + <i64>(held & 63) - <i64>SPENT;
      if (error != 0 || rest < 0 || dst > dstEnd) {
        return fail(error != 0 ? error : OVERFLOW, scratch, dst - target, rest < 0);
      }
    }

    if (verify) {
      adler = adlerUpdate(adler, checked, dst - checked);
      checked = dst;
    }
    if (isFinal) break;
  }

  const at = src - (<usize>((held & 63) - SPENT) >> 3);
  if (at + 4 > srcEnd) return fail(EXHAUSTED, scratch, dst - target, true);
  if (verify && bswap<u32>(load<u32>(at)) != adler) return fail(BAD_ADLER, scratch, dst - target, false);
  return <i32>(dst - target);
}
