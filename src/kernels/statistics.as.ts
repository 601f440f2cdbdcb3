// Per-pixel accumulators over frames, float64. Frames are added one after the other, so that the sums do not depend on
// how frames are grouped into tiles; several frames share one load and store of an accumulator.
import { integers4, load2 } from './_load.as';

/** Frames that share one load and store of the accumulators. */
const GROUP: i32 = 8;

function sumOf<T>(x: usize, count: i32, pixels: i32, sums: usize): void {
  const stride = <usize>pixels * sizeof<T>();
  const body = pixels & ~3;
  const half: usize = 2 * sizeof<T>();
  let f = 0;
  for (; f + 4 <= count; f += 4) {
    let x0 = x + <usize>f * stride;
    let x1 = x0 + stride;
    let x2 = x1 + stride;
    let x3 = x2 + stride;
    for (let p = 0; p < body; p += 4) {
      const at = sums + <usize>p * 8;
      let a = f64x2.add(v128.load(at), load2<T>(x0));
      let b = f64x2.add(v128.load(at, 16), load2<T>(x0 + half));
      a = f64x2.add(a, load2<T>(x1));
      b = f64x2.add(b, load2<T>(x1 + half));
      a = f64x2.add(a, load2<T>(x2));
      b = f64x2.add(b, load2<T>(x2 + half));
      v128.store(at, f64x2.add(a, load2<T>(x3)));
      v128.store(at, f64x2.add(b, load2<T>(x3 + half)), 16);
      x0 += 2 * half;
      x1 += 2 * half;
      x2 += 2 * half;
      x3 += 2 * half;
    }
    for (let p = body; p < pixels; p++) {
      const at = sums + <usize>p * 8;
      const xp = x + <usize>f * stride + <usize>p * sizeof<T>();
      let sum = load<f64>(at);
      for (let k: usize = 0; k < 4; k++) sum += <f64>load<T>(xp + k * stride);
      store<f64>(at, sum);
    }
  }
  for (; f < count; f++) {
    let xp = x + <usize>f * stride;
    for (let p = 0; p < body; p += 4) {
      const at = sums + <usize>p * 8;
      v128.store(at, f64x2.add(v128.load(at), load2<T>(xp)));
      v128.store(at, f64x2.add(v128.load(at, 16), load2<T>(xp + half)), 16);
      xp += 2 * half;
    }
    for (let p = body; p < pixels; p++) {
      const at = sums + <usize>p * 8;
      store<f64>(at, load<f64>(at) + <f64>load<T>(xp));
      xp += sizeof<T>();
    }
  }
}

/** 8 and 16 bit frames: eight of them are added in 32-bit integers first, which is exact and cheaper. */
function sumOfSmall<T>(x: usize, count: i32, pixels: i32, sums: usize): void {
  const stride = <usize>pixels * sizeof<T>();
  const body = pixels & ~7;
  for (let from = 0; from < count; from += GROUP) {
    const base = x + <usize>from * stride;
    const end = base + <usize>min(GROUP, count - from) * stride;
    for (let p = 0; p < body; p += 8) {
      let a = i32x4.splat(0), b = a;
      for (let xp = base + <usize>p * sizeof<T>(); xp < end; xp += stride) {
        a = i32x4.add(a, integers4<T>(xp));
        b = i32x4.add(b, integers4<T>(xp + 4 * sizeof<T>()));
      }
      const at = sums + <usize>p * 8;
      addIntegers(at, a);
      addIntegers(at + 32, b);
    }
    for (let p = body; p < pixels; p++) {
      let sum: i32 = 0;
      for (let xp = base + <usize>p * sizeof<T>(); xp < end; xp += stride) sum += <i32>load<T>(xp);
      const at = sums + <usize>p * 8;
      store<f64>(at, load<f64>(at) + <f64>sum);
    }
  }
}

@inline
function addIntegers(at: usize, lanes: v128): void {
  v128.store(at, f64x2.add(v128.load(at), f64x2.convert_low_i32x4_s(lanes)));
  const high = v128.shuffle<i32>(lanes, lanes, 2, 3, 2, 3);
  v128.store(at, f64x2.add(v128.load(at, 16), f64x2.convert_low_i32x4_s(high)), 16);
}

