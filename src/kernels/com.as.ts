// Intensity and first moments of images: for every frame S = sum I, Y = sum (y - cy) I, X = sum (x - cx) I over the pixels of
// `spans`: for every row the first column and the end of its run (uint32).
//
// Along a row, vector j (four pixels) of a block needs the weight j. Adding vectors from the last to the first, and the
// running sum to a second accumulator, gives sum I and sum j I with additions alone: exact in float32 for 16-bit data in
// blocks of 16 vectors.
import { addWide, load2, load4 } from './_load.as';

/** Vectors of four pixels in one block. */
const BLOCK: u32 = 16;
/** Bytes of one frame's accumulators: S lanes 0-1, S lanes 2-3, Y, X (f64x2 each), then S, Y, X of single pixels. */
const SUMS: usize = 88;

@inline
function settle(sums: usize, s: v128, t: v128, dy: v128, dx: v128): void {
  const low = f64x2.promote_low_f32x4(s);
  const high = f64x2.promote_low_f32x4(v128.shuffle<i32>(s, s, 2, 3, 2, 3));
  const both = f64x2.add(low, high);
  v128.store(sums, f64x2.add(v128.load(sums), low));
  v128.store(sums, f64x2.add(v128.load(sums, 16), high), 16);
  v128.store(sums, f64x2.add(v128.load(sums, 32), f64x2.mul(dy, both)), 32);
  const steps = f64x2.mul(addWide(f64x2.splat(0), t), f64x2.splat(4));
  v128.store(sums, f64x2.add(v128.load(sums, 48), f64x2.add(f64x2.mul(dx, both), steps)), 48);
}

@inline
function addPixel(sums: usize, value: f64, dy: f64, dx: f64): void {
  store<f64>(sums, load<f64>(sums, 64) + value, 64);
  store<f64>(sums, load<f64>(sums, 72) + dy * value, 72);
  store<f64>(sums, load<f64>(sums, 80) + dx * value, 80);
}

/** One row of four frames; `row` is the address of its first column in the first of them. */
function rowOfFour<T>(row: usize, stride: usize, start: u32, end: u32, dy: f64, cx: f64, sums: usize): void {
  const size: usize = 4 * sizeof<T>();
  let c = start;
  while (c + 4 <= end) {
    const n = min(BLOCK, (end - c) >> 2);
    const first = row + <usize>c * sizeof<T>();
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
    let p = first + <usize>(n - 1) * size;
    while (p > first) {
      s0 = f32x4.add(s0, load4<T>(p));
      s1 = f32x4.add(s1, load4<T>(p + stride));
      s2 = f32x4.add(s2, load4<T>(p + 2 * stride));
      s3 = f32x4.add(s3, load4<T>(p + 3 * stride));
      t0 = f32x4.add(t0, s0);
      t1 = f32x4.add(t1, s1);
      t2 = f32x4.add(t2, s2);
      t3 = f32x4.add(t3, s3);
      p -= size;
    }
    const y = f64x2.splat(dy);
    const x = f64x2.splat(<f64>c - cx);
    settle(sums, f32x4.add(s0, load4<T>(p)), t0, y, x);
    settle(sums + SUMS, f32x4.add(s1, load4<T>(p + stride)), t1, y, x);
    settle(sums + 2 * SUMS, f32x4.add(s2, load4<T>(p + 2 * stride)), t2, y, x);
    settle(sums + 3 * SUMS, f32x4.add(s3, load4<T>(p + 3 * stride)), t3, y, x);
    c += n << 2;
  }
  for (; c < end; c++) {
    const p = row + <usize>c * sizeof<T>();
    for (let f: usize = 0; f < 4; f++) addPixel(sums + f * SUMS, <f64>load<T>(p + f * stride), dy, <f64>c - cx);
  }
}

function rowOfOne<T>(row: usize, start: u32, end: u32, dy: f64, cx: f64, sums: usize): void {
  const size: usize = 4 * sizeof<T>();
  let c = start;
  while (c + 4 <= end) {
    const n = min(BLOCK, (end - c) >> 2);
    const first = row + <usize>c * sizeof<T>();
    let s = f32x4.splat(0), t = s;
    let p = first + <usize>(n - 1) * size;
    while (p > first) {
      s = f32x4.add(s, load4<T>(p));
      t = f32x4.add(t, s);
      p -= size;
    }
    settle(sums, f32x4.add(s, load4<T>(p)), t, f64x2.splat(dy), f64x2.splat(<f64>c - cx));
    c += n << 2;
  }
  for (; c < end; c++) addPixel(sums, <f64>load<T>(row + <usize>c * sizeof<T>()), dy, <f64>c - cx);
}

