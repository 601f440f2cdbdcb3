// Checksums over bytes in memory: Adler-32 (zlib) and Fletcher-32 (HDF5).
import { adlerUpdate } from './_adler.as';

/** Adler-32 of `length` bytes. */
export function adler32(address: usize, length: usize): u32 {
  return adlerUpdate(1, address, length);
}

/** Bytes per block: 256 steps keep the 32-bit lanes from overflowing. */
const BLOCK: usize = 4096;

@inline
function weighted(v: v128, w0: u64, w1: u64, w2: u64, w3: u64): u64 {
  return (
    w0 * <u64>v128.extract_lane<u32>(v, 0) +
    w1 * <u64>v128.extract_lane<u32>(v, 1) +
    w2 * <u64>v128.extract_lane<u32>(v, 2) +
    w3 * <u64>v128.extract_lane<u32>(v, 3)
  );
}

/** A sum as HDF5's folding of carries leaves it when any word is not 0: 1 to 65535. */
@inline
function folded(sum: u64): u32 {
  const rest = <u32>(sum % 65535);
  return rest == 0 ? 65535 : rest;
}

@inline
function swapped(half: u32): u32 {
  return ((half << 8) | (half >> 8)) & 0xffff;
}

/**
 * Fletcher-32 as HDF5 computes it: over big-endian 16-bit words, an odd last byte as the high byte of a word. Sums of
 * little-endian words are taken, since modulo 2^16 - 1 swapping the bytes of each word only swaps those of the sum.
 */
export function fletcher32(address: usize, length: usize): u32 {
  let first: u64 = 0;
  let second: u64 = 0;
  let any: u64 = 0;
  const low = v128.splat<u32>(0xffff);
  while (length >= 16) {
    const size: usize = min(length & ~15, BLOCK);
    const end = address + size;
    let sum = i32x4(0, 0, 0, 0);
    let before = i32x4(0, 0, 0, 0);
    let evens = i32x4(0, 0, 0, 0);
    for (; address < end; address += 16) {
      const v = v128.load(address);
      const even = v128.and(v, low);
      before = v128.add<u32>(before, sum);
      sum = v128.add<u32>(sum, v128.add<u32>(even, v128.shr<u32>(v, 16)));
      evens = v128.add<u32>(evens, even);
    }
    second += first * (size >> 1);
    second += weighted(before, 8, 8, 8, 8) + weighted(sum, 7, 5, 3, 1) + weighted(evens, 1, 1, 1, 1);
    first += weighted(sum, 1, 1, 1, 1);
    any |= first;
    first %= 65535;
    second %= 65535;
    length -= size;
  }
  for (; length > 0; address += 2) {
    const word: u64 = length > 1 ? <u64>load<u16>(address) : <u64>load<u8>(address);
    first += word;
    second += first;
    any |= word;
    length -= length > 1 ? 2 : 1;
  }
  if (any == 0) return 0;
  return (swapped(folded(second)) << 16) | swapped(folded(first));
}
