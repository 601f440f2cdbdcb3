// Puts elements together from planes of their bytes, 16 elements a step.

/** The first halves of two vectors interleaved: byte k of each goes to 2 k and 2 k + 1. */
@inline
export function low(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/** The second halves of two vectors interleaved. */
@inline
export function high(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** Undoes the shuffle of elements of 2 bytes, a multiple of 16 of them; returns how many were done. */
export function unshuffle2(src: usize, dst: usize, count: usize): usize {
  const whole = count & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    const p0 = v128.load(src + i);
    const p1 = v128.load(src + count + i);
    v128.store(dst, low(p0, p1));
    v128.store(dst, high(p0, p1), 16);
    dst += 32;
  }
  return whole;
}

/** Undoes the shuffle of elements of 4 bytes, a multiple of 16 of them; returns how many were done. */
export function unshuffle4(src: usize, dst: usize, count: usize): usize {
  const whole = count & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    const p = src + i;
    const p0 = v128.load(p);
    const p1 = v128.load(p + count);
    const p2 = v128.load(p + 2 * count);
    const p3 = v128.load(p + 3 * count);
    // Bytes 0 and 2, then 1 and 3: interleaving the two results gives 0 1 2 3.
    const a0 = low(p0, p2);
    const a1 = high(p0, p2);
    const b0 = low(p1, p3);
    const b1 = high(p1, p3);
    v128.store(dst, low(a0, b0));
    v128.store(dst, high(a0, b0), 16);
    v128.store(dst, low(a1, b1), 32);
    v128.store(dst, high(a1, b1), 48);
    dst += 64;
  }
  return whole;
}

/** Eight 8-byte elements from their bytes 0 and 4, 1 and 5, 2 and 6, 3 and 7. */
@inline
function eight(dst: usize, a04: v128, a15: v128, a26: v128, a37: v128): void {
  const e0 = low(a04, a26);
  const e1 = high(a04, a26);
  const o0 = low(a15, a37);
  const o1 = high(a15, a37);
  v128.store(dst, low(e0, o0));
  v128.store(dst, high(e0, o0), 16);
  v128.store(dst, low(e1, o1), 32);
  v128.store(dst, high(e1, o1), 48);
}

/** Undoes the shuffle of elements of 8 bytes, a multiple of 16 of them; returns how many were done. */
export function unshuffle8(src: usize, dst: usize, count: usize): usize {
  const whole = count & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    const p = src + i;
    const p0 = v128.load(p);
    const p1 = v128.load(p + count);
    const p2 = v128.load(p + 2 * count);
    const p3 = v128.load(p + 3 * count);
    const p4 = v128.load(p + 4 * count);
    const p5 = v128.load(p + 5 * count);
    const p6 = v128.load(p + 6 * count);
    const p7 = v128.load(p + 7 * count);
    eight(dst, low(p0, p4), low(p1, p5), low(p2, p6), low(p3, p7));
    eight(dst + 64, high(p0, p4), high(p1, p5), high(p2, p6), high(p3, p7));
    dst += 128;
  }
  return whole;
}
