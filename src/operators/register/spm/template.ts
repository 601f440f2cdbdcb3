import type { Grid } from '../grid.js';
import { fromParameters, IDENTITY, invert, type Matrix, multiply } from '../rigid.js';
import type { SpmCoefficients } from './coefficients.js';
import type { SpmPoints } from './points.js';
import { eachPoint, gradientAt, sampled } from './sample.js';

/** The step of differences for slopes. */
const STEP = 1e-6;

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
