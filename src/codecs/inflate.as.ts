// Inflates one zlib stream (RFC 1950 and 1951).
//
// The bit buffer `bits` always keeps two spent bits below the next one, so that masking it gives the byte offset of a
// 4-byte table entry without a shift; `held` counts all of them. One unaligned 8-byte load refills to at least 56. Past
// the end of the input the loop runs on over the readable slack for a few bytes, and whatever it makes of them ends as
// EXHAUSTED, because the position is compared with the end before any other verdict.
//
// Table entries, low to high bits: 0-5 bits to drop; 6-7 number of literals; then either up to three literal bytes, or
// 8-12 place of the extra bits (or index bits of a subtable), 13-15 flags, 16-31 base (or start of a subtable).
import { adlerUpdate } from './_adler.as';

const BAD_HEADER = -1;
const BAD_BLOCK = -2;
const BAD_LENGTHS = -3;
const BAD_SYMBOL = -4;
const TOO_FAR = -5;
const OVERFLOW = -6;
const EXHAUSTED = -7;
const BAD_ADLER = -8;

const LITLEN_BITS: u32 = 11;
const DISTANCE_BITS: u32 = 9;
const PRE_BITS: u32 = 7;
const SPENT: u64 = 2;

const LITERAL: u32 = 0xc0;
const ONE_LITERAL: u32 = 0x40;
const EXCEPTION: u32 = 0x8000;
const SUBTABLE: u32 = 0x4000;
const END: u32 = 0x2000;

const LITLEN_MASK: u32 = ((1 << LITLEN_BITS) - 1) << 2;
const DISTANCE_MASK: u32 = ((1 << DISTANCE_BITS) - 1) << 2;

// Scratch memory: tables with room for the subtables of any complete code, then what building them needs.
const DISTANCE_AT: usize = 20480;
const PRE_AT: usize = 24576;
const LENGTHS_AT: usize = 25088;
const SORTED_AT: usize = 25600;
const COUNTS_AT: usize = 26240;
const OFFSETS_AT: usize = 26304;
const DECODED_AT: usize = 26368;

const LITLEN: i32 = 0;
const DISTANCE: i32 = 1;
const PRE: i32 = 2;

/** Base length and extra bits of symbols 256 to 287. */
const LENGTH_SYMBOLS: usize = memory.data<u32>([
  0xa000, 0x30000, 0x40000, 0x50000, 0x60000, 0x70000, 0x80000, 0x90000, 0xa0000, 0xb0001, 0xd0001, 0xf0001, 0x110001,
  0x130002, 0x170002, 0x1b0002, 0x1f0002, 0x230003, 0x2b0003, 0x330003, 0x3b0003, 0x430004, 0x530004, 0x630004,
  0x730004, 0x830005, 0xa30005, 0xc30005, 0xe30005, 0x1020000, 0x8000, 0x8000,
]);

/** Base distance and extra bits of symbols 0 to 31. */
const DISTANCE_SYMBOLS: usize = memory.data<u32>([
  0x10000, 0x20000, 0x30000, 0x40000, 0x50001, 0x70001, 0x90002, 0xd0002, 0x110003, 0x190003, 0x210004, 0x310004,
  0x410005, 0x610005, 0x810006, 0xc10006, 0x1010007, 0x1810007, 0x2010008, 0x3010008, 0x4010009, 0x6010009, 0x801000a,
  0xc01000a, 0x1001000b, 0x1801000b, 0x2001000c, 0x3001000c, 0x4001000d, 0x6001000d, 0x8000, 0x8000,
]);

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

// @ts-ignore: decorator
@inline
function entry(kind: i32, symbol: u32, length: u32): u32 {
  if (kind == PRE) return (symbol << 16) | length;
  if (kind == DISTANCE) return load<u32>(DISTANCE_SYMBOLS + (symbol << 2)) + length * 0x101 + (<u32>SPENT << 8);
  if (symbol < 256) return (symbol << 8) | ONE_LITERAL | length;
  return load<u32>(LENGTH_SYMBOLS + ((symbol - 256) << 2)) + length * 0x101 + (<u32>SPENT << 8);
}

/** The next code word, bits reversed as they arrive, after `code` of the given length; not for the last one. */
// @ts-ignore: decorator
@inline
function following(code: u32, length: u32): u32 {
  const bit: u32 = 1 << (31 - clz(code ^ ((1 << length) - 1)));
  return (code & (bit - 1)) | bit;
}

/** Copies the first `size` entries behind themselves. */
// @ts-ignore: decorator
@inline
function double(table: usize, size: u32): void {
  const behind = table + (<usize>size << 2);
  for (let at: usize = 0; at < <usize>size << 2; at += 16) v128.store(behind + at, v128.load(table + at));
}