/** Everything in float64: for dtypes that float32 cannot hold, and for frames whose fast sums are not finite. */
function wide<T>(frame: usize, height: u32, width: u32, spans: usize, cy: f64, cx: f64, out: usize): void {
  const zero = f64x2.splat(0);
  let sum = zero, sumY = zero, sumX = zero;
  let s: f64 = 0, y: f64 = 0, x: f64 = 0;
  for (let r: u32 = 0; r < height; r++) {
    let c = load<u32>(spans + <usize>r * 8);
    const end = load<u32>(spans + <usize>r * 8, 4);
    const dy = <f64>r - cy;
    let p = frame + (<usize>r * <usize>width + <usize>c) * sizeof<T>();
    let rowSum = zero;
    let dx = f64x2(<f64>c - cx, <f64>c + 1 - cx);
    for (; c + 2 <= end; c += 2) {
      const pair = load2<T>(p);
      rowSum = f64x2.add(rowSum, pair);
      sumX = f64x2.add(sumX, f64x2.mul(pair, dx));
      dx = f64x2.add(dx, f64x2.splat(2));
      p += 2 * sizeof<T>();
    }
    sum = f64x2.add(sum, rowSum);
    sumY = f64x2.add(sumY, f64x2.mul(rowSum, f64x2.splat(dy)));
    if (c < end) {
      const value = <f64>load<T>(p);
      s += value;
      y += value * dy;
      x += value * (<f64>c - cx);
    }
  }
  store<f64>(out, f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + s);
  store<f64>(out, f64x2.extract_lane(sumY, 0) + f64x2.extract_lane(sumY, 1) + y, 8);
  store<f64>(out, f64x2.extract_lane(sumX, 0) + f64x2.extract_lane(sumX, 1) + x, 16);
}

function finish<T>(sums: usize, frame: usize, height: u32, width: u32, spans: usize, cy: f64, cx: f64, out: usize): void {
  const s0 = load<f64>(sums);
  const s1 = load<f64>(sums, 8);
  const s2 = load<f64>(sums, 16);
  const s3 = load<f64>(sums, 24);
  const s = s0 + s1 + (s2 + s3) + load<f64>(sums, 64);
  const y = load<f64>(sums, 32) + load<f64>(sums, 40) + load<f64>(sums, 72);
  const x = load<f64>(sums, 48) + load<f64>(sums, 56) + (s1 + 2 * s2 + 3 * s3) + load<f64>(sums, 80);
  if (s - s != 0 || y - y != 0 || x - x != 0) {
    wide<T>(frame, height, width, spans, cy, cx, out);
    return;
  }
  store<f64>(out, s);
  store<f64>(out, y, 8);
  store<f64>(out, x, 16);
}

function allNarrow<T>(x: usize, count: i32, height: u32, width: u32, spans: usize, cy: f64, cx: f64, sums: usize, out: usize): void {
  const stride = <usize>height * <usize>width * sizeof<T>();
  for (let f = 0; f < count; ) {
    const frames = f + 4 <= count ? 4 : 1;
    const frame = x + <usize>f * stride;
    memory.fill(sums, 0, 4 * SUMS);
    for (let r: u32 = 0; r < height; r++) {
      const start = load<u32>(spans + <usize>r * 8);
      const end = load<u32>(spans + <usize>r * 8, 4);
      if (start >= end) continue;
      const row = frame + <usize>r * <usize>width * sizeof<T>();
      if (frames == 4) rowOfFour<T>(row, stride, start, end, <f64>r - cy, cx, sums);
      else rowOfOne<T>(row, start, end, <f64>r - cy, cx, sums);
    }
    for (let k = 0; k < frames; k++) {
      finish<T>(sums + <usize>k * SUMS, frame + <usize>k * stride, height, width, spans, cy, cx, out + <usize>(f + k) * 24);
    }
    f += frames;
  }
}

function allWide<T>(x: usize, count: i32, height: u32, width: u32, spans: usize, cy: f64, cx: f64, out: usize): void {
  const stride = <usize>height * <usize>width * sizeof<T>();
  for (let f = 0; f < count; f++) wide<T>(x + <usize>f * stride, height, width, spans, cy, cx, out + <usize>f * 24);
}

/**
 * S, Y, X of every frame into `out` (count, 3) float64. `dtype` counts in the order of DTYPES; `sums` is scratch memory of
 * 352 bytes.
 */
export function momentsOfImages(
  dtype: i32, x: usize, count: i32, height: u32, width: u32, spans: usize, cy: f64, cx: f64, sums: usize, out: usize,
): void {
  if (dtype == 0) allNarrow<u8>(x, count, height, width, spans, cy, cx, sums, out);
  else if (dtype == 1) allNarrow<i8>(x, count, height, width, spans, cy, cx, sums, out);
  else if (dtype == 2) allNarrow<u16>(x, count, height, width, spans, cy, cx, sums, out);
  else if (dtype == 3) allNarrow<i16>(x, count, height, width, spans, cy, cx, sums, out);
  else if (dtype == 4) allWide<u32>(x, count, height, width, spans, cy, cx, out);
  else if (dtype == 5) allWide<i32>(x, count, height, width, spans, cy, cx, out);
  else if (dtype == 6) allNarrow<f32>(x, count, height, width, spans, cy, cx, sums, out);
  else allWide<f64>(x, count, height, width, spans, cy, cx, out);
}
