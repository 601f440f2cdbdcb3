// Prefix codes of literals (RFC 8878, section 4.2): table entries hold the bits to drop in their low byte and the symbol
// in the next.
import { highest, nextBits, unreadBits } from './_zstd_bits.as';
import { readStates, tableBytes, WEIGHTS } from './_zstd_fse.as';
import { BAD_HUFFMAN, BAD_LITERALS, NEXT_AT, SINGLES_AT, WEIGHT_STATES_AT, WEIGHTS_AT } from './_zstd_layout.as';

const LONGEST_CODE: u32 = 11;
const MOST_WEIGHTS: u32 = 255;

/** Bytes that the code read last takes. */
export let codeBytes: usize = 0;

/** Weights that two states give in turn until the stream is used up (section 4.2.1.2). @returns their number or a code */
function readWeights(scratch: usize, src: usize, srcEnd: usize): i32 {
  const table = scratch + WEIGHT_STATES_AT;
  const weights = scratch + WEIGHTS_AT;
  const bits = readStates(WEIGHTS, scratch, table, src, srcEnd, 6, LONGEST_CODE + 1);
  if (bits < 0) return bits;
  src += tableBytes;
  let left = unreadBits(src, srcEnd);
  if (left < 2 * bits) return BAD_HUFFMAN;
  let word = nextBits(src, left);
  let now = load<u64>(table + (<usize>(word >> (64 - bits)) << 3));
  let other = load<u64>(table + (<usize>((word << bits) >> (64 - bits)) << 3));
  left -= 2 * bits;
  for (let count: u32 = 0; count < MOST_WEIGHTS - 1; ) {
    store<u8>(weights + count++, <u8>(now >> 32));
    word = highest(nextBits(src, left), now);
    left -= <i32>(now & 255);
    if (left < 0) {
      store<u8>(weights + count++, <u8>(other >> 32));
      return count;
    }
    const next = load<u64>(table + (((<usize>now >> 16) + <usize>word) << 3));
    now = other;
    other = next;
  }
  return BAD_HUFFMAN;
}

/** Fills `count` entries, a power of two. */
@inline
function fill(at: usize, value: u16, count: u32): void {
  const all = v128.splat<u16>(value);
  if (count >= 8) {
    const end = at + (<usize>count << 1);
    for (; at < end; at += 16) v128.store(at, all);
  } else if (count == 4) store<u64>(at, v128.extract_lane<u64>(all, 0));
  else if (count == 2) store<u32>(at, v128.extract_lane<u32>(all, 0));
  else store<u16>(at, value);
}

/** The table of `count` weights and one that follows from them. @returns the bits of its index, or a negative code */
function buildCode(scratch: usize, count: u32): i32 {
  const weights = scratch + WEIGHTS_AT;
  const starts = scratch + NEXT_AT;
  for (let i: usize = 0; i < 64; i += 16) v128.store(starts + i, i32x4(0, 0, 0, 0));
  let sum: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const weight: u32 = load<u8>(weights + i);
    if (weight > LONGEST_CODE) return BAD_HUFFMAN;
    const place = starts + (weight << 2);
    store<u32>(place, load<u32>(place) + 1);
    sum += (1 << weight) >> 1;
  }
  const bits: u32 = 32 - clz(sum);
  const rest: u32 = (1 << bits) - sum;
  if (sum == 0 || bits > LONGEST_CODE || (rest & (rest - 1)) != 0) return BAD_HUFFMAN;
  const last: u32 = 32 - clz(rest);
  store<u8>(weights + count, <u8>last);
  store<u32>(starts + (last << 2), load<u32>(starts + (last << 2)) + 1);
  // A code in which no word has the full length would be one with fewer bits.
  if (load<u32>(starts, 4) == 0) return BAD_HUFFMAN;
  let at: u32 = 0;
  for (let weight: u32 = 1; weight <= bits; weight++) {
    const used = load<u32>(starts + (weight << 2)) << (weight - 1);
    store<u32>(starts + (weight << 2), at);
    at += used;
  }
  for (let symbol: u32 = 0; symbol <= count; symbol++) {
    const weight: u32 = load<u8>(weights + symbol);
    if (weight == 0) continue;
    const place = load<u32>(starts + (weight << 2));
    const cells: u32 = 1 << (weight - 1);
    store<u32>(starts + (weight << 2), place + cells);
    fill(scratch + SINGLES_AT + (place << 1), <u16>((symbol << 8) | (bits + 1 - weight)), cells);
  }
  return <i32>bits;
}

/** Reads a code (section 4.2.1). @returns the bits of its index, or a negative code */
export function readCode(scratch: usize, src: usize, srcEnd: usize): i32 {
  const weights = scratch + WEIGHTS_AT;
  if (src >= srcEnd) return BAD_HUFFMAN;
  const header: usize = load<u8>(src++);
  if (header < 128) {
    if (header > srcEnd - src) return BAD_HUFFMAN;
    codeBytes = 1 + header;
    const count = readWeights(scratch, src, src + header);
    return count < 0 ? count : buildCode(scratch, count);
  }
  const count = <u32>header - 127;
  const bytes: usize = (count + 1) >> 1;
  if (bytes > srcEnd - src) return BAD_HUFFMAN;
  codeBytes = 1 + bytes;
  for (let i: usize = 0; i < bytes; i++) {
    const both: u32 = load<u8>(src + i);
    store<u16>(weights + (i << 1), <u16>((both >> 4) | ((both & 15) << 8)));
  }
  return buildCode(scratch, count);
}

