// Inner loops of whole weights times 8 and 16 bit integers: pairs of products in 32-bit integer lanes, which is exact and
// takes half the steps of float32. Same shapes and layout as _float.as.ts, but weights are int16 and alternate eight by eight.
import { SEGMENT } from './_segment.as';

/** Eight elements as int16. uint16 is lowered by 32768, which the caller adds again, times the sum of weights. */
@inline
function load8<T>(p: usize): v128 {
  if (sizeof<T>() == 1) return isSigned<T>() ? v128.load_ext<i8>(p) : v128.load_ext<u8>(p);
  return isSigned<T>() ? v128.load(p) : v128.xor(v128.load(p), i16x8.splat(-32768));
}

@inline
function dot(sum: v128, value: v128, weight: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(value, weight));
}

@inline
function flush(sums: usize, lanes: v128): void {
  const high = v128.shuffle<i32>(lanes, lanes, 2, 3, 2, 3);
  const both = f64x2.add(f64x2.convert_low_i32x4_s(lanes), f64x2.convert_low_i32x4_s(high));
  v128.store(sums, f64x2.add(v128.load(sums), both));
}

/** One mask on four frames. */
export function dotFourByOne<T>(x: usize, stride: usize, w: usize, seg: usize, segEnd: usize, sums: usize, sumStride: usize): void {
  let a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  for (; seg < segEnd; seg += SEGMENT) {
    const first = <usize>load<u32>(seg);
    let wp = w + first * 2;
    const wEnd = w + <usize>load<u32>(seg, 4) * 2;
    let x0 = x + first * sizeof<T>();
    let x1 = x0 + stride;
    let x2 = x1 + stride;
    let x3 = x2 + stride;
    while (wp < wEnd) {
      const u = v128.load(wp);
      a0 = dot(a0, load8<T>(x0), u);
      a1 = dot(a1, load8<T>(x1), u);
      a2 = dot(a2, load8<T>(x2), u);
      a3 = dot(a3, load8<T>(x3), u);
      wp += 16;
      x0 += 8 * sizeof<T>();
      x1 += 8 * sizeof<T>();
      x2 += 8 * sizeof<T>();
      x3 += 8 * sizeof<T>();
    }
    if (load<u32>(seg, 8)) {
      flush(sums, a0);
      flush(sums + sumStride, a1);
      flush(sums + 2 * sumStride, a2);
      flush(sums + 3 * sumStride, a3);
      a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
    }
  }
}

/** One mask on one frame. */
export function dotOneByOne<T>(x: usize, w: usize, seg: usize, segEnd: usize, sums: usize): void {
  let a = i32x4.splat(0);
  for (; seg < segEnd; seg += SEGMENT) {
    const first = <usize>load<u32>(seg);
    let wp = w + first * 2;
    const wEnd = w + <usize>load<u32>(seg, 4) * 2;
    let xp = x + first * sizeof<T>();
    while (wp < wEnd) {
      a = dot(a, load8<T>(xp), v128.load(wp));
      wp += 16;
      xp += 8 * sizeof<T>();
    }
    if (load<u32>(seg, 8)) {
      flush(sums, a);
      a = i32x4.splat(0);
    }
  }
}

/** Two masks, whose weights alternate eight by eight, on four frames. */
export function dotFourByTwo<T>(x: usize, stride: usize, w: usize, seg: usize, segEnd: usize, sums: usize, sumStride: usize): void {
  let a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (; seg < segEnd; seg += SEGMENT) {
    const first = <usize>load<u32>(seg);
    let wp = w + first * 4;
    const wEnd = w + <usize>load<u32>(seg, 4) * 4;
    let x0 = x + first * sizeof<T>();
    let x1 = x0 + stride;
    let x2 = x1 + stride;
    let x3 = x2 + stride;
    while (wp < wEnd) {
      const u = v128.load(wp);
      const v = v128.load(wp, 16);
      const p0 = load8<T>(x0);
      a0 = dot(a0, p0, u);
      b0 = dot(b0, p0, v);
      const p1 = load8<T>(x1);
      a1 = dot(a1, p1, u);
      b1 = dot(b1, p1, v);
      const p2 = load8<T>(x2);
      a2 = dot(a2, p2, u);
      b2 = dot(b2, p2, v);
      const p3 = load8<T>(x3);
      a3 = dot(a3, p3, u);
      b3 = dot(b3, p3, v);
      wp += 32;
      x0 += 8 * sizeof<T>();
      x1 += 8 * sizeof<T>();
      x2 += 8 * sizeof<T>();
      x3 += 8 * sizeof<T>();
    }
    if (load<u32>(seg, 8)) {
      flush(sums, a0);
      flush(sums + 16, b0);
      flush(sums + sumStride, a1);
      flush(sums + sumStride + 16, b1);
      flush(sums + 2 * sumStride, a2);
      flush(sums + 2 * sumStride + 16, b2);
      flush(sums + 3 * sumStride, a3);
      flush(sums + 3 * sumStride + 16, b3);
      a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    }
  }
}

/** Two masks on one frame. */
export function dotOneByTwo<T>(x: usize, w: usize, seg: usize, segEnd: usize, sums: usize): void {
  let a = i32x4.splat(0), b = a;
  for (; seg < segEnd; seg += SEGMENT) {
    const first = <usize>load<u32>(seg);
    let wp = w + first * 4;
    const wEnd = w + <usize>load<u32>(seg, 4) * 4;
    let xp = x + first * sizeof<T>();
    while (wp < wEnd) {
      const p = load8<T>(xp);
      a = dot(a, p, v128.load(wp));
      b = dot(b, p, v128.load(wp, 16));
      wp += 32;
      xp += 8 * sizeof<T>();
    }
    if (load<u32>(seg, 8)) {
      flush(sums, a);
      flush(sums + 16, b);
      a = i32x4.splat(0), b = a;
    }
  }
}
