// A frame on the grid of the reference.
import { cubicAt, isIn, linearAt, volumeOf, volumeSize } from './_spline.as';

/** The frame where the 3 x 4 float64 `map` takes the voxels of the reference; `outside` where it does not show them. */
export function resample(volume: usize, map: usize, isCubic: i32, outside: f64, into: usize): void {
  volumeOf(volume);
  const nx = volumeSize(0), ny = volumeSize(1), nz = volumeSize(2);
  const a = load<f64>(map), b = load<f64>(map, 8), c = load<f64>(map, 16), d = load<f64>(map, 24);
  const e = load<f64>(map, 32), f = load<f64>(map, 40), g = load<f64>(map, 48), h = load<f64>(map, 56);
  const p = load<f64>(map, 64), q = load<f64>(map, 72), r = load<f64>(map, 80), s = load<f64>(map, 88);
  let to = into;
  for (let z: f64 = 0; z < <f64>nz; z += 1) {
    for (let y: f64 = 0; y < <f64>ny; y += 1) {
      for (let x: f64 = 0; x < <f64>nx; x += 1) {
        const u = a * x + b * y + c * z + d, v = e * x + f * y + g * z + h, w = p * x + q * y + r * z + s;
        store<f32>(to, isIn(u, v, w) ? (isCubic ? cubicAt(u, v, w) : linearAt(u, v, w)) : <f32>outside);
        to += 4;
      }
    }
  }
}
