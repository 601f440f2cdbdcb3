import type { NumericArray } from '../../../core/dtype.js';
import type { Grid } from '../grid.js';

/** How far a point lies within its cell, in voxels: the mean of SPM's random 0 to 0.5. */
const JITTER = 0.25;

/** Points of less weight are left out. */
const LEAST_WEIGHT = 0.01;

/** The points at which frames are compared. */
export interface SpmPoints {
  /** x, then y, then z, in voxels. */
  readonly places: Float64Array;
  /** One a point; of length 0 when all count alike. */
  readonly weights: Float64Array;
}

/** z of one or two slices: every slice, nowhere between. */
const isWhole = ({ isFlat }: Grid, k: number) => isFlat && k === 2;

function stepCountOf(grid: Grid, k: 0 | 1 | 2, spacing: number): number {
  const end = grid.size[k] - (isWhole(grid, k) ? 1 : 1.5);
  return Math.floor((end * grid.voxel[k]) / spacing + 1e-12) + 1;
}

function stepsOf(grid: Grid, k: 0 | 1 | 2, spacing: number): number[] {
  const skip = spacing / grid.voxel[k];
  return Array.from({ length: stepCountOf(grid, k, spacing) }, (_, i) => i * skip + (isWhole(grid, k) ? 0 : JITTER));
}

/** How many points there are without a weight image. */
export function spmCells(grid: Grid, spacing: number): number {
  return ([0, 1, 2] as const).reduce<number>((all, k) => all * stepCountOf(grid, k, spacing), 1);
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
        if (!(value > LEAST_WEIGHT && Number.isFinite(value))) continue;
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