/** Adds every frame to `sums`. `dtype` counts in the order of DTYPES. */
export function sum(dtype: i32, x: usize, count: i32, pixels: i32, sums: usize): void {
  if (dtype == 0) sumOfSmall<u8>(x, count, pixels, sums);
  else if (dtype == 1) sumOfSmall<i8>(x, count, pixels, sums);
  else if (dtype == 2) sumOfSmall<u16>(x, count, pixels, sums);
  else if (dtype == 3) sumOfSmall<i16>(x, count, pixels, sums);
  else if (dtype == 4) sumOf<u32>(x, count, pixels, sums);
  else if (dtype == 5) sumOf<i32>(x, count, pixels, sums);
  else if (dtype == 6) sumOf<f32>(x, count, pixels, sums);
  else sumOf<f64>(x, count, pixels, sums);
}

function extremeOf<T, MAX>(x: usize, count: i32, pixels: i32, extremes: usize, lanes: usize): void {
  const stride = <usize>pixels * sizeof<T>();
  const step: i32 = 16 / sizeof<T>();
  const body = pixels - (pixels % step);
  for (let from = 0; from < count; from += GROUP) {
    const base = x + <usize>from * stride;
    const frames = min(GROUP, count - from);
    const end = base + <usize>frames * stride;
    for (let p = 0; p < body; p += step) {
      let xp = base + <usize>p * sizeof<T>();
      let best = v128.load(xp);
      let nan = isFloat<T>() ? v128.ne<T>(best, best) : best;
      for (xp += stride; xp < end; xp += stride) {
        const value = v128.load(xp);
        if (isFloat<T>()) {
          // One comparison beside a plain maximum is cheaper than a maximum that minds NaN.
          nan = v128.or(nan, v128.ne<T>(value, value));
          best = isInteger<MAX>() ? v128.pmax<T>(best, value) : v128.pmin<T>(best, value);
        } else {
          best = isInteger<MAX>() ? v128.max<T>(best, value) : v128.min<T>(best, value);
        }
      }
      if (isFloat<T>()) best = v128.or(best, nan);
      v128.store(lanes, best);
      for (let k: usize = 0; k < 16 / sizeof<T>(); k += 2) {
        const at = extremes + (<usize>p + k) * 8;
        const pair = load2<T>(lanes + k * sizeof<T>());
        v128.store(at, isInteger<MAX>() ? f64x2.max(v128.load(at), pair) : f64x2.min(v128.load(at), pair));
      }
    }
    for (let p = body; p < pixels; p++) {
      const at = extremes + <usize>p * 8;
      let best = load<f64>(at);
      for (let xp = base + <usize>p * sizeof<T>(); xp < end; xp += stride) {
        best = isInteger<MAX>() ? max<f64>(best, <f64>load<T>(xp)) : min<f64>(best, <f64>load<T>(xp));
      }
      store<f64>(at, best);
    }
  }
}

function extreme<MAX>(dtype: i32, x: usize, count: i32, pixels: i32, extremes: usize, lanes: usize): void {
  if (dtype == 0) extremeOf<u8, MAX>(x, count, pixels, extremes, lanes);
  else if (dtype == 1) extremeOf<i8, MAX>(x, count, pixels, extremes, lanes);
  else if (dtype == 2) extremeOf<u16, MAX>(x, count, pixels, extremes, lanes);
  else if (dtype == 3) extremeOf<i16, MAX>(x, count, pixels, extremes, lanes);
  else if (dtype == 4) extremeOf<u32, MAX>(x, count, pixels, extremes, lanes);
  else if (dtype == 5) extremeOf<i32, MAX>(x, count, pixels, extremes, lanes);
  else if (dtype == 6) extremeOf<f32, MAX>(x, count, pixels, extremes, lanes);
  else extremeOf<f64, MAX>(x, count, pixels, extremes, lanes);
}

/** Raises `extremes` to every larger value; NaN wins. `lanes` is scratch memory of 16 bytes. */
export function largest(dtype: i32, x: usize, count: i32, pixels: i32, extremes: usize, lanes: usize): void {
  extreme<i32>(dtype, x, count, pixels, extremes, lanes);
}

