// Columns of a frame as elements of Fourier transforms: several columns at once, converted while they are read.
import { ELEMENT } from './_fft_stages.as';
import { integers4, load2 } from './_load.as';

/** What is read of a frame. Rows and columns begin anywhere and go on at the first after the last. */
@unmanaged
export class View {
  height: i32;
  width: i32;
  /** Row and column that are taken for the first. */
  top: i32;
  left: i32;
}

/** One vector of any dtype: four float32 or two float64. */
@inline
export function wide<T, F>(p: usize): v128 {
  if (sizeof<T>() == 8) return load2<F>(p);
  if (sizeof<F>() == 8) {
    const low = f32x4.demote_f64x2_zero(v128.load(p)), high = f32x4.demote_f64x2_zero(v128.load(p, 16));
    return v128.shuffle<i64>(low, high, 0, 2);
  }
  if (isFloat<F>()) return v128.load(p);
  if (sizeof<F>() == 4) {
    return isSigned<F>() ? f32x4.convert_i32x4_s(v128.load(p)) : f32x4.convert_i32x4_u(v128.load(p));
  }
  return f32x4.convert_i32x4_s(integers4<F>(p));
}

/**
 * Real columns: the first half of `lanes` as real parts, the second half as imaginary parts, which transform together. Lanes beyond
 * `lanes` are 0, and so are rows from the height of the frame to `rows`.
 */
function real<T, F>(frame: usize, view: View, column: i32, lanes: i32, rows: i32, to: usize): void {
  const vector: i32 = 16 / sizeof<T>();
  const row = <usize>view.width * sizeof<F>();
  const first = (column + view.left) % view.width;
  const isRun = lanes == 2 * vector && first + lanes <= view.width;
  let y = view.top;
  for (let k = 0; k < view.height; k++, to += ELEMENT) {
    const p = frame + <usize>y * row;
    if (isRun) {
      const at = p + <usize>first * sizeof<F>();
      v128.store(to, wide<T, F>(at));
      v128.store(to, wide<T, F>(at + <usize>vector * sizeof<F>()), 16);
    } else {
      v128.store(to, v128.splat<T>(<T>0));
      v128.store(to, v128.splat<T>(<T>0), 16);
      let x = first;
      for (let lane = 0; lane < lanes; lane++) {
        store<T>(to + <usize>lane * sizeof<T>(), <T>load<F>(p + <usize>x * sizeof<F>()));
        if (++x == view.width) x = 0;
      }
    }
    if (++y == view.height) y = 0;
  }
  memory.fill(to, 0, <usize>(rows - view.height) * ELEMENT);
}

/** Complex columns, pairs of numbers. @param reAt where real parts go, 0 or 16; imaginary parts go to the other place */
function pairs<T, F>(frame: usize, view: View, column: i32, lanes: i32, reAt: usize, to: usize): void {
  const vector: i32 = 16 / sizeof<T>();
  const row = <usize>view.width * 2 * sizeof<F>();
  const first = (column + view.left) % view.width;
  const isRun = lanes == vector && first + lanes <= view.width;
  const imAt = 16 - reAt;
  let y = view.top;
  for (let k = 0; k < view.height; k++, to += ELEMENT) {
    const p = frame + <usize>y * row;
    if (isRun) {
      const at = p + <usize>first * 2 * sizeof<F>();
      const a = wide<T, F>(at), b = wide<T, F>(at + <usize>vector * sizeof<F>());
      v128.store(to + reAt, sizeof<T>() == 4 ? v128.shuffle<i32>(a, b, 0, 2, 4, 6) : v128.shuffle<i64>(a, b, 0, 2));
      v128.store(to + imAt, sizeof<T>() == 4 ? v128.shuffle<i32>(a, b, 1, 3, 5, 7) : v128.shuffle<i64>(a, b, 1, 3));
    } else {
      v128.store(to, v128.splat<T>(<T>0));
      v128.store(to, v128.splat<T>(<T>0), 16);
      let x = first;
      for (let lane: usize = 0; lane < <usize>lanes; lane++) {
        const at = p + <usize>x * 2 * sizeof<F>();
        store<T>(to + reAt + lane * sizeof<T>(), <T>load<F>(at));
        store<T>(to + imAt + lane * sizeof<T>(), <T>load<F>(at + sizeof<F>()));
        if (++x == view.width) x = 0;
      }
    }
    if (++y == view.height) y = 0;
  }
}

/** `real` of the dtype whose place in `DTYPES` is `dtype`. */
export function gatherReal<T>(dtype: i32, frame: usize, view: View, column: i32, lanes: i32, rows: i32, to: usize): void {
  if (dtype == 0) real<T, u8>(frame, view, column, lanes, rows, to);
  else if (dtype == 1) real<T, i8>(frame, view, column, lanes, rows, to);
  else if (dtype == 2) real<T, u16>(frame, view, column, lanes, rows, to);
  else if (dtype == 3) real<T, i16>(frame, view, column, lanes, rows, to);
  else if (dtype == 4) real<T, u32>(frame, view, column, lanes, rows, to);
  else if (dtype == 5) real<T, i32>(frame, view, column, lanes, rows, to);
  else if (dtype == 6) real<T, f32>(frame, view, column, lanes, rows, to);
  else real<T, f64>(frame, view, column, lanes, rows, to);
}

/** `pairs` of the dtype whose place in `DTYPES` is `dtype`. */
export function gatherPairs<T>(dtype: i32, frame: usize, view: View, column: i32, lanes: i32, reAt: usize, to: usize): void {
  if (dtype == 0) pairs<T, u8>(frame, view, column, lanes, reAt, to);
  else if (dtype == 1) pairs<T, i8>(frame, view, column, lanes, reAt, to);
  else if (dtype == 2) pairs<T, u16>(frame, view, column, lanes, reAt, to);
  else if (dtype == 3) pairs<T, i16>(frame, view, column, lanes, reAt, to);
  else if (dtype == 4) pairs<T, u32>(frame, view, column, lanes, reAt, to);
  else if (dtype == 5) pairs<T, i32>(frame, view, column, lanes, reAt, to);
  else if (dtype == 6) pairs<T, f32>(frame, view, column, lanes, reAt, to);
  else pairs<T, f64>(frame, view, column, lanes, reAt, to);
}
