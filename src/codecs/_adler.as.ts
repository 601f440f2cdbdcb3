// Adler-32 (RFC 1950, section 8.2) over bytes in memory, 32 per step.
//
// With a = 1 + sum of v and b = sum of the running a, a block of n bytes adds sum(v) to a and n * a + sum((n - i) * v) to
// b. The second sum is split into whole steps (the sum of all bytes before each step, times 32) and the place within
// the step, whose weights are applied once per block to 16-bit column sums.

const BASE: u32 = 65521;

/** Bytes per block: 128 steps keep the column sums (at most 510 each) below 2^16. */
const BLOCK: usize = 4096;

@inline
function total(v: v128): u32 {
  return (
    v128.extract_lane<u32>(v, 0) + v128.extract_lane<u32>(v, 1) + v128.extract_lane<u32>(v, 2) + v128.extract_lane<u32>(v, 3)
  );
}

@inline
function weighted(columns: v128, weights: v128): u32 {
  return total(
    v128.add<u32>(v128.extmul_low<u16>(columns, weights), v128.extmul_high<u16>(columns, weights)),
  );
}

/** Continues `adler` (1 to begin with) over `length` bytes. */
export function adlerUpdate(adler: u32, address: usize, length: usize): u32 {
  let a: u32 = adler & 0xffff;
  let b: u32 = adler >> 16;
  const evenBytes = v128.splat<u16>(0xff);
  const ones = v128.splat<u16>(1);
  while (length >= 32) {
    const size: usize = min(length & ~31, BLOCK);
    const end = address + size;
    let sum = i32x4(0, 0, 0, 0);
    let before = i32x4(0, 0, 0, 0);
    let pairs0 = i32x4(0, 0, 0, 0);
    let pairs1 = i32x4(0, 0, 0, 0);
    let even0 = i32x4(0, 0, 0, 0);
    let even1 = i32x4(0, 0, 0, 0);
    for (; address < end; address += 32) {
      const v0 = v128.load(address);
      const v1 = v128.load(address, 16);
      const p0 = v128.extadd_pairwise<u8>(v0);
      const p1 = v128.extadd_pairwise<u8>(v1);
      before = v128.add<u32>(before, sum);
      sum = v128.add<u32>(sum, v128.dot<i16>(v128.add<u16>(p0, p1), ones));
      pairs0 = v128.add<u16>(pairs0, p0);
      pairs1 = v128.add<u16>(pairs1, p1);
      even0 = v128.add<u16>(even0, v128.and(v0, evenBytes));
      even1 = v128.add<u16>(even1, v128.and(v1, evenBytes));
    }
    b += a * <u32>size + 32 * total(before);
    b += weighted(pairs0, i16x8(31, 29, 27, 25, 23, 21, 19, 17)) + weighted(even0, ones);
    b += weighted(pairs1, i16x8(15, 13, 11, 9, 7, 5, 3, 1)) + weighted(even1, ones);
    a = (a + total(sum)) % BASE;
    b %= BASE;
    length -= size;
  }
  for (; length > 0; length--, address++) {
    a += load<u8>(address);
    b += a;
  }
  return ((b % BASE) << 16) | (a % BASE);
}
