// Decoding tables of DEFLATE's prefix codes (RFC 1951, section 3.2), built in scratch memory the caller gives.
//
// Table entries, low to high bits: 0-5 bits to drop; 6-7 number of literals; then either one or two literal bytes, or
// 8-12 place of the extra bits (or index bits of a subtable), 13-15 flags, 16-31 base (or start of a subtable).

export const LITLEN_BITS: u32 = 11;
export const DISTANCE_BITS: u32 = 9;
export const PRE_BITS: u32 = 7;
export const SPENT: u64 = 2;

export const LITERAL: u32 = 0xc0;
export const ONE_LITERAL: u32 = 0x40;
export const EXCEPTION: u32 = 0x8000;
export const SUBTABLE: u32 = 0x4000;
export const END: u32 = 0x2000;

export const LITLEN_MASK: u32 = ((1 << LITLEN_BITS) - 1) << 2;
export const DISTANCE_MASK: u32 = ((1 << DISTANCE_BITS) - 1) << 2;

// Scratch memory: tables with room for the subtables of any complete code, then what building them needs.
export const DISTANCE_AT: usize = 20480;
export const PRE_AT: usize = 24576;
export const LENGTHS_AT: usize = 25088;
const SORTED_AT: usize = 25600;
const COUNTS_AT: usize = 26240;
const OFFSETS_AT: usize = 26304;
export const DECODED_AT: usize = 26368;
const SINGLES_AT: usize = 26432;

export const LITLEN: i32 = 0;
export const DISTANCE: i32 = 1;
export const PRE: i32 = 2;

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

@inline
function entry(kind: i32, symbol: u32, length: u32): u32 {
  if (kind == PRE) return (symbol << 16) | length;
  if (kind == DISTANCE) return load<u32>(DISTANCE_SYMBOLS + (symbol << 2)) + length * 0x101 + (<u32>SPENT << 8);
  if (symbol < 256) return (symbol << 8) | ONE_LITERAL | length;
  return load<u32>(LENGTH_SYMBOLS + ((symbol - 256) << 2)) + length * 0x101 + (<u32>SPENT << 8);
}

/** The next code word, bits reversed as they arrive, after `code` of the given length; not for the last one. */
@inline
function following(code: u32, length: u32): u32 {
  const bit: u32 = 1 << (31 - clz(code ^ ((1 << length) - 1)));
  return (code & (bit - 1)) | bit;
}

/** Copies the first `size` entries behind themselves. */
@inline
function double(table: usize, size: u32): void {
  const behind = table + (<usize>size << 2);
  for (let at: usize = 0; at < <usize>size << 2; at += 16) v128.store(behind + at, v128.load(table + at));
}

/** A table of `bits` index bits, subtables behind it, from `symbols` code lengths. False: no valid code. */
export function build(kind: i32, scratch: usize, table: usize, bits: u32, lengths: usize, symbols: u32): bool {
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

/** Bits of the shortest literal code word; more than 15 when there is none. */
@inline
function shortestLiteral(lengths: usize): u32 {
  const one = v128.splat<u8>(1);
  let least = v128.splat<u8>(0xff);
  for (let i: usize = 0; i < 256; i += 16) least = v128.min<u8>(least, v128.sub<u8>(v128.load(lengths + i), one));
  least = v128.min<u8>(least, v128.shuffle<u8>(least, least, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  let low = v128.extract_lane<u64>(least, 0);
  let shortest: u32 = 255;
  for (let lane = 0; lane < 8; lane++, low >>= 8) shortest = min(shortest, <u32>low & 255);
  return shortest + 1;
}

/**
 * Joins pairs of literals whose code words fit into one index together. For a first literal with the code word c of n
 * bits, the entries c + (j << n) hold c followed by j, so that a run of single entries from 0 on gives the second ones.
 */
export function joinLiterals(scratch: usize): void {
  const shortest = shortestLiteral(scratch + LENGTHS_AT);
  if (shortest << 1 > LITLEN_BITS) return;
  const firsts: u32 = 1 << (LITLEN_BITS - shortest);
  const singles = scratch + SINGLES_AT;
  for (let at: usize = 0; at < firsts << 2; at += 16) v128.store(singles + at, v128.load(scratch + at));
  const literal = v128.splat<u32>(LITERAL);
  const byte = v128.splat<u32>(0xff00);
  const length = v128.splat<u32>(63);
  for (let code: u32 = 0; code < firsts; code++) {
    const first = load<u32>(singles + (code << 2));
    const bits = first & 63;
    const room = LITLEN_BITS - bits;
    if ((first & LITERAL) == 0 || code >> bits != 0 || room < max<u32>(shortest, 2)) continue;
    const alone = v128.splat<u32>(first);
    const both = v128.splat<u32>(first + ONE_LITERAL);
    const most = v128.splat<u32>(room);
    const step: usize = 4 << bits;
    const end = singles + (4 << room);
    let to = scratch + (code << 2);
    for (let from = singles; from < end; from += 16) {
      const second = v128.load(from);
      const used = v128.and(second, length);
      const fits = v128.and(v128.gt<i32>(v128.and(second, literal), i32x4(0, 0, 0, 0)), v128.le<i32>(used, most));
      const pair = v128.add<u32>(v128.add<u32>(both, used), v128.shl<u32>(v128.and(second, byte), 8));
      const value = v128.bitselect(pair, alone, fits);
      v128.store_lane<u32>(to, value, 0);
      v128.store_lane<u32>(to + step, value, 1);
      v128.store_lane<u32>(to + 2 * step, value, 2);
      v128.store_lane<u32>(to + 3 * step, value, 3);
      to += 4 * step;
    }
  }
}

/** The code of a block of kind 1. */
export function buildFixed(scratch: usize): void {
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

