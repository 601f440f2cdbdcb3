import type { NumericArray } from '../../../core/dtype.js';
import type { Grid } from '../grid.js';
import { fromParameters, IDENTITY, invert, type Matrix, multiply } from '../rigid.js';
import type { SpmCoefficients } from './coefficients.js';
import { eachPoint, gradientAt, sampled } from './sample.js';

/** How far a point lies within its cell, in voxels: the mean of SPM's random 0 to 0.5. */
const JITTER = 0.25;

/** Points of less weight are left out. */
const LEAST_WEIGHT = 0.01;

/** The step of differences for slopes. */
const STEP = 1e-6;

/** The points at which frames are compared. */
export interface SpmPoints {
  /** x, then y, then z, in voxels. */
  readonly places: Float64Array;
  /** One a point; of length 0 when all count alike. */
  readonly weights: Float64Array;
}

/** What is known at the points of an image: the image and its changes along x, y and z, one after the other. */
export type Known = Float64Array;

/** What frames are compared with. */
export interface SpmTemplate {
  readonly points: SpmPoints;
  /** The reference, times the weight. */
  readonly values: Float64Array;
  /** Its change with each of the free parameters, times the weight, one column after the other. */
  readonly columns: Float64Array;
}

function stepsOf({ size, voxel, free }: Grid, k: 0 | 1 | 2, spacing: number): number[] {
  const isFlat = k === 2 && !free.includes(2);
  const [skip, end] = [spacing / voxel[k], isFlat ? size[k] - 1 : size[k] - 1.5];
  const count = Math.floor(end / skip + 1e-12) + 1;
  return Array.from({ length: Math.max(1, count) }, (_, i) => i * skip + (isFlat ? 0 : JITTER));
}

/** Linear interpolation of a weight image, (z, y, x). */
function weightAt(image: NumericArray, { size }: Grid, at: readonly [number, number, number]): number {
  const [nx, ny] = size;
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    let part = 1;
    const index = [0, 1, 2].map((k) => {
      const low = Math.min(Math.floor(at[k] ?? 0), Math.max(0, (size[k] ?? 1) - 2));
      const share = (at[k] ?? 0) - low;
      const isHigh = ((corner >> k) & 1) === 1;
      part *= isHigh ? share : 1 - share;
      return low + (isHigh ? 1 : 0);
    });
    if (part > 0) sum += part * (image[((index[2] ?? 0) * ny + (index[1] ?? 0)) * nx + (index[0] ?? 0)] ?? 0);
  }
  return sum;
}

/** One point in `spacing` mm along each axis, x fastest; those without weight left out. */
export function makeSpmPoints(grid: Grid, spacing: number, weight: NumericArray | null): SpmPoints {
  const kept: number[] = [];
  const weights: number[] = [];
  const [alongX, alongY, alongZ] = [stepsOf(grid, 0, spacing), stepsOf(grid, 1, spacing), stepsOf(grid, 2, spacing)];
  for (const z of alongZ) {
    for (const y of alongY) {
      for (const x of alongX) {
        const value = weight ? weightAt(weight, grid, [x, y, z]) : 1;
        if (!(value > LEAST_WEIGHT)) continue;
        kept.push(x, y, z);
        if (weight) weights.push(value);
      }
    }
  }
  const count = kept.length / 3;
  const places = new Float64Array(3 * count);
  for (let n = 0; n < count; n++) for (let k = 0; k < 3; k++) places[k * count + n] = kept[3 * n + k] ?? 0;
  return { places, weights: Float64Array.from(weights) };
}

/** Image and gradient at the points. */
export function knowledgeAt({ places }: SpmPoints, image: SpmCoefficients): Known {
  const count = places.length / 3;
  const known = new Float64Array(4 * count);
  eachPoint(places, IDENTITY, (n, x, y, z) => {
    gradientAt(image, x, y, z);
    for (let i = 0; i < 4; i++) known[i * count + n] = sampled[i] ?? 0;
  });
  return known;
}

/** Where a small step of parameter `p` takes voxels. */
function nudged({ voxelToWorld }: Grid, p: number): Matrix {
  const six = new Float64Array(6);
  six[p] = STEP;
  return multiply(invert(voxelToWorld), multiply(invert(fromParameters(six)), voxelToWorld));
}

/** A template of what is known at the points: the columns are changes with the parameters, by forward differences. */
export function makeSpmTemplate(grid: Grid, points: SpmPoints, known: Known): SpmTemplate {
  const { places, weights } = points;
  const count = places.length / 3;
  const weightOf = (n: number) => (weights.length > 0 ? (weights[n] ?? 0) : 1);
  const values = known.slice(0, count).map((value, n) => value * weightOf(n));
  const columns = new Float64Array(grid.free.length * count);
  for (const [j, p] of grid.free.entries()) {
    eachPoint(places, nudged(grid, p), (n, x, y, z) => {
      const change =
        (x - (places[n] ?? 0)) * (known[count + n] ?? 0) +
        (y - (places[count + n] ?? 0)) * (known[2 * count + n] ?? 0) +
        (z - (places[2 * count + n] ?? 0)) * (known[3 * count + n] ?? 0);
      columns[j * count + n] = (-change / STEP) * weightOf(n);
    });
  }
  return { points, values, columns };
}
