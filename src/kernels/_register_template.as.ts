// Making of a template: columns at points, their pair sums, and what independent noise of the voxels makes of those sums.
import { gradientAt, gradientOf, volumeColumns, volumeOf, volumeSize } from './_register_gradient.as';
import { load2 } from './_load.as';

const CONSTANT: i32 = 7;
const PAD: i32 = 2;

@inline
function put(columns: usize, far: usize, j: i32, value: f64): void {
  store<f32>(columns + <usize>j * far, <f32>value);
}

/**
 * `width` columns at `many` points, each times its weight. `place`: 12 numbers from voxels to local mm, then 9 that turn slopes along the
 * voxel axes into slopes along the local ones, float64.
 */
export function columnsAt(
  volume: usize, points: usize, weights: usize, many: i32, count: i32, place: usize, width: i32, columns: usize,
): void {
  volumeOf(volume);
  const far = <usize>count * 4;
  const a = load<f64>(place), b = load<f64>(place, 8), c = load<f64>(place, 16), d = load<f64>(place, 24);
  const e = load<f64>(place, 32), f = load<f64>(place, 40), g = load<f64>(place, 48), h = load<f64>(place, 56);
  const p = load<f64>(place, 64), q = load<f64>(place, 72), r = load<f64>(place, 80), s = load<f64>(place, 88);
  for (let n = 0; n < many; n++, points += 4, weights += 4, columns += 4) {
    const x = <f64>load<f32>(points), y = <f64>load<f32>(points + far), z = <f64>load<f32>(points + 2 * far);
    const w = <f64>load<f32>(weights);
    gradientAt(x, y, z);
    const v = w * gradientOf(0);
    const sx = w * gradientOf(1), sy = w * gradientOf(2), sz = w * gradientOf(3);
    const gx = sx * load<f64>(place, 96) + sy * load<f64>(place, 104) + sz * load<f64>(place, 112);
    const gy = sx * load<f64>(place, 120) + sy * load<f64>(place, 128) + sz * load<f64>(place, 136);
    const gz = sx * load<f64>(place, 144) + sy * load<f64>(place, 152) + sz * load<f64>(place, 160);
    const dx = a * x + b * y + c * z + d, dy = e * x + f * y + g * z + h, dz = p * x + q * y + r * z + s;
    put(columns, far, 0, gx);
    put(columns, far, 1, gy);
    put(columns, far, 2, gz);
    put(columns, far, 3, dy * gz - dz * gy);
    put(columns, far, 4, dz * gx - dx * gz);
    put(columns, far, 5, dx * gy - dy * gx);
    put(columns, far, 6, v);
    put(columns, far, CONSTANT, w);
    if (width > CONSTANT + 1) {
      put(columns, far, 8, dx * v);
      put(columns, far, 9, dy * v);
      put(columns, far, 10, dz * v);
    }
  }
}

/** Points whose pairs are added up while their columns are in cache. */
const RUN: i32 = 512;

/** Sums over all points, a multiple of 4, of pairs of columns over the weight, float64. `scratch`: 4 KiB. */
export function pairSums(columns: usize, count: i32, width: i32, pairs: usize, scratch: usize): void {
  const far = <usize>count * 4;
  memory.fill(pairs, 0, <usize>(width * (width + 1) / 2) * 8);
  for (let from = 0; from < count; from += RUN) {
    const many = min(RUN, count - from);
    const first = columns + <usize>from * 4;
    for (let n: usize = 0; n < <usize>many; n++) {
      const weight = <f64>load<f32>(first + CONSTANT * far + n * 4);
      store<f64>(scratch + n * 8, weight > 0 ? 1 / weight : 0);
    }
    let pair = pairs;
    for (let j = 0; j < width; j++) {
      const left = first + <usize>j * far;
      for (let k = 0; k <= j; k++, pair += 8) {
        const right = first + <usize>k * far;
        let low = f64x2.splat(0), high = low;
        for (let n: usize = 0; n < <usize>many; n += 4) {
          low = f64x2.add(low, f64x2.mul(f64x2.mul(load2<f32>(left + n * 4), v128.load(scratch + n * 8)), load2<f32>(right + n * 4)));
          high = f64x2.add(high, f64x2.mul(f64x2.mul(load2<f32>(left + n * 4 + 8), v128.load(scratch + n * 8 + 16)), load2<f32>(right + n * 4 + 8)));
        }
        const both = f64x2.add(low, high);
        store<f64>(pair, load<f64>(pair) + f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1));
      }
    }
  }
}

