// Inner loops of masks times frames in float32 lanes: one run of segments, one or four frames, one or two masks. Weights and
// segments are laid out by src/operators/mask/pack.ts; every sum is two float64 lanes in memory.
import { addWide, load4, next4 } from './_load.as';
import { SEGMENT } from './_segment.as';

@inline
function flush(sums: usize, lanes: v128): void {
  v128.store(sums, addWide(v128.load(sums), lanes));
}

@inline
function fma(sum: v128, value: v128, weight: v128): v128 {
  return f32x4.add(sum, f32x4.mul(value, weight));
}

/** One mask on four frames. */
export function fourByOne<T>(x: usize, stride: usize, w: usize, seg: usize, segEnd: usize, sums: usize, sumStride: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  const half: usize = 4 * sizeof<T>();
  for (; seg < segEnd; seg += SEGMENT) {
    const first = <usize>load<u32>(seg);
    let wp = w + first * 4;
    const wEnd = w + <usize>load<u32>(seg, 4) * 4;
    let x0 = x + first * sizeof<T>();
    let x1 = x0 + stride;
    let x2 = x1 + stride;
    let x3 = x2 + stride;
    while (wp < wEnd) {
      const w0 = v128.load(wp);
      a0 = fma(a0, load4<T>(x0), w0);
      a1 = fma(a1, load4<T>(x1), w0);
      a2 = fma(a2, load4<T>(x2), w0);
      a3 = fma(a3, load4<T>(x3), w0);
      const w1 = v128.load(wp, 16);
      a0 = fma(a0, next4<T>(x0), w1);
      a1 = fma(a1, next4<T>(x1), w1);
      a2 = fma(a2, next4<T>(x2), w1);
      a3 = fma(a3, next4<T>(x3), w1);
      wp += 32;
      x0 += 2 * half;
      x1 += 2 * half;
      x2 += 2 * half;
      x3 += 2 * half;
    }
    if (load<u32>(seg, 8)) {
      flush(sums, a0);
      flush(sums + sumStride, a1);
      flush(sums + 2 * sumStride, a2);
      flush(sums + 3 * sumStride, a3);
      a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
    }
  }
}

/** One mask on one frame. */
export function oneByOne<T>(x: usize, w: usize, seg: usize, segEnd: usize, sums: usize): void {
  let a = f32x4.splat(0);
  const half: usize = 4 * sizeof<T>();
  for (; seg < segEnd; seg += SEGMENT) {
    const first = <usize>load<u32>(seg);
    let wp = w + first * 4;
    const wEnd = w + <usize>load<u32>(seg, 4) * 4;
    let xp = x + first * sizeof<T>();
    while (wp < wEnd) {
      a = fma(a, load4<T>(xp), v128.load(wp));
      a = fma(a, next4<T>(xp), v128.load(wp, 16));
      wp += 32;
      xp += 2 * half;
    }
    if (load<u32>(seg, 8)) {
      flush(sums, a);
      a = f32x4.splat(0);
    }
  }
}

/** Two masks, whose weights alternate four by four, on four frames. */
export function fourByTwo<T>(x: usize, stride: usize, w: usize, seg: usize, segEnd: usize, sums: usize, sumStride: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (; seg < segEnd; seg += SEGMENT) {
    const first = <usize>load<u32>(seg);
    let wp = w + first * 8;
    const wEnd = w + <usize>load<u32>(seg, 4) * 8;
    let x0 = x + first * sizeof<T>();
    let x1 = x0 + stride;
    let x2 = x1 + stride;
    let x3 = x2 + stride;
    while (wp < wEnd) {
      const u = v128.load(wp);
      const v = v128.load(wp, 16);
      const p0 = load4<T>(x0);
      a0 = fma(a0, p0, u);
      b0 = fma(b0, p0, v);
      const p1 = load4<T>(x1);
      a1 = fma(a1, p1, u);
      b1 = fma(b1, p1, v);
      const p2 = load4<T>(x2);
      a2 = fma(a2, p2, u);
      b2 = fma(b2, p2, v);
      const p3 = load4<T>(x3);
      a3 = fma(a3, p3, u);
      b3 = fma(b3, p3, v);
      wp += 32;
      x0 += 4 * sizeof<T>();
      x1 += 4 * sizeof<T>();
      x2 += 4 * sizeof<T>();
      x3 += 4 * sizeof<T>();
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
      a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    }
  }
}

/** Two masks on one frame. */
export function oneByTwo<T>(x: usize, w: usize, seg: usize, segEnd: usize, sums: usize): void {
  let a = f32x4.splat(0), b = a;
  for (; seg < segEnd; seg += SEGMENT) {
    const first = <usize>load<u32>(seg);
    let wp = w + first * 8;
    const wEnd = w + <usize>load<u32>(seg, 4) * 8;
    let xp = x + first * sizeof<T>();
    while (wp < wEnd) {
      const p = load4<T>(xp);
      a = fma(a, p, v128.load(wp));
      b = fma(b, p, v128.load(wp, 16));
      wp += 32;
      xp += 4 * sizeof<T>();
    }
    if (load<u32>(seg, 8)) {
      flush(sums, a);
      flush(sums + 16, b);
      a = f32x4.splat(0), b = a;
    }
  }
}