/** A table of `bits` index bits, subtables behind it, from `symbols` code lengths. False: no valid code. */
function build(kind: i32, scratch: usize, table: usize, bits: u32, lengths: usize, symbols: u32): bool {
  const counts = scratch + COUNTS_AT;
  const offsets = scratch + OFFSETS_AT;
  const sorted = scratch + SORTED_AT;
  for (let i: usize = 0; i < 64; i += 16) v128.store(counts + i, i32x4(0, 0, 0, 0));
  for (let i: u32 = 0; i < symbols; i++) {
    const count = counts + (<usize>load<u8>(lengths + i) << 2);
    store<u32>(count, load<u32>(count) + 1);
  }
  const used = symbols - load<u32>(counts);
  let left: i32 = 1;
  let offset: u32 = 0;
  for (let length: u32 = 1; length <= 15; length++) {
    const count = load<u32>(counts + (length << 2));
    left = (left << 1) - <i32>count;
    if (left < 0) return false;
    store<u32>(offsets + (length << 2), offset);
    offset += count;
  }
  if (left > 0 && (kind == PRE || used > 1 || load<u32>(counts + 4) != used)) return false;
  for (let i: u32 = 0; i < symbols; i++) {
    const length = load<u8>(lengths + i);
    if (length == 0) continue;
    const place = offsets + (<usize>length << 2);
    const at = load<u32>(place);
    store<u32>(place, at + 1);
    store<u16>(sorted + (at << 1), <u16>i);
  }
  if (left > 0) {
    // The one permitted incomplete code: a single code word of one bit, or none at all.
    const only = used ? entry(kind, load<u16>(sorted), 1) : EXCEPTION + 1;
    for (let i: u32 = 0; i < 1 << bits; i += 2) {
      store<u32>(table + (i << 2), only);
      store<u32>(table + (i << 2), EXCEPTION + 1, 4);
    }
    return true;
  }

  let code: u32 = 0;
  let length: u32 = 1;
  let next: usize = sorted;
  let count = load<u32>(counts + 4);
  while (count == 0) count = load<u32>(counts + (++length << 2));
  while (length <= bits) {
    const last: u32 = (1 << length) - 1;
    for (; count > 0; count--) {
      store<u32>(table + (code << 2), entry(kind, load<u16>(next), length));
      next += 2;
      if (code == last) {
        for (; length < bits; length++) double(table, 1 << length);
        return true;
      }
      code = following(code, length);
    }
    if (length < bits) double(table, 1 << length);
    length++;
    count = load<u32>(counts + (length << 2));
  }

  const main: u32 = (1 << bits) - 1;
  let prefix: u32 = 0xffffffff;
  let start: u32 = 0;
  let end: u32 = 1 << bits;
  for (;;) {
    while (count == 0) count = load<u32>(counts + (++length << 2));
    if ((code & main) != prefix) {
      prefix = code & main;
      start = end;
      let size = length - bits;
      let room = count;
      while (room < <u32>(1 << size)) {
        size++;
        room = (room << 1) + load<u32>(counts + ((bits + size) << 2));
      }
      end = start + (1 << size);
      store<u32>(table + (prefix << 2), (start << 16) | EXCEPTION | SUBTABLE | (size << 8) | bits);
    }
    const value = entry(kind, load<u16>(next), length - bits);
    next += 2;
    for (let i = start + (code >> bits); i < end; i += 1 << (length - bits)) store<u32>(table + (i << 2), value);
    if (code == <u32>((1 << length) - 1)) break;
    code = following(code, length);
    count--;
  }
  return true;
}

/** Joins literals whose code words fit into one index together, up to three per entry. */
function joinLiterals(table: usize): void {
  // Downwards: the entries looked up lie below and are still single.
  for (let i: i32 = (1 << LITLEN_BITS) - 1; i >= 0; i--) {
    let value = load<u32>(table + (<u32>i << 2));
    if ((value & LITERAL) == 0) continue;
    let used = value & 63;
    const second = load<u32>(table + ((<u32>i >> used) << 2));
    used += second & 63;
    if ((second & LITERAL) == 0 || used > LITLEN_BITS) continue;
    value += (second & 63) + ONE_LITERAL + ((second & 0xff00) << 8);
    const third = load<u32>(table + ((<u32>i >> used) << 2));
    used += third & 63;
    if ((third & LITERAL) != 0 && used <= LITLEN_BITS) value += (third & 63) + ONE_LITERAL + ((third & 0xff00) << 16);
    store<u32>(table + (<u32>i << 2), value);
  }
}

function buildFixed(scratch: usize): void {
  const lengths = scratch + LENGTHS_AT;
  memory.fill(lengths, 8, 144);
  memory.fill(lengths + 144, 9, 112);
  memory.fill(lengths + 256, 7, 24);
  memory.fill(lengths + 280, 8, 8);
  build(LITLEN, scratch, scratch, LITLEN_BITS, lengths, 288);
  joinLiterals(scratch);
  memory.fill(lengths, 5, 32);
  build(DISTANCE, scratch, scratch + DISTANCE_AT, DISTANCE_BITS, lengths, 32);
}

/** Writes `length` bytes that repeat those `distance` before; up to 31 more may be written. */
// @ts-ignore: decorator
@inline
function copyMatch(dst: usize, distance: usize, length: usize): void {
  const end = dst + length;
  if (distance >= 16) {
    let from = dst - distance;
    v128.store(dst, v128.load(from));
    if (length > 16) {
      do {
        from += 16;
        dst += 16;
        v128.store(dst, v128.load(from));
      } while (dst + 16 < end);
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
 * Needs 64 readable bytes behind the input, 64 writable bytes behind the output and 26,432 bytes of scratch memory.
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
          store<u32>(dst, <u32>found >> 8);
          dst += (<u32>found >> 6) & 3;
          found = load<u32>(scratch + (<u32>bits & LITLEN_MASK));
          if (<u32>found & LITERAL) {
            bits >>= found;
            held -= found;
            store<u32>(dst, <u32>found >> 8);
            dst += (<u32>found >> 6) & 3;
            found = load<u32>(scratch + (<u32>bits & LITLEN_MASK));
            if (<u32>found & LITERAL) {
              bits >>= found;
              held -= found;
              store<u32>(dst, <u32>found >> 8);
              dst += (<u32>found >> 6) & 3;
              found = load<u32>(scratch + (<u32>bits & LITLEN_MASK));
              if (<u32>found & LITERAL) {
                bits >>= found;
                held -= found;
                store<u32>(dst, <u32>found >> 8);
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
