// Inflates one zlib stream (RFC 1950 and 1951).
//
// The bit buffer `bits` always keeps two spent bits below the next one, so that masking it gives the byte offset of a
// 4-byte table entry without a shift; `held` counts all of them. One unaligned 8-byte load refills to at least 56. Past
// the end of the input the loop runs on over the readable slack for a few bytes, and whatever it makes of them ends as
// EXHAUSTED, because the position is compared with the end before any other verdict.
//
// The position is kept in globals, of which every instance has its own, and in locals within the loop over symbols.
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
import { copyMatch } from './_match.as';

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

let streamSrc: usize = 0;
let streamDst: usize = 0;
let streamBits: u64 = 0;
let streamHeld: u64 = SPENT;

/** The next `count` bits, at most 32, with a refill of its own. */
function take(count: u64): u32 {
  streamBits |= load<u64>(streamSrc) << streamHeld;
  streamSrc += 7 - <usize>(streamHeld >> 3);
  streamHeld |= 56;
  const value = <u32>(streamBits >> SPENT) & ((1 << <u32>count) - 1);
  streamBits >>= count;
  streamHeld -= count;
  return value;
}

/** Address of the first byte no bit of which is taken. */
@inline
function nextByte(): usize {
  return streamSrc - (<usize>(streamHeld - SPENT) >> 3);
}

/** Whether more bits were taken than the input has. */
@inline
function isPastEnd(srcEnd: usize): bool {
  return (<i64>srcEnd - <i64>streamSrc) * 8 + <i64>(streamHeld - SPENT) < 0;
}

/** Copies a stored block. */
function copyStored(srcEnd: usize, dstEnd: usize): i32 {
  let at = nextByte();
  if (at + 4 > srcEnd) return EXHAUSTED;
  const size: usize = load<u16>(at);
  if ((size ^ load<u16>(at, 2)) != 0xffff) return BAD_BLOCK;
  at += 4;
  if (size > srcEnd - at) return EXHAUSTED;
  if (size > dstEnd - streamDst) return OVERFLOW;
  memory.copy(streamDst, at, size);
  streamDst += size;
  streamSrc = at + size;
  streamBits = 0;
  streamHeld = SPENT;
  return 0;
}

/** Reads the codes of a dynamic block and builds their tables. */
function readCodes(scratch: usize, srcEnd: usize): i32 {
  const lengths = scratch + LENGTHS_AT;
  const literals = take(5) + 257;
  const distances = take(5) + 1;
  const sent = take(4) + 4;
  if (literals > 286 || distances > 30) return BAD_LENGTHS;
  v128.store(lengths, i32x4(0, 0, 0, 0));
  v128.store(lengths, i32x4(0, 0, 0, 0), 16);
  for (let i: u32 = 0; i < sent; i++) store<u8>(lengths + load<u8>(PRE_ORDER + i), <u8>take(3));
  if (!build(PRE, scratch, scratch + PRE_AT, PRE_BITS, lengths, 19)) return BAD_LENGTHS;

  const all = literals + distances;
  let previous: u64 = 0;
  for (let n: u32 = 0; n < all; ) {
    // A repeat may be cut off: what it then reads lies in the slack, and is not used.
    if (streamSrc > srcEnd + 8) return EXHAUSTED;
    streamBits |= load<u64>(streamSrc) << streamHeld;
    streamSrc += 7 - <usize>(streamHeld >> 3);
    streamHeld |= 56;
    const found = load<u32>(scratch + PRE_AT + (<u32>streamBits & 0x1fc));
    streamBits >>= found;
    streamHeld -= found & 63;
    const symbol = found >> 16;
    if (symbol < 16) {
      previous = symbol;
      store<u8>(lengths + n, <u8>symbol);
      n++;
      continue;
    }
    const times: u32 = symbol == 16 ? take(2) + 3 : symbol == 17 ? take(3) + 3 : take(7) + 11;
    if ((symbol == 16 && n == 0) || n + times > all) return BAD_LENGTHS;
    if (symbol != 16) previous = 0;
    const run: u64 = previous * 0x0101010101010101;
    for (let i: u32 = 0; i < times; i += 8) store<u64>(lengths + n + i, run);
    n += times;
  }
  if (load<u8>(lengths + 256) == 0) return BAD_LENGTHS;
  if (!build(LITLEN, scratch, scratch, LITLEN_BITS, lengths, literals)) return BAD_LENGTHS;
  const isCode = build(DISTANCE, scratch, scratch + DISTANCE_AT, DISTANCE_BITS, lengths + literals, distances);
  if (!isCode) return BAD_LENGTHS;
  joinLiterals(scratch);
  return 0;
}

/** Decodes symbols up to the end of the block. */
function inflateSymbols(scratch: usize, srcEnd: usize, target: usize, dstEnd: usize): i32 {
  const srcLimit = srcEnd + 8;
  let src = streamSrc;
  let dst = streamDst;
  let bits = streamBits;
  let held = streamHeld;
  let error: i32 = 0;
  for (;;) {
    if (src > srcLimit) break;
    if (dst > dstEnd) break;
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
    const size: usize = <u32>(found >> 16) + ((<u32>bits & ((4 << <u32>found) - 1)) >> (<u32>found >> 8));
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
  streamSrc = src;
  streamDst = dst;
  streamBits = bits;
  streamHeld = held & 63;
  if (error == 0 && streamDst > dstEnd) return OVERFLOW;
  return error == 0 && streamSrc > srcLimit ? EXHAUSTED : error;
}

/**
 * Decodes the zlib stream at `source` to `target` and checks its Adler-32 when `verify` is not 0.
 * Needs 64 readable bytes behind the input, 64 writable bytes behind the output and 34,624 bytes of scratch memory.
 * @returns decoded bytes, or a negative code; then the bytes decoded so far stand at scratch + 26,368
 */
export function inflateZlib(
  source: usize, length: usize, target: usize, capacity: usize, scratch: usize, verify: i32,
): i32 {
  const srcEnd = source + length;
  const dstEnd = target + capacity;
  store<u32>(scratch + DECODED_AT, 0);
  if (length < 2) return EXHAUSTED;
  const header: u32 = (<u32>load<u8>(source) << 8) | load<u8>(source, 1);
  // Method 8, a window of at most 32 KiB, the check bits, no preset dictionary.
  if ((header & 0x0f00) != 0x0800 || header >> 12 > 7 || header % 31 != 0 || (header & 0x20) != 0) return BAD_HEADER;
  streamSrc = source + 2;
  streamDst = target;
  streamBits = 0;
  streamHeld = SPENT;

  let adler: u32 = 1;
  for (let isFinal: u32 = 0; isFinal == 0; ) {
    const start = streamDst;
    isFinal = take(1);
    const kind = take(2);
    let error: i32 = 0;
    if (kind == 0) error = copyStored(srcEnd, dstEnd);
    else if (kind == 1) buildFixed(scratch);
    else if (kind == 2) error = readCodes(scratch, srcEnd);
    else error = BAD_BLOCK;
    if (error == 0 && kind != 0) error = inflateSymbols(scratch, srcEnd, target, dstEnd);
    store<u32>(scratch + DECODED_AT, <u32>(streamDst - target));
    if (isPastEnd(srcEnd)) return EXHAUSTED;
    if (error != 0) return error;
    if (verify) adler = adlerUpdate(adler, start, streamDst - start);
  }
  const trailer = nextByte();
  if (trailer + 4 > srcEnd) return EXHAUSTED;
  if (verify && bswap<u32>(load<u32>(trailer)) != adler) return BAD_ADLER;
  return <i32>(streamDst - target);
}
