// Encodes LZ4 blocks with the first match that a table of hashed bytes offers; longer steps where nothing matches.

/** Bytes of the table: 4,096 places in the block. */
export const TABLE_BYTES: usize = 16384;

/** No match begins in the last 12 bytes, and the last 5 are literals (LZ4 Block Format Description). */
const LAST_MATCH: usize = 12;
const LAST_LITERALS: usize = 5;

const FARTHEST: usize = 65535;

/** Place in the table for the 5 bytes at `at`: hashing one more than a match needs finds the longer matches. */
@inline
function slotOf(table: usize, at: usize): usize {
  const hash = load<u32>(at) * 2654435761 + <u32>load<u8>(at, 4) * 2246822519;
  return table + <usize>((hash >> 20) << 2);
}

/** Writes what of a length does not fit its 4 bits; returns the address behind. */
@inline
function putLength(dst: usize, length: usize): usize {
  if (length < 15) return dst;
  length -= 15;
  for (; length >= 255; length -= 255) store<u8>(dst++, 255);
  store<u8>(dst++, <u8>length);
  return dst;
}

/** Writes a token and the literals behind it; up to 15 more bytes are read and written. */
@inline
function putLiterals(dst: usize, literals: usize, count: usize, match: usize): usize {
  store<u8>(dst++, <u8>((min(count, <usize>15) << 4) | min(match, <usize>15)));
  dst = putLength(dst, count);
  for (let i: usize = 0; i < count; i += 16) v128.store(dst + i, v128.load(literals + i));
  return dst + count;
}

/**
 * Encodes `length` bytes; `dst` has room for length + length / 255 + 16 bytes, and 64 bytes of slack like the input.
 * @returns encoded bytes
 */
export function encode(source: usize, length: usize, dst: usize, table: usize): usize {
  const start = dst;
  const end = source + length;
  let literals = source;
  if (length > LAST_MATCH) {
    memory.fill(table, 0, TABLE_BYTES);
    const lastMatch = end - LAST_MATCH;
    const matchEnd = end - LAST_LITERALS;
    let at = source + 1;
    let misses: u32 = 64;
    while (at <= lastMatch) {
      const word = load<u32>(at);
      const slot = slotOf(table, at);
      let from = source + load<u32>(slot);
      store<u32>(slot, <u32>(at - source));
      if (at - from > FARTHEST || load<u32>(from) != word) {
        at += misses++ >> 6;
        continue;
      }
      misses = 64;
      let stop = at + 4;
      let same = from + 4;
      while (at > literals && from > source && load<u8>(at - 1) == load<u8>(from - 1)) {
        at--;
        from--;
      }
      for (; stop < matchEnd; stop += 8, same += 8) {
        const difference = load<u64>(stop) ^ load<u64>(same);
        if (difference == 0) continue;
        stop += <usize>(ctz(difference) >> 3);
        break;
      }
      if (stop > matchEnd) stop = matchEnd;
      const extra = stop - at - 4;
      dst = putLiterals(dst, literals, at - literals, extra);
      store<u16>(dst, <u16>(at - from));
      dst = putLength(dst + 2, extra);
      at = stop;
      literals = at;
      store<u32>(slotOf(table, at - 2), <u32>(at - 2 - source));
    }
  }
  return putLiterals(dst, literals, end - literals, 0) - start;
}
