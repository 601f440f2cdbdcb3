// Voxels to the coefficients of the spline that interpolates them: for every pole a recursion to and fro along each axis, whose
// start is what a mirrored line would have brought with it (Unser 1999).
import { mirrorFaces } from './_register_smooth.as';
import { volumeColumns, volumeOf, volumeSize } from './_spline.as';

const PAD: usize = 2;
/** The part of a mirrored line that is not summed up falls below this. */
const CUT: f64 = 1e-9;

@inline
function x4(value: f64): v128 {
  return f32x4.splat(<f32>value);
}

/** Filters across `n` rows of `wide` bytes, `step` bytes apart, each by the one before, then by the one after. */
function across(at: usize, step: usize, n: i32, wide: usize, pole: f64): void {
  const period = 2 * (n - 1);
  for (let i: usize = 0; i < wide; i += 16) {
    let sum = f32x4.splat(0);
    let k = 0;
    for (let power: f64 = 1; abs(power) > CUT; power *= pole) {
      const from = at + i + <usize>(k < n ? k : period - k) * step;
      sum = f32x4.add(sum, f32x4.mul(x4(power), v128.load(from)));
      if (++k == period) k = 0;
    }
    v128.store(at + i, sum);
  }
  const p = x4(pole);
  const last = at + <usize>(n - 1) * step;
  for (let line = at + step; line <= last; line += step)
    for (let to = line; to < line + wide; to += 16)
      v128.store(to, f32x4.add(v128.load(to), f32x4.mul(p, v128.load(to - step))));
  const end = x4(pole / (pole * pole - 1));
  for (let to = last; to < last + wide; to += 16)
    v128.store(to, f32x4.mul(end, f32x4.add(v128.load(to), f32x4.mul(p, v128.load(to - step)))));
  for (let line = last - step; line >= at; line -= step)
    for (let to = line; to < line + wide; to += 16)
      v128.store(to, f32x4.mul(p, f32x4.sub(v128.load(to + step), v128.load(to))));
}

@inline
function acrossBoth(at: usize, step: usize, n: i32, wide: usize, p: f64, q: f64): void {
  across(at, step, n, wide, p);
  if (q != 0) across(at, step, n, wide, q);
}

/** Four numbers of each of four lines, `from` their first, as four of the first number, four of the second, and so on. */
@inline
function turn(a: usize, b: usize, c: usize, d: usize, gain: v128, p: usize, q: usize, r: usize, s: usize): void {
  const k = f32x4.mul(v128.load(a), gain), l = f32x4.mul(v128.load(b), gain);
  const m = f32x4.mul(v128.load(c), gain), n = f32x4.mul(v128.load(d), gain);
  const kl = v128.shuffle<i32>(k, l, 0, 4, 1, 5), mn = v128.shuffle<i32>(m, n, 0, 4, 1, 5);
  const lk = v128.shuffle<i32>(k, l, 2, 6, 3, 7), nm = v128.shuffle<i32>(m, n, 2, 6, 3, 7);
  v128.store(p, v128.shuffle<i64>(kl, mn, 0, 2));
  v128.store(q, v128.shuffle<i64>(kl, mn, 1, 3));
  v128.store(r, v128.shuffle<i64>(lk, nm, 0, 2));
  v128.store(s, v128.shuffle<i64>(lk, nm, 1, 3));
}

/** Filters along rows, four at a time; the last rows of a plane are taken more than once where they do not fill four. */
function alongRows(at: usize, row: usize, nx: i32, ny: i32, p: f64, q: f64, gain: v128, scratch: usize): void {
  const one = f32x4.splat(1);
  const bytes = <usize>nx * 4;
  for (let y = 0; y < ny; y += 4) {
    const a = at + <usize>y * row, b = at + <usize>min(y + 1, ny - 1) * row;
    const c = at + <usize>min(y + 2, ny - 1) * row, d = at + <usize>min(y + 3, ny - 1) * row;
    for (let i: usize = 0; i < bytes; i += 16) {
      const to = scratch + i * 4;
      turn(a + i, b + i, c + i, d + i, gain, to, to + 16, to + 32, to + 48);
    }
    acrossBoth(scratch, 16, nx, 16, p, q);
    for (let i: usize = 0; i < bytes; i += 16) {
      const from = scratch + i * 4;
      turn(from, from + 16, from + 32, from + 48, one, a + i, b + i, c + i, d + i);
    }
  }
}

/**
 * Spline coefficients in place of voxels, for a spline with poles `p` and `q` (0: none). `scratch`: 16 bytes for every voxel of a row and
 * for four more.
 */
export function prefilter(volume: usize, p: f64, q: f64, scratch: usize): void {
  volumeOf(volume);
  const nx = volumeSize(0), ny = volumeSize(1), nz = volumeSize(2);
  const data = volumeColumns(0), row = volumeColumns(1), plane = volumeColumns(2);
  const first = data + PAD * (plane + row + 4);
  const wide = (<usize>nx * 4 + 15) & ~15;
  let gain = (1 - p) * (1 - 1 / p);
  if (q != 0) gain *= (1 - q) * (1 - 1 / q);
  const all = x4(nz > 1 ? gain * gain * gain : gain * gain);
  for (let z = 0; z < nz; z++) {
    const at = first + <usize>z * plane;
    alongRows(at, row, nx, ny, p, q, all, scratch);
    acrossBoth(at, row, ny, wide, p, q);
  }
  if (nz > 1) for (let y = 0; y < ny; y++) acrossBoth(first + <usize>y * row, plane, nz, wide, p, q);
  mirrorFaces(data, row, plane, nx, ny, nz);
}
