// Masks times frames. Frames lie one after the other; weights and segments are laid out by src/operators/mask/pack.ts.
//
// Every product of a mask and a frame is added up in one fixed order, whatever other frames and masks are in the tile:
// in four float32 lanes, these into float64 at the end of a segment that says so, the last pixels of the frame (fewer
// than 16) one by one in float64.
import { addWide, load2, load4, next4 } from './_load.as';

/** Bytes of one segment: first pixel, end, flush flag (uint32). */
const SEGMENT: usize = 12;
/** Frames whose float64 sums are kept at a time. */
const BATCH: i32 = 16;

// @ts-ignore: decorator
@inline
function flush(sums: usize, lanes: v128): void {
  v128.store(sums, addWide(v128.load(sums), lanes));
}

// @ts-ignore: decorator
@inline
function fma(sum: v128, value: v128, weight: v128): v128 {
  return f32x4.add(sum, f32x4.mul(value, weight));
}

/** One mask on four frames. */
function fourByOne<T>(x: usize, stride: usize, w: usize, seg: usize, segEnd: usize, sums: usize, sumStride: usize): void {
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
function oneByOne<T>(x: usize, w: usize, seg: usize, segEnd: usize, sums: usize): void {
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
function fourByTwo<T>(x: usize, stride: usize, w: usize, seg: usize, segEnd: usize, sums: usize, sumStride: usize): void {
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
function oneByTwo<T>(x: usize, w: usize, seg: usize, segEnd: usize, sums: usize): void {
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

/** The last pixels of a frame; pixels of weight 0 do not count, whatever they are. */
function tail<T, W>(x: usize, w: usize, width: i32, from: i32, pixels: i32): f64 {
  let sum: f64 = 0;
  for (let p = from; p < pixels; p++) {
    const weight = <f64>load<W>(w + <usize>(((p & ~3) * width) + (p & 3)) * sizeof<W>());
    if (weight != 0) sum += weight * <f64>load<T>(x + <usize>p * sizeof<T>());
  }
  return sum;
}

/**
 * One mask on one frame, all in float64 and with pixels of weight 0 left out: for dtypes and weights that float32 cannot
 * hold, and for frames whose fast sum is not finite.
 */
function wide<T, W>(x: usize, w: usize, width: i32, seg: usize, segEnd: usize, pixels: i32): f64 {
  const zero = f64x2.splat(0);
  let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
  const jump = <usize>width * 4 * sizeof<W>();
  for (; seg < segEnd; seg += SEGMENT) {
    const first = <usize>load<u32>(seg);
    let wp = w + first * <usize>width * sizeof<W>();
    let xp = x + first * sizeof<T>();
    const xEnd = x + <usize>load<u32>(seg, 4) * sizeof<T>();
    while (xp < xEnd) {
      const w0 = load2<W>(wp);
      const w1 = load2<W>(wp + 2 * sizeof<W>());
      const w2 = load2<W>(wp + jump);
      const w3 = load2<W>(wp + jump + 2 * sizeof<W>());
      a0 = f64x2.add(a0, f64x2.mul(v128.and(load2<T>(xp), f64x2.ne(w0, zero)), w0));
      a1 = f64x2.add(a1, f64x2.mul(v128.and(load2<T>(xp + 2 * sizeof<T>()), f64x2.ne(w1, zero)), w1));
      a2 = f64x2.add(a2, f64x2.mul(v128.and(load2<T>(xp + 4 * sizeof<T>()), f64x2.ne(w2, zero)), w2));
      a3 = f64x2.add(a3, f64x2.mul(v128.and(load2<T>(xp + 6 * sizeof<T>()), f64x2.ne(w3, zero)), w3));
      wp += 2 * jump;
      xp += 8 * sizeof<T>();
    }
  }
  const sum = f64x2.add(f64x2.add(a0, a1), f64x2.add(a2, a3));
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + tail<T, W>(x, w, width, pixels & ~15, pixels);
}

/** Address of the first segment of a pair of masks in a chunk of pixels. */
// @ts-ignore: decorator
@inline
function segmentAt(segments: usize, index: usize, entry: i32): usize {
  return segments + <usize>load<u32>(index + <usize>entry * 4) * SEGMENT;
}

function allWide<T, W>(
  x: usize, count: i32, pixels: i32, weights: usize, masks: i32, segments: usize, index: usize, chunks: i32, out: usize,
): void {
  const padded = (pixels + 3) & ~3;
  for (let f = 0; f < count; f++) {
    const frame = x + <usize>f * <usize>pixels * sizeof<T>();
    for (let m = 0; m < masks; m++) {
      const pair = m >> 1;
      const width = min(2, masks - 2 * pair);
      const w = weights + (<usize>pair * 2 * <usize>padded + <usize>(m & 1) * 4) * sizeof<W>();
      const seg = segmentAt(segments, index, pair * (chunks + 1));
      const segEnd = segmentAt(segments, index, pair * (chunks + 1) + chunks);
      store<f64>(out + <usize>(f * masks + m) * 8, wide<T, W>(frame, w, width, seg, segEnd, pixels));
    }
  }
}

function allNarrow<T>(
  x: usize, count: i32, pixels: i32, weights: usize, masks: i32, segments: usize, index: usize, chunks: i32, sums: usize, out: usize,
): void {
  const stride = <usize>pixels * sizeof<T>();
  const padded = <usize>((pixels + 3) & ~3);
  const sumStride = <usize>masks * 16;
  for (let from = 0; from < count; from += BATCH) {
    const frames = min(BATCH, count - from);
    const base = x + <usize>from * stride;
    memory.fill(sums, 0, <usize>frames * sumStride);
    for (let c = 0; c < chunks; c++) {
      for (let pair = 0; pair * 2 < masks; pair++) {
        const entry = pair * (chunks + 1) + c;
        const seg = segmentAt(segments, index, entry);
        const segEnd = segmentAt(segments, index, entry + 1);
        if (seg == segEnd) continue;
        const w = weights + <usize>pair * 2 * padded * 4;
        const target = sums + <usize>pair * 32;
        let f = 0;
        if (masks - 2 * pair == 1) {
          for (; f + 4 <= frames; f += 4) fourByOne<T>(base + <usize>f * stride, stride, w, seg, segEnd, target + <usize>f * sumStride, sumStride);
          for (; f < frames; f++) oneByOne<T>(base + <usize>f * stride, w, seg, segEnd, target + <usize>f * sumStride);
        } else {
          for (; f + 4 <= frames; f += 4) fourByTwo<T>(base + <usize>f * stride, stride, w, seg, segEnd, target + <usize>f * sumStride, sumStride);
          for (; f < frames; f++) oneByTwo<T>(base + <usize>f * stride, w, seg, segEnd, target + <usize>f * sumStride);
        }
      }
    }
    for (let f = 0; f < frames; f++) {
      const frame = base + <usize>f * stride;
      for (let m = 0; m < masks; m++) {
        const pair = m >> 1;
        const width = min(2, masks - 2 * pair);
        const w = weights + (<usize>pair * 2 * padded + <usize>(m & 1) * 4) * 4;
        const lanes = v128.load(sums + <usize>f * sumStride + <usize>m * 16);
        let sum = f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1) + tail<T, f32>(frame, w, width, pixels & ~15, pixels);
        if (sum - sum != 0) {
          const seg = segmentAt(segments, index, pair * (chunks + 1));
          const segEnd = segmentAt(segments, index, pair * (chunks + 1) + chunks);
          sum = wide<T, f32>(frame, w, width, seg, segEnd, pixels);
        }
        store<f64>(out + <usize>((from + f) * masks + m) * 8, sum);
      }
    }
  }
}

/** Products in float32 lanes, sums in float64. `dtype` counts in the order of DTYPES: uint8 int8 uint16 int16 . . float32. */
export function narrow(
  dtype: i32, x: usize, count: i32, pixels: i32, weights: usize, masks: i32, segments: usize, index: usize, chunks: i32, sums: usize, out: usize,
): void {
  if (dtype == 0) allNarrow<u8>(x, count, pixels, weights, masks, segments, index, chunks, sums, out);
  else if (dtype == 1) allNarrow<i8>(x, count, pixels, weights, masks, segments, index, chunks, sums, out);
  else if (dtype == 2) allNarrow<u16>(x, count, pixels, weights, masks, segments, index, chunks, sums, out);
  else if (dtype == 3) allNarrow<i16>(x, count, pixels, weights, masks, segments, index, chunks, sums, out);
  else if (dtype == 6) allNarrow<f32>(x, count, pixels, weights, masks, segments, index, chunks, sums, out);
  else unreachable();
}

function wideOf<W>(
  dtype: i32, x: usize, count: i32, pixels: i32, weights: usize, masks: i32, segments: usize, index: usize, chunks: i32, out: usize,
): void {
  if (dtype == 0) allWide<u8, W>(x, count, pixels, weights, masks, segments, index, chunks, out);
  else if (dtype == 1) allWide<i8, W>(x, count, pixels, weights, masks, segments, index, chunks, out);
  else if (dtype == 2) allWide<u16, W>(x, count, pixels, weights, masks, segments, index, chunks, out);
  else if (dtype == 3) allWide<i16, W>(x, count, pixels, weights, masks, segments, index, chunks, out);
  else if (dtype == 4) allWide<u32, W>(x, count, pixels, weights, masks, segments, index, chunks, out);
  else if (dtype == 5) allWide<i32, W>(x, count, pixels, weights, masks, segments, index, chunks, out);
  else if (dtype == 6) allWide<f32, W>(x, count, pixels, weights, masks, segments, index, chunks, out);
  else allWide<f64, W>(x, count, pixels, weights, masks, segments, index, chunks, out);
}

/** Everything in float64, for any dtype; `weightBytes` is 4 or 8. */
export function wideMasks(
  dtype: i32, weightBytes: i32, x: usize, count: i32, pixels: i32, weights: usize, masks: i32, segments: usize, index: usize, chunks: i32, out: usize,
): void {
  if (weightBytes == 4) wideOf<f32>(dtype, x, count, pixels, weights, masks, segments, index, chunks, out);
  else wideOf<f64>(dtype, x, count, pixels, weights, masks, segments, index, chunks, out);
}
