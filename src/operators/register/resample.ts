import type { Matrix } from './rigid.js';
import { isInView, sampleAt } from './sample.js';
import { type Coefficients, PAD } from './volume.js';

export type Interpolation = 'linear' | 'cubic';

/** Linear interpolation between the eight voxels around a position in view. */
function linearAt({ data, row, plane, size: [nx, ny, nz] }: Coefficients, x: number, y: number, z: number): number {
  const [i, j, k] = [
    Math.max(0, Math.min(Math.floor(x), nx - 1)),
    Math.max(0, Math.min(Math.floor(y), ny - 1)),
    Math.max(0, Math.min(Math.floor(z), nz - 1)),
  ];
  const [t, u, v] = [x - i, y - j, z - k];
  const first = (k + PAD) * plane + (j + PAD) * row + i + PAD;
  const line = (at: number) => (data[at] ?? 0) * (1 - t) + (data[at + 1] ?? 0) * t;
  const face = (at: number) => line(at) * (1 - u) + line(at + row) * u;
  return face(first) * (1 - v) + face(first + plane) * v;
}

/**
 * Samples a frame where `map`, taken once for the whole volume, takes the voxels of the reference.
 *
 * @param coefficients of the interpolating spline for `cubic`, the voxels themselves for `linear`
 * @param outside what voxels out of view become
 * @param into shape of a frame
 */
export function resampleVolume(
  coefficients: Coefficients,
  map: Matrix,
  how: Interpolation,
  outside: number,
  into: Float32Array,
): void {
  const [nx, ny, nz] = coefficients.size;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, p = 0, q = 0, r = 0, s = 0] = map;
  const valueAt = how === 'cubic' ? sampleAt : linearAt;
  let at = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++) {
        const [u, v, w] = [a * x + b * y + c * z + d, e * x + f * y + g * z + h, p * x + q * y + r * z + s];
        into[at++] = isInView(coefficients.size, u, v, w) ? valueAt(coefficients, u, v, w) : outside;
      }
    }
  }
}