/** Decodes the last `dstEnd - dst` literals of a stream, which must be used up by them. */
function finish(table: usize, bits: u64, start: usize, left: i32, dst: usize, dstEnd: usize): i32 {
  const shift = 64 - bits;
  while (dst < dstEnd) {
    if (left < 0) return BAD_LITERALS;
    let word = nextBits(start, left);
    const stop = min(dst + 5, dstEnd);
    do {
      const found: u64 = load<u16>(table + (<usize>(word >> shift) << 1));
      store<u8>(dst++, <u8>(found >> 8));
      word <<= found;
      left -= <i32>found & 255;
    } while (dst < stop);
  }
  return left == 0 ? 0 : BAD_LITERALS;
}

/** Decodes one stream to exactly `size` literals. */
export function decodeStream(scratch: usize, bits: u32, src: usize, srcEnd: usize, dst: usize, size: usize): i32 {
  const left = unreadBits(src, srcEnd);
  if (left < 0) return BAD_LITERALS;
  return finish(scratch + SINGLES_AT, bits, src, left, dst, dst + size);
}

/** The bits at the end of a stream, behind them one that counts those dropped: it is the lowest that is set. */
@inline
function firstWord(end: usize): u64 {
  return (load<u64>(end - 8) | 1) << (clz(<u32>load<u8>(end - 1)) - 23);
}

/** The bits left in a stream whose word at `at` was partly dropped. */
@inline
function leftOf(start: usize, at: usize, word: u64): i32 {
  return ((<i32>at - <i32>start) << 3) + 64 - <i32>ctz(word);
}

/** Decodes four streams behind the lengths of the first three (section 3.1.1.3.1.6) to exactly `size` literals. */
export function decodeStreams(scratch: usize, bits: u32, src: usize, srcEnd: usize, dst: usize, size: usize): i32 {
  if (size < 6 || srcEnd - src < 6) return BAD_LITERALS;
  const start0 = src + 6;
  const start1 = start0 + load<u16>(src);
  const start2 = start1 + load<u16>(src, 2);
  const start3 = start2 + load<u16>(src, 4);
  if (start3 > srcEnd) return BAD_LITERALS;
  const quarter = (size + 3) >> 2;
  const end0 = dst + quarter;
  const end1 = end0 + quarter;
  const end2 = end1 + quarter;
  const end3 = dst + size;
  if (
    unreadBits(start0, start1) < 0 || unreadBits(start1, start2) < 0 || unreadBits(start2, start3) < 0 ||
    unreadBits(start3, srcEnd) < 0
  ) return BAD_LITERALS;
  let at0 = start1 - 8;
  let at1 = start2 - 8;
  let at2 = start3 - 8;
  let at3 = srcEnd - 8;
  let word0 = firstWord(start1);
  let word1 = firstWord(start2);
  let word2 = firstWord(start3);
  let word3 = firstWord(srcEnd);
  let dst0 = dst;
  let dst1 = end0;
  let dst2 = end1;
  let dst3 = end2;
  const table = scratch + SINGLES_AT;
  const shift: u64 = 64 - bits;
  for (;;) {
    const room = min(
      min(<i32>at0 - <i32>start0, <i32>at1 - <i32>start1),
      min(<i32>at2 - <i32>start2, <i32>at3 - <i32>start3),
    );
    let rounds = room < 0 ? 0 : min(<u32>room / 7, <u32>(end3 - dst3) / 5);
    if (rounds == 0) break;
    do {
      for (let i = 0; i < 5; i++) {
        const found0: u64 = load<u16>(table + (<usize>(word0 >> shift) << 1));
        const found1: u64 = load<u16>(table + (<usize>(word1 >> shift) << 1));
        const found2: u64 = load<u16>(table + (<usize>(word2 >> shift) << 1));
        const found3: u64 = load<u16>(table + (<usize>(word3 >> shift) << 1));
        store<u8>(dst0++, <u8>(found0 >> 8));
        store<u8>(dst1++, <u8>(found1 >> 8));
        store<u8>(dst2++, <u8>(found2 >> 8));
        store<u8>(dst3++, <u8>(found3 >> 8));
        word0 <<= found0;
        word1 <<= found1;
        word2 <<= found2;
        word3 <<= found3;
      }
      const dropped0 = ctz(word0);
      const dropped1 = ctz(word1);
      const dropped2 = ctz(word2);
      const dropped3 = ctz(word3);
      at0 -= <usize>(dropped0 >> 3);
      at1 -= <usize>(dropped1 >> 3);
      at2 -= <usize>(dropped2 >> 3);
      at3 -= <usize>(dropped3 >> 3);
      word0 = (load<u64>(at0) | 1) << (dropped0 & 7);
      word1 = (load<u64>(at1) | 1) << (dropped1 & 7);
      word2 = (load<u64>(at2) | 1) << (dropped2 & 7);
      word3 = (load<u64>(at3) | 1) << (dropped3 & 7);
    } while (--rounds);
  }
  if (finish(table, bits, start0, leftOf(start0, at0, word0), dst0, end0) < 0) return BAD_LITERALS;
  if (finish(table, bits, start1, leftOf(start1, at1, word1), dst1, end1) < 0) return BAD_LITERALS;
  if (finish(table, bits, start2, leftOf(start2, at2, word2), dst2, end2) < 0) return BAD_LITERALS;
  return finish(table, bits, start3, leftOf(start3, at3, word3), dst3, end3);
}
