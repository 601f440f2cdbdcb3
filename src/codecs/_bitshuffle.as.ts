// Transposes the bits of elements, as bitshuffle does: plane 8 b + k holds bit k of byte b of every element, bit i of
// its byte j belonging to element 8 j + i.
//
// 128 elements at a time: 16 bytes of each of the 8 planes of one byte are 8 vectors, whose bits change places with
// three rounds of swaps between vectors; three rounds of interleaving then put the bytes in the order of the elements.
// Frames of counts have mostly empty planes: 128 elements that have nothing but a low byte are widened from it at once.
import { high, low, unshuffle2, unshuffle4, unshuffle8 } from './_unshuffle.as';

/** Bytes of working space: 128 elements of up to 8 bytes. */
export const COLUMN_BYTES: usize = 1024;

/** Whether 16 bytes of each of `count` planes, a multiple of 8 of them, are all zero. */
@inline
function isEmpty(src: usize, plane: usize, count: usize): bool {
  let any = i64x2(0, 0);
  for (let k: usize = 0; k < count; k += 8) {
    const half = src + 4 * plane;
    const a = v128.or(v128.load(src), v128.load(src + plane));
    const b = v128.or(v128.load(src + 2 * plane), v128.load(src + 3 * plane));
    const c = v128.or(v128.load(half), v128.load(half + plane));
    const d = v128.or(v128.load(half + 2 * plane), v128.load(half + 3 * plane));
    any = v128.or(any, v128.or(v128.or(a, b), v128.or(c, d)));
    src += 8 * plane;
  }
  return !v128.any_true(any);
}

/** Bits that change places between `a`, where they stand `shift` higher, and `b`. */
@inline
function exchange(a: v128, b: v128, shift: i32, mask: v128): v128 {
  return v128.and(v128.xor(v128.shr<u64>(a, shift), b), mask);
}

/** Stores 16 bytes at place `index` as elements of `width` bytes. */
@inline
function put(dst: usize, index: usize, bytes: v128, width: i32): void {
  const at = dst + 16 * index * width;
  if (width == 1) {
    v128.store(at, bytes);
    return;
  }
  const first = v128.extend_low<u8>(bytes);
  const second = v128.extend_high<u8>(bytes);
  if (width == 2) {
    v128.store(at, first);
    v128.store(at, second, 16);
    return;
  }
  v128.store(at, v128.extend_low<u16>(first));
  v128.store(at, v128.extend_high<u16>(first), 16);
  v128.store(at, v128.extend_low<u16>(second), 32);
  v128.store(at, v128.extend_high<u16>(second), 48);
}

