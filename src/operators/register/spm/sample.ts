import type { Triple } from '../grid.js';
import type { Matrix } from '../rigid.js';
import type { SpmCoefficients } from './coefficients.js';

/** Beyond a face by no more than this, in voxels, a point is there by rounding alone. */
export const ROUNDING = 1e-9;

/** How far beyond the outermost voxel centres a point still counts for the mean. */
export const MEAN_VIEW = 0.05;

/** Value, and its change along x, y and z in voxels, of the last sample. */
export const sampled = new Float64Array(4);

const weights = new Float64Array(9);
const slopes = new Float64Array(9);

/** Whether a position in voxels is no more than `beyond` outside the outermost voxel centres. */
export function isInside([nx, ny, nz]: Triple, x: number, y: number, z: number, beyond: number): boolean {
  return (
    x >= -beyond && y >= -beyond && z >= -beyond && x <= nx - 1 + beyond && y <= ny - 1 + beyond && z <= nz - 1 + beyond
  );
}

/** Index of the first of three taps along one axis, whose weights go to `at`. */
function place(x: number, at: number): number {
  const middle = Math.floor(x + 0.5);
  const t = x - middle;
  weights[at] = 0.5 * (0.5 - t) ** 2;
  weights[at + 1] = 0.75 - t * t;
  weights[at + 2] = 0.5 * (0.5 + t) ** 2;
  slopes[at] = t - 0.5;
  slopes[at + 1] = -2 * t;
  slopes[at + 2] = t + 0.5;
  return middle - 1;
}

/** Value of the quadratic spline at a position of at most 0.05 voxels outside the frame. */
export function valueAt({ data, first, row, plane }: SpmCoefficients, x: number, y: number, z: number): number {
  const from = first + place(x, 0) + place(y, 3) * row + place(z, 6) * plane;
  let sum = 0;
  for (let c = 0; c < 3; c++) {
    for (let b = 0; b < 3; b++) {
      const at = from + c * plane + b * row;
      const line =
        (weights[0] ?? 0) * (data[at] ?? 0) +
        (weights[1] ?? 0) * (data[at + 1] ?? 0) +
        (weights[2] ?? 0) * (data[at + 2] ?? 0);
      sum += line * (weights[3 + b] ?? 0) * (weights[6 + c] ?? 0);
    }
  }
  return sum;
}

/** The same with its change along x, y and z, into `sampled`. */
export function gradientAt({ data, first, row, plane }: SpmCoefficients, x: number, y: number, z: number): void {
  const from = first + place(x, 0) + place(y, 3) * row + place(z, 6) * plane;
  sampled.fill(0);
  for (let c = 0; c < 3; c++) {
    for (let b = 0; b < 3; b++) {
      const at = from + c * plane + b * row;
      let [line, along] = [0, 0];
      for (let a = 0; a < 3; a++) {
        line += (weights[a] ?? 0) * (data[at + a] ?? 0);
        along += (slopes[a] ?? 0) * (data[at + a] ?? 0);
      }
      const [wy, wz] = [weights[3 + b] ?? 0, weights[6 + c] ?? 0];
      sampled[0] = (sampled[0] ?? 0) + line * wy * wz;
      sampled[1] = (sampled[1] ?? 0) + along * wy * wz;
      sampled[2] = (sampled[2] ?? 0) + line * (slopes[3 + b] ?? 0) * wz;
      sampled[3] = (sampled[3] ?? 0) + line * wy * (slopes[6 + c] ?? 0);
    }
  }
}

/** Calls `visit` for every point with where `map` takes it, in voxels. @param points x, then y, then z */
export function eachPoint(
  points: Float64Array,
  map: Matrix,
  visit: (n: number, x: number, y: number, z: number) => void,
): void {
  const count = points.length / 3;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, p = 0, q = 0, r = 0, s = 0] = map;
  for (let n = 0; n < count; n++) {
    const [x, y, z] = [points[n] ?? 0, points[count + n] ?? 0, points[2 * count + n] ?? 0];
    visit(n, a * x + b * y + c * z + d, e * x + f * y + g * z + h, p * x + q * y + r * z + s);
  }
}
