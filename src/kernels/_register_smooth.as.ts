// Smoothing to spline coefficients, which carry two mirrored voxels on each side (src/operators/register/volume.ts).
import { mirror } from './_mirror.as';
import { volumeColumns, volumeOf, volumeSize } from './_spline.as';

const PAD: i32 = 2;

/** One row as float32, what is not finite as 0, with `reach` mirrored elements on each side. */
function loadRow<T>(from: usize, n: i32, reach: i32, line: usize): void {
  const start = line + <usize>reach * 4;
  for (let i = 0; i < n; i++) {
    const value = <f32>load<T>(from + <usize>i * sizeof<T>());
    store<f32>(start + <usize>i * 4, isFinite(value) ? value : 0);
  }
  for (let i = 1; i <= reach; i++) {
    store<f32>(start - <usize>i * 4, load<f32>(start + <usize>mirror(-i, n) * 4));
    store<f32>(start + <usize>(n - 1 + i) * 4, load<f32>(start + <usize>mirror(n - 1 + i, n) * 4));
  }
}

function loadRowOf(dtype: i32, x: usize, at: i32, n: i32, reach: i32, line: usize): void {
  if (dtype == 0) loadRow<u8>(x + at, n, reach, line);
  else if (dtype == 1) loadRow<i8>(x + at, n, reach, line);
  else if (dtype == 2) loadRow<u16>(x + at * 2, n, reach, line);
  else if (dtype == 3) loadRow<i16>(x + at * 2, n, reach, line);
  else if (dtype == 4) loadRow<u32>(x + at * 4, n, reach, line);
  else if (dtype == 5) loadRow<i32>(x + at * 4, n, reach, line);
  else if (dtype == 6) loadRow<f32>(x + at * 4, n, reach, line);
  else loadRow<f64>(x + at * 8, n, reach, line);
}

/** Filters `n` elements at `line`, which has its mirrored neighbours; both may be written four at a time. */
function filterRow(line: usize, n: i32, taps: usize, reach: i32, out: usize): void {
  const middle = v128.load32_splat(taps);
  for (let i = 0; i < n; i += 4) {
    const at = line + <usize>i * 4;
    let sum = f32x4.mul(middle, v128.load(at));
    for (let k = 1; k <= reach; k++) {
      const d = <usize>k * 4;
      const both = f32x4.add(v128.load(at - d), v128.load(at + d));
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(taps + d), both));
    }
    v128.store(out + <usize>i * 4, sum);
  }
}

/**
 * Spline coefficients of the frame at element `at` of the tile at `x`. `taps`: three halves of filters of float32, `stride` elements apart,
 * with `rx`, `ry`, `rz` taps beside the middle one. `scratch`: a padded plane, or a column of rows, and a padded row.
 */
export function smooth(
  dtype: i32, x: usize, at: i32, volume: usize, taps: usize, stride: i32, rx: i32, ry: i32, rz: i32, scratch: usize,
): void {
  volumeOf(volume);
  const nx = volumeSize(0), ny = volumeSize(1), nz = volumeSize(2);
  const data = volumeColumns(0), row = volumeColumns(1), plane = volumeColumns(2);
  // Rows of scratch hold a multiple of four elements.
  const wide = <usize>((nx + 3) & ~3) * 4;
  const line = scratch + wide * <usize>max(ny, nz);
  const first = data + PAD * (plane + row + 4);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      loadRowOf(dtype, x, at + (z * ny + y) * nx, nx, rx, line);
      filterRow(line + <usize>rx * 4, nx, taps, rx, scratch + <usize>y * wide);
    }
    const out = first + <usize>z * plane;
    if (ry == 0) for (let y = 0; y < ny; y++) memory.copy(out + <usize>y * row, scratch + <usize>y * wide, nx * 4);
    else filterPlane(scratch, nx, wide, ny, taps + <usize>stride * 4, ry, out, row, line);
  }
  if (rz > 0) {
    for (let y = 0; y < ny; y++) {
      const column = first + <usize>y * row;
      for (let z = 0; z < nz; z++) memory.copy(scratch + <usize>z * wide, column + <usize>z * plane, nx * 4);
      filterPlane(scratch, nx, wide, nz, taps + <usize>stride * 8, rz, column, plane, line);
    }
  }
  mirrorFaces(data, row, plane, nx, ny, nz);
}

/** Filters `count` rows, `wide` bytes apart, across; each goes through `line`, so that nothing is written beyond a row of the coefficients. */
function filterPlane(from: usize, nx: i32, wide: usize, count: i32, taps: usize, reach: i32, out: usize, step: usize, line: usize): void {
  const middle = v128.load32_splat(taps);
  for (let j = 0; j < count; j++) {
    const own = from + <usize>j * wide;
    const inside = j >= reach && j + reach < count;
    for (let i: usize = 0; i < wide; i += 16) {
      let sum = f32x4.mul(middle, v128.load(own + i));
      if (inside) {
        let low = own + i, high = low, tap = taps;
        for (let k = 0; k < reach; k++) {
          low -= wide;
          high += wide;
          tap += 4;
          sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(tap), f32x4.add(v128.load(low), v128.load(high))));
        }
      } else {
        for (let k = 1; k <= reach; k++) {
          const low = from + <usize>mirror(j - k, count) * wide + i;
          const high = from + <usize>mirror(j + k, count) * wide + i;
          sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(taps + <usize>k * 4), f32x4.add(v128.load(low), v128.load(high))));
        }
      }
      v128.store(line + i, sum);
    }
    memory.copy(out + <usize>j * step, line, nx * 4);
  }
}

export function mirrorFaces(data: usize, row: usize, plane: usize, nx: i32, ny: i32, nz: i32): void {
  for (let z = PAD; z < nz + PAD; z++) {
    const sheet = data + <usize>z * plane;
    for (let y = PAD; y < ny + PAD; y++) {
      const line = sheet + <usize>y * row;
      for (let k = 0; k < 4; k++) {
        const to = k < 2 ? k : nx + k;
        store<f32>(line + <usize>to * 4, load<f32>(line + <usize>(PAD + mirror(to - PAD, nx)) * 4));
      }
    }
    for (let k = 0; k < 4; k++) {
      const to = k < 2 ? k : ny + k;
      memory.copy(sheet + <usize>to * row, sheet + <usize>(PAD + mirror(to - PAD, ny)) * row, row);
    }
  }
  for (let k = 0; k < 4; k++) {
    const to = k < 2 ? k : nz + k;
    memory.copy(data + <usize>to * plane, data + <usize>(PAD + mirror(to - PAD, nz)) * plane, plane);
  }
}
