// Random words that depend on a 64-bit key and a counter only: element p of a frame is a keyed hash of p. The shifts and
// multipliers are a published 32-bit mixer with low bias; the second key word enters between its two rounds, so that
// two frames never run through the same sequence at a distance.

@inline
function words(counter: v128, k0: v128, k1: v128): v128 {
  let x = v128.xor(counter, k0);
  x = v128.xor(x, i32x4.shr_u(x, 16));
  x = i32x4.mul(x, i32x4.splat(0x7feb352d));
  x = i32x4.add(x, k1);
  x = v128.xor(x, i32x4.shr_u(x, 15));
  x = i32x4.mul(x, i32x4.splat(<i32>0x846ca68b));
  return v128.xor(x, i32x4.shr_u(x, 16));
}

/** Fills `count` (a multiple of 4) 32-bit words from counter `first` on. */
export function bits(out: usize, first: u32, count: u32, k0: u32, k1: u32): void {
  const key0 = i32x4.splat(k0);
  const key1 = i32x4.splat(k1);
  let counter = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  const four = i32x4.splat(4);
  for (let end = out + (<usize>count << 2); out < end; out += 16) {
    v128.store(out, words(counter, key0, key1));
    counter = i32x4.add(counter, four);
  }
}

/** The upper 24 bits of each word as float32 in [0, 1). */
export function uniform(out: usize, first: u32, count: u32, k0: u32, k1: u32): void {
  const key0 = i32x4.splat(k0);
  const key1 = i32x4.splat(k1);
  let counter = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  const four = i32x4.splat(4);
  const scale = f32x4.splat(1.0 / 16777216.0);
  for (let end = out + (<usize>count << 2); out < end; out += 16) {
    const x = i32x4.shr_u(words(counter, key0, key1), 8);
    v128.store(out, f32x4.mul(f32x4.convert_i32x4_s(x), scale));
    counter = i32x4.add(counter, four);
  }
}