/** One byte of 128 elements from 16 bytes of each of its 8 planes, widened to `width` bytes. */
@inline
function gather(src: usize, plane: usize, dst: usize, width: i32): void {
  const half = src + 4 * plane;
  let v0 = v128.load(src);
  let v1 = v128.load(src + plane);
  let v2 = v128.load(src + 2 * plane);
  let v3 = v128.load(src + 3 * plane);
  let v4 = v128.load(half);
  let v5 = v128.load(half + plane);
  let v6 = v128.load(half + 2 * plane);
  let v7 = v128.load(half + 3 * plane);
  let mask = v128.splat<u8>(0x0f);
  const a0 = exchange(v0, v4, 4, mask);
  const a1 = exchange(v1, v5, 4, mask);
  const a2 = exchange(v2, v6, 4, mask);
  const a3 = exchange(v3, v7, 4, mask);
  v0 = v128.xor(v0, v128.shl<u64>(a0, 4));
  v1 = v128.xor(v1, v128.shl<u64>(a1, 4));
  v2 = v128.xor(v2, v128.shl<u64>(a2, 4));
  v3 = v128.xor(v3, v128.shl<u64>(a3, 4));
  v4 = v128.xor(v4, a0);
  v5 = v128.xor(v5, a1);
  v6 = v128.xor(v6, a2);
  v7 = v128.xor(v7, a3);
  mask = v128.splat<u8>(0x33);
  const b0 = exchange(v0, v2, 2, mask);
  const b1 = exchange(v1, v3, 2, mask);
  const b2 = exchange(v4, v6, 2, mask);
  const b3 = exchange(v5, v7, 2, mask);
  v0 = v128.xor(v0, v128.shl<u64>(b0, 2));
  v1 = v128.xor(v1, v128.shl<u64>(b1, 2));
  v4 = v128.xor(v4, v128.shl<u64>(b2, 2));
  v5 = v128.xor(v5, v128.shl<u64>(b3, 2));
  v2 = v128.xor(v2, b0);
  v3 = v128.xor(v3, b1);
  v6 = v128.xor(v6, b2);
  v7 = v128.xor(v7, b3);
  mask = v128.splat<u8>(0x55);
  const c0 = exchange(v0, v1, 1, mask);
  const c1 = exchange(v2, v3, 1, mask);
  const c2 = exchange(v4, v5, 1, mask);
  const c3 = exchange(v6, v7, 1, mask);
  v0 = v128.xor(v0, v128.shl<u64>(c0, 1));
  v2 = v128.xor(v2, v128.shl<u64>(c1, 1));
  v4 = v128.xor(v4, v128.shl<u64>(c2, 1));
  v6 = v128.xor(v6, v128.shl<u64>(c3, 1));
  v1 = v128.xor(v1, c0);
  v3 = v128.xor(v3, c1);
  v5 = v128.xor(v5, c2);
  v7 = v128.xor(v7, c3);
  // Byte j of v_i now belongs to element 8 j + i.
  const even0 = low(low(v0, v4), low(v2, v6));
  const odd0 = low(low(v1, v5), low(v3, v7));
  put(dst, 0, low(even0, odd0), width);
  put(dst, 1, high(even0, odd0), width);
  const even1 = high(low(v0, v4), low(v2, v6));
  const odd1 = high(low(v1, v5), low(v3, v7));
  put(dst, 2, low(even1, odd1), width);
  put(dst, 3, high(even1, odd1), width);
  const even2 = low(high(v0, v4), high(v2, v6));
  const odd2 = low(high(v1, v5), high(v3, v7));
  put(dst, 4, low(even2, odd2), width);
  put(dst, 5, high(even2, odd2), width);
  const even3 = high(high(v0, v4), high(v2, v6));
  const odd3 = high(high(v1, v5), high(v3, v7));
  put(dst, 6, low(even3, odd3), width);
  put(dst, 7, high(even3, odd3), width);
}

/** One byte of 128 elements to `dst`, often zeros. */
function gatherByte(src: usize, plane: usize, dst: usize): void {
  if (isEmpty(src, plane, 8)) {
    for (let i: usize = 0; i < 128; i += 16) v128.store(dst + i, i64x2(0, 0));
    return;
  }
  gather(src, plane, dst, 1);
}

/** An 8x8 matrix of bits in eight bytes, transposed (Hacker's Delight, section 7-3). */
@inline
function transpose8(x: u64): u64 {
  let t = (x ^ (x >> 7)) & 0x00aa00aa00aa00aa;
  x ^= t ^ (t << 7);
  t = (x ^ (x >> 14)) & 0x0000cccc0000cccc;
  x ^= t ^ (t << 14);
  t = (x ^ (x >> 28)) & 0x00000000f0f0f0f0;
  return x ^ t ^ (t << 28);
}

/** Undoes the transposition of elements `from` (a multiple of 8) to `count`, eight at a time. */
function gatherEights(src: usize, dst: usize, count: usize, elementBytes: usize, from: usize): void {
  const plane = count >> 3;
  for (let j = from >> 3; j < plane; j++) {
    const element = dst + 8 * j * elementBytes;
    for (let b: usize = 0; b < elementBytes; b++) {
      const at = src + j + 8 * b * plane;
      let bits: u64 = 0;
      for (let k: usize = 0; k < 8; k++) bits |= <u64>load<u8>(at + k * plane) << (8 * k);
      bits = transpose8(bits);
      for (let i: usize = 0; i < 8; i++) store<u8>(element + i * elementBytes + b, <u8>(bits >> (8 * i)));
    }
  }
}

/**
 * Undoes the transposition of one block of `count` elements, a multiple of 8, from `src` to `dst`; writes nothing beyond.
 * `work` has `COLUMN_BYTES`.
 */