/** Lowers `extremes` to every smaller value; NaN wins. `lanes` is scratch memory of 16 bytes. */
export function smallest(dtype: i32, x: usize, count: i32, pixels: i32, extremes: usize, lanes: usize): void {
  extreme<f32>(dtype, x, count, pixels, extremes, lanes);
}

/**
 * Adds up to GROUP frames to mean and m2, the sum of squared deviations from the mean. With d = x - old mean and N frames
 * in all afterwards: mean grows by sum(d) / N, m2 by sum(d^2) - sum(d)^2 / N. Nothing large cancels, as d is small.
 */
function addGroup<T>(base: usize, frames: i32, pixels: i32, mean: usize, m2: usize, total: f64): void {
  const stride = <usize>pixels * sizeof<T>();
  const end = base + <usize>frames * stride;
  const half: usize = 2 * sizeof<T>();
  const body = pixels & ~3;
  const inverse = f64x2.splat(1 / total);
  for (let p = 0; p < body; p += 4) {
    const at = <usize>p * 8;
    const meanA = v128.load(mean + at);
    const meanB = v128.load(mean + at, 16);
    let sumA = f64x2.splat(0), sumB = sumA, squareA = sumA, squareB = sumA;
    for (let xp = base + <usize>p * sizeof<T>(); xp < end; xp += stride) {
      const a = f64x2.sub(load2<T>(xp), meanA);
      const b = f64x2.sub(load2<T>(xp + half), meanB);
      sumA = f64x2.add(sumA, a);
      sumB = f64x2.add(sumB, b);
      squareA = f64x2.add(squareA, f64x2.mul(a, a));
      squareB = f64x2.add(squareB, f64x2.mul(b, b));
    }
    const growA = f64x2.mul(sumA, inverse);
    const growB = f64x2.mul(sumB, inverse);
    v128.store(mean + at, f64x2.add(meanA, growA));
    v128.store(mean + at, f64x2.add(meanB, growB), 16);
    v128.store(m2 + at, f64x2.add(v128.load(m2 + at), f64x2.sub(squareA, f64x2.mul(sumA, growA))));
    v128.store(m2 + at, f64x2.add(v128.load(m2 + at, 16), f64x2.sub(squareB, f64x2.mul(sumB, growB))), 16);
  }
  for (let p = body; p < pixels; p++) {
    const at = <usize>p * 8;
    const old = load<f64>(mean + at);
    let sum: f64 = 0, square: f64 = 0;
    for (let xp = base + <usize>p * sizeof<T>(); xp < end; xp += stride) {
      const d = <f64>load<T>(xp) - old;
      sum += d;
      square += d * d;
    }
    const grow = sum * (1 / total);
    store<f64>(mean + at, old + grow);
    store<f64>(m2 + at, load<f64>(m2 + at) + (square - sum * grow));
  }
}

function momentsOf<T>(x: usize, count: i32, pixels: i32, mean: usize, m2: usize, before: f64): void {
  // The first frame stands in for the mean that is not known yet, so that a large offset does not cancel.
  if (before == 0) for (let p = 0; p < pixels; p++) store<f64>(mean + <usize>p * 8, <f64>load<T>(x + <usize>p * sizeof<T>()));
  for (let from = 0; from < count; from += GROUP) {
    const frames = min(GROUP, count - from);
    addGroup<T>(x + <usize>from * <usize>pixels * sizeof<T>(), frames, pixels, mean, m2, before + <f64>(from + frames));
  }
}

/** Adds every frame to mean and m2. `before` is the number of frames already in them. */
export function moments(dtype: i32, x: usize, count: i32, pixels: i32, mean: usize, m2: usize, before: f64): void {
  if (dtype == 0) momentsOf<u8>(x, count, pixels, mean, m2, before);
  else if (dtype == 1) momentsOf<i8>(x, count, pixels, mean, m2, before);
  else if (dtype == 2) momentsOf<u16>(x, count, pixels, mean, m2, before);
  else if (dtype == 3) momentsOf<i16>(x, count, pixels, mean, m2, before);
  else if (dtype == 4) momentsOf<u32>(x, count, pixels, mean, m2, before);
  else if (dtype == 5) momentsOf<i32>(x, count, pixels, mean, m2, before);
  else if (dtype == 6) momentsOf<f32>(x, count, pixels, mean, m2, before);
  else momentsOf<f64>(x, count, pixels, mean, m2, before);
}
