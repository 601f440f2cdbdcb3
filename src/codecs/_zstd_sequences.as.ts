// The sequences section of a block (RFC 8878, section 3.1.1.3.2): literals and matches in turn.
import { copyMatch } from './_match.as';
import { highest, nextBits, unreadBits } from './_zstd_bits.as';
import {
  buildPredefined, buildRepeat, LITERAL_LENGTHS, MATCH_LENGTHS, OFFSETS, readStates, tableBytes,
} from './_zstd_fse.as';
import {
  BAD_FSE, BAD_SEQUENCES, DISTANCES_AT, LITERAL_LENGTHS_AT, MATCH_LENGTHS_AT, OFFSETS_AT, OVERFLOW, TOO_FAR,
} from './_zstd_layout.as';

const NONE: i32 = -1;
const PREDEFINED: i32 = 0x100;

/** Bits of the tables that are there, or `NONE`; `PREDEFINED` marks those that need not be built again. */
let literalLengthBits: i32 = NONE;
let offsetBits: i32 = NONE;
let matchLengthBits: i32 = NONE;

/**
 * Orders of the last three distances, the latest first, and a new one behind them, when the first, the second or the third
 * is repeated, or the new one is taken.
 */
const ORDERS: usize = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 0, 0, 0, 4, 5, 6, 7, 0, 1, 2, 3, 8, 9, 10, 11, 0, 0, 0, 0,
  8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0,
], 16);

/** Where the sequences run last ended. */
export let decodedEnd: usize = 0;

export function forgetSequences(scratch: usize): void {
  literalLengthBits = NONE;
  offsetBits = NONE;
  matchLengthBits = NONE;
  v128.store(scratch + DISTANCES_AT, i32x4(1, 4, 8, 0));
}

let at: usize = 0;

/** Puts the table that `mode` asks for in its place. @returns its bits, with `PREDEFINED` perhaps, or `NONE` */
function readTable(
  kind: i32, mode: u32, earlier: i32, scratch: usize, table: usize, srcEnd: usize, mostBits: u32, lastSymbol: u32,
): i32 {
  if (mode == 3) return earlier;
  if (mode == 0) return earlier >= PREDEFINED ? earlier : buildPredefined(kind, scratch, table) | PREDEFINED;
  if (mode == 1) {
    if (at >= srcEnd || <u32>load<u8>(at) > lastSymbol) return NONE;
    buildRepeat(kind, table, load<u8>(at++));
    return 0;
  }
  const bits = readStates(kind, scratch, table, at, srcEnd, mostBits, lastSymbol);
  if (bits < 0) return NONE;
  at += tableBytes;
  return bits;
}

/** Copies literals; up to 15 more are read and written. */
@inline
function copyLiterals(dst: usize, src: usize, size: usize): void {
  v128.store(dst, v128.load(src));
  for (let done: usize = 16; done < size; done += 16) v128.store(dst + done, v128.load(src + done));
}

