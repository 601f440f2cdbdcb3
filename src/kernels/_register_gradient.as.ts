// Value and slopes of a cubic spline of a volume of float32 coefficients with two mirrored voxels on each side.
import { volumeColumns, volumeOf, volumeSize, weights } from './_spline.as';

export { volumeColumns, volumeOf, volumeSize };

let value: f64 = 0, slopeX: f64 = 0, slopeY: f64 = 0, slopeZ: f64 = 0;

/** What `gradientAt` found: the value, then its slopes along x, y and z. */
@inline
export function gradientOf(k: i32): f64 {
  return k == 0 ? value : k == 1 ? slopeX : k == 2 ? slopeY : slopeZ;
}

/** The derivatives of the weights. */
@inline
function slopes(t: f32): v128 {
  const u = f32x4.splat(t);
  const w = f32x4.add(f32x4.mul(f32x4(-0.5, 1.5, -1.5, 0.5), u), f32x4(1, -2, 1, 0));
  return f32x4.add(f32x4.mul(w, u), f32x4(-0.5, 0, 0.5, 0));
}

@inline
function dot(a: v128, b: v128): f64 {
  const sum = f32x4.mul(a, b);
  const half = f32x4.add(sum, v128.shuffle<i32>(sum, sum, 2, 3, 2, 3));
  return <f64>(f32x4.extract_lane(half, 0) + f32x4.extract_lane(half, 1));
}

/** Four rows of four coefficients, weighted by the lanes of `w`. */
@inline
function rows(a: v128, b: v128, c: v128, d: v128, w: v128): v128 {
  const low = f32x4.add(f32x4.mul(a, v128.shuffle<i32>(w, w, 0, 0, 0, 0)), f32x4.mul(b, v128.shuffle<i32>(w, w, 1, 1, 1, 1)));
  const high = f32x4.add(f32x4.mul(c, v128.shuffle<i32>(w, w, 2, 2, 2, 2)), f32x4.mul(d, v128.shuffle<i32>(w, w, 3, 3, 3, 3)));
  return f32x4.add(low, high);
}

/** Finds value and slopes of the spline at a position in view, in voxels. */
export function gradientAt(x: f64, y: f64, z: f64): void {
  const i = min(<i32>x, volumeSize(0) - 1), j = min(<i32>y, volumeSize(1) - 1), k = min(<i32>z, volumeSize(2) - 1);
  const t = <f32>(x - <f64>i), u = <f32>(y - <f64>j), v = <f32>(z - <f64>k);
  const wy = weights(u), wz = weights(v), ey = slopes(u), ez = slopes(v);
  const row = volumeColumns(1), plane = volumeColumns(2);
  let at = volumeColumns(0) + <usize>(k + 1) * plane + <usize>(j + 1) * row + <usize>(i + 1) * 4;
  let line = f32x4.splat(0), alongY = line, alongZ = line;
  for (let c = 0; c < 4; c++, at += plane) {
    const p = v128.load(at), q = v128.load(at + row), r = v128.load(at + 2 * row), s = v128.load(at + 3 * row);
    const sheet = rows(p, q, r, s, wy);
    const w = f32x4.splat(lane(wz, c));
    line = f32x4.add(line, f32x4.mul(sheet, w));
    alongY = f32x4.add(alongY, f32x4.mul(rows(p, q, r, s, ey), w));
    alongZ = f32x4.add(alongZ, f32x4.mul(sheet, f32x4.splat(lane(ez, c))));
  }
  const wx = weights(t);
  value = dot(line, wx);
  slopeX = dot(line, slopes(t));
  slopeY = dot(alongY, wx);
  slopeZ = dot(alongZ, wx);
}

@inline
function lane(w: v128, c: i32): f32 {
  return c == 0 ? f32x4.extract_lane(w, 0) : c == 1 ? f32x4.extract_lane(w, 1) : c == 2 ? f32x4.extract_lane(w, 2) : f32x4.extract_lane(w, 3);
}
