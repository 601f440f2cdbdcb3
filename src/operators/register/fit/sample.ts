import type { Matrix } from '../rigid.js';
import { splineWeights } from '../spline.js';
import { type Coefficients, PAD } from '../volume.js';
import type { Level } from './columns.js';

/** Beyond the outermost voxel centres by more than this, a point is out of view. */
export const IN_VIEW = 1e-4;

const weights = new Float64Array(12);

/** Value of the spline at a position in view, in voxels. */
export function sampleAt(
  { data, row, plane, size: [nx, ny, nz] }: Coefficients,
  x: number,
  y: number,
  z: number,
): number {
  // Positions in view lie on a spline of four voxels; the last voxel is the end of the last one, not the start of another.
  const i = Math.max(0, Math.min(Math.floor(x), nx - 1));
  const j = Math.max(0, Math.min(Math.floor(y), ny - 1));
  const k = Math.max(0, Math.min(Math.floor(z), nz - 1));
  splineWeights(x - i, weights, 0);
  splineWeights(y - j, weights, 4);
  splineWeights(z - k, weights, 8);
  const first = (k + PAD - 1) * plane + (j + PAD - 1) * row + i + PAD - 1;
  let sum = 0;
  for (let c = 0; c < 4; c++) {
    for (let b = 0; b < 4; b++) {
      const at = first + c * plane + b * row;
      let line = 0;
      for (let a = 0; a < 4; a++) line += (weights[a] ?? 0) * (data[at + a] ?? 0);
      sum += line * (weights[4 + b] ?? 0) * (weights[8 + c] ?? 0);
    }
  }
  return sum;
}

export function isInView([nx, ny, nz]: Coefficients['size'], x: number, y: number, z: number): boolean {
  return (
    x >= -IN_VIEW &&
    y >= -IN_VIEW &&
    z >= -IN_VIEW &&
    x <= nx - 1 + IN_VIEW &&
    y <= ny - 1 + IN_VIEW &&
    z <= nz - 1 + IN_VIEW
  );
}

/**
 * Values of the spline where `map` takes points `from` to `to`. Points out of view get 0 and are listed.
 *
 * @returns how many are out of view
 */
export function samplePoints(
  coefficients: Coefficients,
  { points, count }: Level,
  map: Matrix,
  from: number,
  to: number,
  samples: Float32Array,
  missed: Uint32Array,
): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, p = 0, q = 0, r = 0, s = 0] = map;
  let out = 0;
  for (let n = from; n < to; n++) {
    const [x, y, z] = [points[n] ?? 0, points[count + n] ?? 0, points[2 * count + n] ?? 0];
    const [u, v, w] = [a * x + b * y + c * z + d, e * x + f * y + g * z + h, p * x + q * y + r * z + s];
    if (isInView(coefficients.size, u, v, w)) samples[n - from] = sampleAt(coefficients, u, v, w);
    else {
      samples[n - from] = 0;
      missed[out++] = n;
    }
  }
  return out;
}
