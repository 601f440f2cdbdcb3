// A volume of voxels sheared in place: lines along one axis move by what their place along the other two says, by
// interpolation with Lagrange's polynomials of degree 7.
import { IN_VIEW, volumeColumns, volumeOf, volumeSize } from './_spline.as';
import { mirror } from './_mirror.as';
import { narrow, viewFirst, viewLast, wholeRow } from './_register_view.as';

const PAD: usize = 2;
const TAPS: i32 = 8;
const FIRST: i32 = -3;
/** The eight weights, four lines each, lie before the lines in scratch. */
const LINES: usize = 128;

@inline
function firstVoxel(): usize {
  return volumeColumns(0) + PAD * (volumeColumns(2) + volumeColumns(1) + 4);
}

/** The weights at `t`, for one of four lines: products of the distances to seven of the eight voxels. */
function lagrange(t: f64, to: usize): void {
  const a = t + 3, b = t + 2, c = t + 1, d = t, e = t - 1, f = t - 2, g = t - 3, h = t - 4;
  const ab = a * b, cd = c * d, ef = e * f, gh = g * h;
  const near = ab * cd, far = ef * gh;
  store<f32>(to, <f32>(b * cd * far * (-1 / 5040.0)));
  store<f32>(to, <f32>(a * cd * far * (1 / 720.0)), 16);
  store<f32>(to, <f32>(ab * d * far * (-1 / 240.0)), 32);
  store<f32>(to, <f32>(ab * c * far * (1 / 144.0)), 48);
  store<f32>(to, <f32>(near * f * gh * (-1 / 144.0)), 64);
  store<f32>(to, <f32>(near * e * gh * (1 / 240.0)), 80);
  store<f32>(to, <f32>(near * ef * h * (-1 / 720.0)), 96);
  store<f32>(to, <f32>(near * ef * g * (1 / 5040.0)), 112);
}

/** Eight weights times eight fours, `step` bytes apart. */
@inline
function dot(weights: usize, at: usize, step: usize): v128 {
  const a = f32x4.mul(v128.load(weights), v128.load(at));
  const b = f32x4.mul(v128.load(weights, 16), v128.load(at + step));
  const c = f32x4.mul(v128.load(weights, 32), v128.load(at + 2 * step));
  const d = f32x4.mul(v128.load(weights, 48), v128.load(at + 3 * step));
  const e = f32x4.mul(v128.load(weights, 64), v128.load(at + 4 * step));
  const f = f32x4.mul(v128.load(weights, 80), v128.load(at + 5 * step));
  const g = f32x4.mul(v128.load(weights, 96), v128.load(at + 6 * step));
  const h = f32x4.mul(v128.load(weights, 112), v128.load(at + 7 * step));
  return f32x4.add(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(f32x4.add(e, f), f32x4.add(g, h)));
}

/** Moves a row. */
function moveRow(at: usize, n: i32, shift: f64, scratch: usize): void {
  const whole = <i32>floor(shift);
  lagrange(shift - <f64>whole, scratch);
  for (let k: usize = 0; k < LINES; k += 16) v128.store(scratch + k, v128.load32_splat(scratch + k));
  const line = scratch + LINES;
  const from = whole + FIRST;
  const length = n + TAPS - 1;
  const low = min(max(-from, 0), length), high = max(min(n - from, length), low);
  for (let i = 0; i < low; i++) store<f32>(line + <usize>i * 4, load<f32>(at + <usize>mirror(from + i, n) * 4));
  if (high > low) memory.copy(line + <usize>low * 4, at + <usize>(from + low) * 4, (high - low) * 4);
  for (let i = high; i < length; i++) store<f32>(line + <usize>i * 4, load<f32>(at + <usize>mirror(from + i, n) * 4));
  for (let i: usize = 0; i < <usize>n * 4; i += 16) v128.store(at + i, dot(scratch, line + i, 4));
}

/** Moves four neighbouring lines of `n` voxels `step` bytes apart, each by a shift of its own. */
function moveLines(at: usize, n: i32, step: usize, shift: f64, slope: f64, scratch: usize): void {
  const line = scratch + LINES;
  for (let lane = 0; lane < 4; lane++) {
    const own = shift + slope * <f64>lane;
    const whole = <i32>floor(own);
    lagrange(own - <f64>whole, scratch + <usize>lane * 4);
    // What each line becomes starts at the same place in scratch.
    const from = whole + FIRST;
    const column = at + <usize>lane * 4, into = line + <usize>lane * 4;
    for (let i = 0; i < n + TAPS - 1; i++) {
      const index = from + i;
      const inside = index >= 0 && index < n;
      store<f32>(into + <usize>i * 16, load<f32>(column + <usize>(inside ? index : mirror(index, n)) * step));
    }
  }
  for (let i = 0; i < n; i++) v128.store(at + <usize>i * step, dot(scratch, line + <usize>i * 16, 16));
}

/**
 * Shears along `axis`: the voxel at i, j along the other two axes, in their order, becomes what was `a` i + `b` j + `offset` further on.
 * `scratch`: 16 bytes for every voxel along the longest axis and 16 more.
 */
export function shear(volume: usize, axis: i32, a: f64, b: f64, offset: f64, scratch: usize): void {
  volumeOf(volume);
  const nx = volumeSize(0), ny = volumeSize(1), nz = volumeSize(2);
  const row = volumeColumns(1), plane = volumeColumns(2);
  const first = firstVoxel();
  if (axis == 0) {
    for (let z = 0; z < nz; z++)
      for (let y = 0; y < ny; y++)
        moveRow(first + <usize>z * plane + <usize>y * row, nx, a * <f64>y + b * <f64>z + offset, scratch);
    return;
  }
  const count = axis == 1 ? nz : ny;
  const across = axis == 1 ? plane : row, step = axis == 1 ? row : plane;
  const length = axis == 1 ? ny : nz;
  // Beyond the end of a row the last four run into the padding, which nothing reads.
  for (let j = 0; j < count; j++)
    for (let x = 0; x < nx; x += 4)
      moveLines(first + <usize>j * across + <usize>x * 4, length, step, a * <f64>x + b * <f64>j + offset, a, scratch);
}

/** Copies the voxels that the map at `job` and `count` further ones, 192 bytes on, keep in view. */
export function keepInView(volume: usize, job: usize, count: i32, into: usize): void {
  volumeOf(volume);
  const nx = volumeSize(0), ny = volumeSize(1), nz = volumeSize(2);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const from = firstVoxel() + <usize>z * volumeColumns(2) + <usize>y * volumeColumns(1);
      const u = <f64>y, v = <f64>z;
      wholeRow();
      narrow(job, u, v, IN_VIEW);
      for (let n = 0; n < count; n++) narrow(job + 192 + <usize>n * 96, u, v, IN_VIEW);
      const first = viewFirst(), last = viewLast();
      if (first <= last) memory.copy(into + <usize>first * 4, from + <usize>first * 4, (last - first + 1) * 4);
      into += <usize>nx * 4;
    }
  }
}
