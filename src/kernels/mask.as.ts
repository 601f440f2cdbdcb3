// Masks times frames. Frames lie one after the other; weights and segments are laid out by src/operators/mask/pack.ts.
//
// Every product of a mask and a frame is added up in one fixed order, whatever other frames are in the tile: in lanes of
// float32 or int32, these into float64 at the end of a segment that says so, the last pixels of the frame (fewer than 16)
// one by one in float64.
import { dotFourByOne, dotFourByTwo, dotOneByOne, dotOneByTwo } from './_dot.as';
import { fourByOne, fourByTwo, oneByOne, oneByTwo } from './_float.as';
import { load2 } from './_load.as';
import { SEGMENT } from './_segment.as';

/** Frames whose float64 sums are kept at a time. */
const BATCH: i32 = 16;

/** Pixels whose weights lie together before those of the other mask of a pair follow. */
@inline
function together<W>(): i32 {
  return sizeof<W>() == 2 ? 8 : 4;
}

/** The last pixels of a frame; pixels of weight 0 do not count, whatever they are. */
function tail<T, W>(x: usize, w: usize, width: i32, from: i32, pixels: i32): f64 {
  let sum: f64 = 0;
  const inside = together<W>() - 1;
  for (let p = from; p < pixels; p++) {
    const weight = <f64>load<W>(w + <usize>(((p & ~inside) * width) + (p & inside)) * sizeof<W>());
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

function lanes<T, W>(
  x: usize, stride: usize, frames: i32, width: i32, w: usize, seg: usize, segEnd: usize, sums: usize, sumStride: usize,
): void {
  let f = 0;
  for (; f + 4 <= frames; f += 4) {
    const frame = x + <usize>f * stride;
    const at = sums + <usize>f * sumStride;
    if (isFloat<W>()) {
      if (width == 1) fourByOne<T>(frame, stride, w, seg, segEnd, at, sumStride);
      else fourByTwo<T>(frame, stride, w, seg, segEnd, at, sumStride);
    } else {
      if (width == 1) dotFourByOne<T>(frame, stride, w, seg, segEnd, at, sumStride);
      else dotFourByTwo<T>(frame, stride, w, seg, segEnd, at, sumStride);
    }
  }
  for (; f < frames; f++) {
    const frame = x + <usize>f * stride;
    const at = sums + <usize>f * sumStride;
    if (isFloat<W>()) {
      if (width == 1) oneByOne<T>(frame, w, seg, segEnd, at);
      else oneByTwo<T>(frame, w, seg, segEnd, at);
    } else {
      if (width == 1) dotOneByOne<T>(frame, w, seg, segEnd, at);
      else dotOneByTwo<T>(frame, w, seg, segEnd, at);
    }
  }
}

function allLanes<T, W>(
  x: usize, count: i32, pixels: i32, weights: usize, masks: i32, segments: usize, index: usize, chunks: i32, offsets: usize, sums: usize, out: usize,
): void {
  const stride = <usize>pixels * sizeof<T>();
  const padded = <usize>((pixels + together<W>() - 1) & ~(together<W>() - 1));
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
        const w = weights + <usize>pair * 2 * padded * sizeof<W>();
        lanes<T, W>(base, stride, frames, min(2, masks - 2 * pair), w, seg, segEnd, sums + <usize>pair * 32, sumStride);
      }
    }
    for (let f = 0; f < frames; f++) {
      const frame = base + <usize>f * stride;
      for (let m = 0; m < masks; m++) {
        const pair = m >> 1;
        const width = min(2, masks - 2 * pair);
        const w = weights + (<usize>pair * 2 * padded + <usize>((m & 1) * together<W>())) * sizeof<W>();
        const both = v128.load(sums + <usize>f * sumStride + <usize>m * 16);
        let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
        sum += tail<T, W>(frame, w, width, pixels & ~15, pixels);
        if (!isFloat<W>()) sum += load<f64>(offsets + <usize>m * 8);
        else if (sum - sum != 0) {
          const seg = segmentAt(segments, index, pair * (chunks + 1));
          const segEnd = segmentAt(segments, index, pair * (chunks + 1) + chunks);
          sum = wide<T, f32>(frame, w, width, seg, segEnd, pixels);
        }
        store<f64>(out + <usize>((from + f) * masks + m) * 8, sum);
      }
    }
  }
}

/** Products and short sums in float32. `dtype` counts in the order of DTYPES: uint8 int8 uint16 int16 . . float32. */
export function floatMasks(
  dtype: i32, x: usize, count: i32, pixels: i32, weights: usize, masks: i32, segments: usize, index: usize, chunks: i32, sums: usize, out: usize,
): void {
  if (dtype == 0) allLanes<u8, f32>(x, count, pixels, weights, masks, segments, index, chunks, 0, sums, out);
  else if (dtype == 1) allLanes<i8, f32>(x, count, pixels, weights, masks, segments, index, chunks, 0, sums, out);
  else if (dtype == 2) allLanes<u16, f32>(x, count, pixels, weights, masks, segments, index, chunks, 0, sums, out);
  else if (dtype == 3) allLanes<i16, f32>(x, count, pixels, weights, masks, segments, index, chunks, 0, sums, out);
  else if (dtype == 6) allLanes<f32, f32>(x, count, pixels, weights, masks, segments, index, chunks, 0, sums, out);
  else unreachable();
}

/** Whole weights (int16) on 8 and 16 bit integers, exact. `offsets` is added to the sums of each mask. */
export function dotMasks(
  dtype: i32, x: usize, count: i32, pixels: i32, weights: usize, masks: i32, segments: usize, index: usize, chunks: i32, offsets: usize, sums: usize, out: usize,
): void {
  if (dtype == 0) allLanes<u8, i16>(x, count, pixels, weights, masks, segments, index, chunks, offsets, sums, out);
  else if (dtype == 1) allLanes<i8, i16>(x, count, pixels, weights, masks, segments, index, chunks, offsets, sums, out);
  else if (dtype == 2) allLanes<u16, i16>(x, count, pixels, weights, masks, segments, index, chunks, offsets, sums, out);
  else if (dtype == 3) allLanes<i16, i16>(x, count, pixels, weights, masks, segments, index, chunks, offsets, sums, out);
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
