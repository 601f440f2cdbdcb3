// The literals section of a block (RFC 8878, section 3.1.1.3.1).
import { codeBytes, decodeStream, decodeStreams, readCode } from './_zstd_huffman.as';
import { BAD_LITERALS, BLOCK_BYTES, LITERALS_AT } from './_zstd_layout.as';

/** Where the literals read last lie, up to where, and where the section ends. */
export let literalsAt: usize = 0;
export let literalsEnd: usize = 0;
export let sectionEnd: usize = 0;

/** Bits of the index of the code that a treeless section goes on with; 0: there is none. */
let earlierBits: u32 = 0;

export function forgetCode(): void {
  earlierBits = 0;
}

/** Bytes stored as they are, which stay where they are, or one that is repeated. */
function readPlain(scratch: usize, src: usize, srcEnd: usize, kind: u32, format: u32): i32 {
  const header: usize = format == 1 ? 2 : format == 3 ? 3 : 1;
  if (header > srcEnd - src) return BAD_LITERALS;
  const word = load<u32>(src);
  const size: usize = header == 1 ? (word & 0xff) >> 3 : (word & (header == 2 ? 0xffff : 0xffffff)) >> 4;
  const used = header + (kind == 0 ? size : <usize>1);
  if (size > BLOCK_BYTES || used > srcEnd - src) return BAD_LITERALS;
  if (kind == 0) literalsAt = src + header;
  else {
    literalsAt = scratch + LITERALS_AT;
    memory.fill(literalsAt, load<u8>(src + header), size);
  }
  literalsEnd = literalsAt + size;
  sectionEnd = src + used;
  return 0;
}

/**
 * Reads the section at `src`. Coded literals go to `direct`, with `room` bytes and 64 behind them, when they are all that
 * the block has and fit.
 * @returns 0 or a negative code
 */
export function readLiterals(scratch: usize, src: usize, srcEnd: usize, direct: usize, room: usize): i32 {
  if (src >= srcEnd) return BAD_LITERALS;
  const first: u32 = load<u8>(src);
  const kind = first & 3;
  const format = (first >> 2) & 3;
  if (kind < 2) return readPlain(scratch, src, srcEnd, kind, format);
  const header: usize = max(3, format + 2);
  if (header > srcEnd - src) return BAD_LITERALS;
  const width: u64 = format < 2 ? 10 : format == 2 ? 14 : 18;
  const stated = load<u64>(src) >> 4;
  const mask: u64 = (1 << width) - 1;
  const size = <usize>(stated & mask);
  const used = header + <usize>((stated >> width) & mask);
  if (size > BLOCK_BYTES || used > srcEnd - src) return BAD_LITERALS;
  sectionEnd = src + used;
  let at = src + header;
  if (kind == 2) {
    earlierBits = 0;
    const bits = readCode(scratch, at, sectionEnd);
    if (bits < 0) return bits;
    earlierBits = bits;
    at += codeBytes;
  } else if (earlierBits == 0) return BAD_LITERALS;
  const isAll = sectionEnd + 1 == srcEnd && load<u8>(sectionEnd) == 0 && size <= room;
  literalsAt = isAll ? direct : scratch + LITERALS_AT;
  literalsEnd = literalsAt + size;
  if (format == 0) return decodeStream(scratch, earlierBits, at, sectionEnd, literalsAt, size);
  return decodeStreams(scratch, earlierBits, at, sectionEnd, literalsAt, size);
}