/** Carries out `count` sequences with the tables in scratch memory. @returns where the rest of the literals begins, or a code */
function run(
  scratch: usize, start: usize, srcEnd: usize, count: u32, literals: usize, literalsEnd: usize, frame: usize, dst: usize,
  dstEnd: usize,
): i32 {
  let left = unreadBits(start, srcEnd);
  if (left < 0) return BAD_SEQUENCES;
  const literalTable = scratch + LITERAL_LENGTHS_AT;
  const offsetTable = scratch + OFFSETS_AT;
  const matchTable = scratch + MATCH_LENGTHS_AT;
  const bits1: u64 = literalLengthBits & 15;
  const bits2: u64 = offsetBits & 15;
  const bits3: u64 = matchLengthBits & 15;
  let word = nextBits(start, left);
  let literalEntry = load<u64>(literalTable + (<usize>highest(word, bits1) << 3));
  word <<= bits1;
  let offsetEntry = load<u64>(offsetTable + (<usize>highest(word, bits2) << 3));
  word <<= bits2;
  let matchEntry = load<u64>(matchTable + (<usize>highest(word, bits3) << 3));
  left -= <i32>(bits1 + bits2 + bits3);
  let last = v128.load(scratch + DISTANCES_AT);

  if (left < 0) return BAD_SEQUENCES;
  for (;;) {
    word = nextBits(start, left);
    // No carry between the bytes: at most 26 bits of states and 63 extra ones.
    const sum = <u32>literalEntry + <u32>offsetEntry + <u32>matchEntry;
    const offsetExtra = offsetEntry >> 8;
    left -= <i32>((sum >> 8) & 255);
    const value = <u32>(offsetEntry >> 32) + <u32>highest(word, offsetExtra);
    word <<= offsetExtra;
    let size = <u32>(matchEntry >> 32);
    let own = <usize>(literalEntry >> 32);
    // Most lengths have no extra bits; without them the 57 bits of a word are enough for the states, too.
    if (((<u32>matchEntry | <u32>literalEntry) & 0xff00) != 0) {
      if (left < 0) return BAD_SEQUENCES;
      const matchExtra: u64 = (<u32>matchEntry >> 8) & 255;
      const literalExtra: u64 = (<u32>literalEntry >> 8) & 255;
      word = nextBits(start, left + <i32>(matchExtra + literalExtra));
      size += <u32>highest(word, matchExtra);
      word <<= matchExtra;
      own += <usize>highest(word, literalExtra);
      word = nextBits(start, left);
    }
    if (--count != 0) {
      left -= <i32>(sum & 255);
      const literalState = (<usize>literalEntry >> 16) + <usize>highest(word, literalEntry);
      word <<= literalEntry;
      literalEntry = load<u64>(literalTable + (literalState << 3));
      const matchState = (<usize>matchEntry >> 16) + <usize>highest(word, matchEntry);
      word <<= matchEntry;
      matchEntry = load<u64>(matchTable + (matchState << 3));
      const offsetState = (<usize>offsetEntry >> 16) + <usize>highest(word, offsetEntry);
      offsetEntry = load<u64>(offsetTable + (offsetState << 3));
    }
    if (left < 0 || own > literalsEnd - literals) return BAD_SEQUENCES;
    if (own + size > dstEnd - dst) return OVERFLOW;

    // Without branches, as any of the last distances may follow any other.
    const which = min(value - u32(own != 0), 3);
    const fourth = select<u32>(value - 3, v128.extract_lane<u32>(last, 0) - 1, value > 3);
    last = v128.swizzle(v128.replace_lane<u32>(last, 3, fourth), v128.load(ORDERS + (which << 4)));
    const distance = v128.extract_lane<u32>(last, 0);

    copyLiterals(dst, literals, own);
    literals += own;
    dst += own;
    // A distance of 0 becomes the largest number.
    if (distance - 1 >= <u32>(dst - frame)) return TOO_FAR;
    copyMatch(dst, distance, size);
    dst += size;
    if (count == 0) break;
  }
  if (left != 0) return BAD_SEQUENCES;
  v128.store(scratch + DISTANCES_AT, last);
  decodedEnd = dst;
  at = literals;
  return 0;
}

/**
 * Reads the section at `src` and carries it out on literals that lie before `literalsEnd`. Matches do not reach before `frame`.
 * @returns 0 or a negative code
 */
export function runSequences(
  scratch: usize, src: usize, srcEnd: usize, literals: usize, literalsEnd: usize, frame: usize, dst: usize, dstEnd: usize,
): i32 {
  if (src >= srcEnd) return BAD_SEQUENCES;
  const word = load<u32>(src);
  let count = word & 255;
  at = src + 1;
  if (count == 255) {
    count = ((word >> 8) & 0xffff) + 0x7f00;
    at += 2;
  } else if (count > 127) {
    count = ((count - 128) << 8) | ((word >> 8) & 255);
    at++;
  }
  if (at > srcEnd) return BAD_SEQUENCES;
  decodedEnd = dst;
  if (count != 0) {
    const modes: u32 = load<u8>(at);
    if (at++ == srcEnd || (modes & 3) != 0) return BAD_SEQUENCES;
    const kind1 = scratch + LITERAL_LENGTHS_AT;
    literalLengthBits = readTable(LITERAL_LENGTHS, modes >> 6, literalLengthBits, scratch, kind1, srcEnd, 9, 35);
    if (literalLengthBits == NONE) return BAD_FSE;
    const kind2 = scratch + OFFSETS_AT;
    offsetBits = readTable(OFFSETS, (modes >> 4) & 3, offsetBits, scratch, kind2, srcEnd, 8, 31);
    if (offsetBits == NONE) return BAD_FSE;
    const kind3 = scratch + MATCH_LENGTHS_AT;
    matchLengthBits = readTable(MATCH_LENGTHS, (modes >> 2) & 3, matchLengthBits, scratch, kind3, srcEnd, 9, 52);
    if (matchLengthBits == NONE) return BAD_FSE;
    const code = run(scratch, at, srcEnd, count, literals, literalsEnd, frame, dst, dstEnd);
    if (code < 0) return code;
    literals = at;
  } else if (at != srcEnd) return BAD_SEQUENCES;
  const rest = literalsEnd - literals;
  if (rest > dstEnd - decodedEnd) return OVERFLOW;
  if (decodedEnd != literals) memory.copy(decodedEnd, literals, rest);
  decodedEnd += rest;
  return 0;
}
