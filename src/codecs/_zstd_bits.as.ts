// Bits of a stream that is read from its end to its start (RFC 8878, section 4.1). Its position is the number of bits
// that are left; loads reach up to 8 bytes before the stream, where a frame always has its headers.

/** The unread bits of a stream, or -1 when there is no mark at its end. */
@inline
export function unreadBits(start: usize, end: usize): i32 {
  if (end <= start) return -1;
  const last: u32 = load<u8>(end - 1);
  return last == 0 ? -1 : <i32>((end - start) << 3) - 8 + (31 - <i32>clz(last));
}

/** The next bits, the first one highest; at least 57 of them are there. `left` must not be negative. */
@inline
export function nextBits(start: usize, left: i32): u64 {
  return load<u64>(start + (<usize>(left + 7) >> 3) - 8) << (<u64>-left & 7);
}

/** The highest `count` bits, at most 63; the count may stand in the lowest six bits of a larger number. */
@inline
export function highest(bits: u64, count: u64): u64 {
  return (bits >> 1) >> ~count;
}
