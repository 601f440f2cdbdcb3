// Per-pixel accumulators over frames, float64. Frames are added one after the other, so that the sums do not depend on
// how frames are grouped into tiles; several frames share one load and store of an accumulator.
import { load2 } from './_load.as';

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

/** Adds every frame to `sums`. `dtype` counts in the order of DTYPES. */
export function sum(dtype: i32, x: usize, count: i32, pixels: i32, sums: usize): void {
  if (dtype == 0) sumOf<u8>(x, count, pixels, sums);
  else if (dtype == 1) sumOf<i8>(x, count, pixels, sums);
  else if (dtype == 2) sumOf<u16>(x, count, pixels, sums);
  else if (dtype == 3) sumOf<i16>(x, count, pixels, sums);
  else if (dtype == 4) sumOf<u32>(x, count, pixels, sums);
  else if (dtype == 5) sumOf<i32>(x, count, pixels, sums);
  else if (dtype == 6) sumOf<f32>(x, count, pixels, sums);
  else sumOf<f64>(x, count, pixels, sums);
}