export function untranspose(src: usize, dst: usize, count: usize, elementBytes: usize, work: usize): void {
  const plane = count >> 3;
  const columns = plane & ~15;
  if (elementBytes == 1) {
    for (let j: usize = 0; j < columns; j += 16) gather(src + j, plane, dst + 8 * j, 1);
  } else if (elementBytes == 2) {
    for (let j: usize = 0; j < columns; j += 16) {
      const at = src + j;
      const to = dst + 16 * j;
      if (isEmpty(at + 8 * plane, plane, 8)) {
        gather(at, plane, to, 2);
      } else {
        gatherByte(at, plane, work);
        gatherByte(at + 8 * plane, plane, work + 128);
        unshuffle2(work, to, 128);
      }
    }
  } else if (elementBytes == 4) {
    for (let j: usize = 0; j < columns; j += 16) {
      const at = src + j;
      const to = dst + 32 * j;
      if (isEmpty(at + 8 * plane, plane, 24)) {
        gather(at, plane, to, 4);
      } else {
        for (let b: usize = 0; b < 4; b++) gatherByte(at + 8 * b * plane, plane, work + 128 * b);
        unshuffle4(work, to, 128);
      }
    }
  } else if (elementBytes == 8) {
    for (let j: usize = 0; j < columns; j += 16) {
      for (let b: usize = 0; b < 8; b++) gatherByte(src + j + 8 * b * plane, plane, work + 128 * b);
      unshuffle8(work, dst + 64 * j, 128);
    }
  } else {
    gatherEights(src, dst, count, elementBytes, 0);
    return;
  }
  gatherEights(src, dst, count, elementBytes, 8 * columns);
}

/** Byte `b` of 16 elements. */
@inline
function pick(src: usize, elementBytes: usize, b: usize): v128 {
  if (elementBytes == 1) return v128.load(src);
  if (elementBytes == 2) {
    const bytes = v128.splat<u16>(0xff);
    const shift = 8 * <i32>b;
    const e0 = v128.and(v128.shr<u16>(v128.load(src), shift), bytes);
    return v128.narrow<u16>(e0, v128.and(v128.shr<u16>(v128.load(src, 16), shift), bytes));
  }
  if (elementBytes == 4) {
    const bytes = v128.splat<u32>(0xff);
    const shift = 8 * <i32>b;
    const e0 = v128.and(v128.shr<u32>(v128.load(src), shift), bytes);
    const e1 = v128.and(v128.shr<u32>(v128.load(src, 16), shift), bytes);
    const e2 = v128.and(v128.shr<u32>(v128.load(src, 32), shift), bytes);
    const e3 = v128.and(v128.shr<u32>(v128.load(src, 48), shift), bytes);
    return v128.narrow<u16>(v128.narrow<i32>(e0, e1), v128.narrow<i32>(e2, e3));
  }
  let first: u64 = 0;
  let second: u64 = 0;
  src += b;
  for (let i: usize = 0; i < 8; i++) {
    first |= <u64>load<u8>(src + i * elementBytes) << (8 * i);
    second |= <u64>load<u8>(src + (i + 8) * elementBytes) << (8 * i);
  }
  return v128.replace_lane<u64>(v128.splat<u64>(first), 1, second);
}

/** Transposes one block of `count` elements, a multiple of 8, from `src` to `dst`; writes nothing beyond. */
export function transpose(src: usize, dst: usize, count: usize, elementBytes: usize): void {
  const plane = count >> 3;
  const pairs = plane & ~1;
  for (let j: usize = 0; j < pairs; j += 2) {
    const element = src + 8 * j * elementBytes;
    for (let b: usize = 0; b < elementBytes; b++) {
      let bits = pick(element, elementBytes, b);
      let to = dst + (8 * b + 7) * plane + j;
      for (let k = 0; k < 8; k++) {
        store<u16>(to, <u16>v128.bitmask<i8>(bits));
        bits = v128.add<u8>(bits, bits);
        to -= plane;
      }
    }
  }
  if (pairs == plane) return;
  const element = src + 8 * pairs * elementBytes;
  for (let b: usize = 0; b < elementBytes; b++) {
    let bits: u64 = 0;
    for (let i: usize = 0; i < 8; i++) bits |= <u64>load<u8>(element + i * elementBytes + b) << (8 * i);
    bits = transpose8(bits);
    for (let k: usize = 0; k < 8; k++) store<u8>(dst + (8 * b + k) * plane + pairs, <u8>(bits >> (8 * k)));
  }
}