/**
 * Adds columns to the eight voxels around their points. `spread`: float32, 12 numbers for every voxel, of which the first `width` are
 * used, cleared before. `scratch`: 48 bytes.
 */
export function spreadPoints(
  points: usize, columns: usize, count: i32, width: i32, nx: i32, ny: i32, nz: i32, spread: usize, scratch: usize,
): void {
  const far = <usize>count * 4;
  const row = <usize>nx * 48, plane = row * <usize>ny;
  memory.fill(spread, 0, plane * <usize>nz);
  for (let n = 0; n < count; n++, points += 4, columns += 4) {
    if (load<f32>(columns + CONSTANT * far) == 0) continue;
    const x = load<f32>(points), y = load<f32>(points + far), z = load<f32>(points + 2 * far);
    // A point on the last voxel belongs to the cell before it.
    const i = max(0, min(<i32>x, nx - 2)), j = max(0, min(<i32>y, ny - 2)), k = max(0, min(<i32>z, nz - 2));
    const t = x - <f32>i, u = y - <f32>j, v = z - <f32>k;
    for (let m = 0; m < width; m++) store<f32>(scratch + <usize>m * 4, load<f32>(columns + <usize>m * far));
    const at = spread + <usize>k * plane + <usize>j * row + <usize>i * 48;
    const isWide = width > 8;
    for (let corner = 0; corner < 8; corner++) {
      const share = (corner & 1 ? t : 1 - t) * (corner & 2 ? u : 1 - u) * (corner & 4 ? v : 1 - v);
      if (share == 0) continue;
      const to = at + (corner & 1 ? 48 : 0) + (corner & 2 ? row : 0) + (corner & 4 ? plane : 0);
      addShare(to, scratch, share);
      addShare(to + 16, scratch + 16, share);
      if (isWide) addShare(to + 32, scratch + 32, share);
    }
  }
}

@inline
function addShare(to: usize, from: usize, share: f32): void {
  v128.store(to, f32x4.add(v128.load(to), f32x4.mul(f32x4.splat(share), v128.load(from))));
}

/** One of the 12 numbers of every voxel, as a volume of its own. */
export function takeColumn(spread: usize, column: i32, voxels: i32, out: usize): void {
  const end = out + <usize>voxels * 4;
  for (let from = spread + <usize>column * 4; out < end; out += 4, from += 48) store<f32>(out, load<f32>(from));
}

/** Sum over the voxels inside the padding of the product of two volumes of coefficients of the size of `volume`. */
export function innerProduct(volume: usize, a: usize, b: usize): f64 {
  volumeOf(volume);
  const nx = volumeSize(0), ny = volumeSize(1), nz = volumeSize(2);
  const row = volumeColumns(1), plane = volumeColumns(2);
  let sum = f64x2.splat(0), rest: f64 = 0;
  for (let z = PAD; z < nz + PAD; z++) {
    for (let y = PAD; y < ny + PAD; y++) {
      const from = <usize>z * plane + <usize>y * row + PAD * 4;
      let x = 0;
      for (; x + 1 < nx; x += 2) {
        const at = from + <usize>x * 4;
        sum = f64x2.add(sum, f64x2.mul(load2<f32>(a + at), load2<f32>(b + at)));
      }
      if (x < nx) rest += <f64>load<f32>(a + from + <usize>x * 4) * <f64>load<f32>(b + from + <usize>x * 4);
    }
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + rest;
}
