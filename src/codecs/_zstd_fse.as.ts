// Tables of finite state entropy (RFC 8878, section 4.1).
//
// Table entries, low to high bits: 0-7 bits of the stream that give the next state; 8-15 extra bits of the number that a
// state stands for; 16-31 what is added to the bits of the next state; 32-63 the least number, to which the extra bits are
// added.
import { BAD_FSE, CELLS_AT, COUNTS_AT, NEXT_AT } from './_zstd_layout.as';

export const LITERAL_LENGTHS: i32 = 0;
export const OFFSETS: i32 = 1;
export const MATCH_LENGTHS: i32 = 2;
export const WEIGHTS: i32 = 3;

/** Extra bits and base of literal lengths 16 to 35, bits lowest (RFC 8878, section 3.1.1.3.2.1.1). */
const LITERAL_SYMBOLS: usize = memory.data<u32>([
  0x1001, 0x1201, 0x1401, 0x1601, 0x1802, 0x1c02, 0x2003, 0x2803, 0x3004, 0x4006, 0x8007, 0x10008, 0x20009, 0x4000a,
  0x8000b, 0x10000c, 0x20000d, 0x40000e, 0x80000f, 0x1000010,
]);

/** The same of match lengths, symbols 32 to 52. */
const MATCH_SYMBOLS: usize = memory.data<u32>([
  0x2301, 0x2501, 0x2701, 0x2901, 0x2b02, 0x2f02, 0x3303, 0x3b03, 0x4304, 0x5304, 0x6305, 0x8307, 0x10308, 0x20309,
  0x4030a, 0x8030b, 0x10030c, 0x20030d, 0x40030e, 0x80030f, 0x1000310,
]);

/** Distributions that need not be sent (section 3.1.1.3.2.2). */
const LITERAL_COUNTS: usize = memory.data<i8>([
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
]);
const OFFSET_COUNTS: usize = memory.data<i8>([
  1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
]);
const MATCH_COUNTS: usize = memory.data<i8>([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
]);

/** What a symbol stands for: extra bits and base of an entry. */
@inline
function meaning(kind: i32, symbol: u32): u64 {
  if (kind == OFFSETS) return (<u64>1 << (symbol + 32)) | (symbol << 8);
  if (kind == WEIGHTS) return <u64>symbol << 32;
  if (kind == LITERAL_LENGTHS) {
    if (symbol < 16) return <u64>symbol << 32;
    const both = load<u32>(LITERAL_SYMBOLS + ((symbol - 16) << 2));
    return (<u64>(both >> 8) << 32) | ((both & 255) << 8);
  }
  if (symbol < 32) return <u64>(symbol + 3) << 32;
  const both = load<u32>(MATCH_SYMBOLS + ((symbol - 32) << 2));
  return (<u64>(both >> 8) << 32) | ((both & 255) << 8);
}

/** The table of a single symbol, which takes no bits. */
export function buildRepeat(kind: i32, table: usize, symbol: u32): void {
  store<u64>(table, meaning(kind, symbol));
}

/** The table of 2^bits states for the counts in scratch memory, an i16 each (section 4.1.1). */
export function buildStates(kind: i32, scratch: usize, table: usize, bits: u32, symbols: u32): void {
  const counts = scratch + COUNTS_AT;
  const next = scratch + NEXT_AT;
  const cells = scratch + CELLS_AT;
  const mask: u32 = (1 << bits) - 1;
  let high = mask;
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const count: i32 = load<i16>(counts + (symbol << 1));
    store<u16>(next + (symbol << 1), <u16>(count < 0 ? 1 : count));
    if (count < 0) store<u8>(cells + high--, <u8>symbol);
  }
  const step: u32 = ((mask + 1) >> 1) + ((mask + 1) >> 3) + 3;
  let at: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    for (let count: i32 = load<i16>(counts + (symbol << 1)); count > 0; count--) {
      store<u8>(cells + at, <u8>symbol);
      do at = (at + step) & mask;
      while (at > high);
    }
  }
  for (let state: u32 = 0; state <= mask; state++) {
    const symbol: u32 = load<u8>(cells + state);
    const rank: u32 = load<u16>(next + (symbol << 1));
    store<u16>(next + (symbol << 1), <u16>(rank + 1));
    const length = bits - (31 - clz(rank));
    const base = (rank << length) - mask - 1;
    store<u64>(table + (state << 3), meaning(kind, symbol) | (<u64>base << 16) | length);
  }
}

/** The predefined table of a kind. @returns its bits */
export function buildPredefined(kind: i32, scratch: usize, table: usize): u32 {
  const from = kind == LITERAL_LENGTHS ? LITERAL_COUNTS : kind == OFFSETS ? OFFSET_COUNTS : MATCH_COUNTS;
  const symbols: u32 = kind == LITERAL_LENGTHS ? 36 : kind == OFFSETS ? 29 : 53;
  const bits: u32 = kind == OFFSETS ? 5 : 6;
  for (let i: u32 = 0; i < symbols; i++) store<i16>(scratch + COUNTS_AT + (i << 1), load<i8>(from + i));
  buildStates(kind, scratch, table, bits, symbols);
  return bits;
}

/** Bytes that the table read last takes. */
export let tableBytes: usize = 0;

/** Reads a table of at most `mostBits` (section 4.1.1). @returns its bits, or a negative code */
export function readStates(
  kind: i32, scratch: usize, table: usize, src: usize, srcEnd: usize, mostBits: u32, lastSymbol: u32,
): i32 {
  if (src >= srcEnd) return BAD_FSE;
  const counts = scratch + COUNTS_AT;
  const bits = (<u32>load<u8>(src) & 15) + 5;
  if (bits > mostBits) return BAD_FSE;
  let at: usize = 4;
  let left: i32 = 1 << bits;
  let symbols: u32 = 0;
  while (left > 0) {
    if (symbols > lastSymbol || at > (srcEnd - src) << 3) return BAD_FSE;
    // Values up to `left + 1`: the lowest ones take one bit less.
    const word = load<u32>(src + (at >> 3)) >> (<u32>at & 7);
    const width = 32 - clz(left + 1);
    const short: u32 = (1 << width) - 2 - left;
    const half: u32 = 1 << (width - 1);
    let value = word & ((1 << width) - 1);
    if ((value & (half - 1)) < short) {
      value &= half - 1;
      at += width - 1;
    } else {
      if (value >= half) value -= short;
      at += width;
    }
    const count = <i32>value - 1;
    left -= abs(count);
    store<i16>(counts + (symbols++ << 1), <i16>count);
    if (count != 0) continue;
    for (let more: u32 = 3; more == 3 && symbols <= lastSymbol; ) {
      more = (<u32>load<u16>(src + (at >> 3)) >> (<u32>at & 7)) & 3;
      at += 2;
      // Up to three zeros; what is not used is overwritten.
      store<u64>(counts + (symbols << 1), 0);
      symbols += more;
    }
  }
  tableBytes = (at + 7) >> 3;
  if (left < 0 || symbols > lastSymbol + 1 || tableBytes > srcEnd - src) return BAD_FSE;
  buildStates(kind, scratch, table, bits, symbols);
  return <i32>bits;
}
