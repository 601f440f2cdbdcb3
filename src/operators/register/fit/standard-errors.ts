import { asWorldMap, type Grid } from '../grid.js';
import { fromStep, IDENTITY, invert, type Matrix, multiply, toParameters } from '../rigid.js';

/** A step small enough for differences to be slopes, and large enough for float64. */
const SMALL = 1e-5;

/**
 * Standard errors of the six parameters, from the covariance of a step of the motion in local mm.
 *
 * @param motion before that step
 * @param origin after it: the parameters are those of both
 * @returns NaN throughout when the covariance is not known
 */
export function standardErrors(
  grid: Grid,
  motion: Matrix,
  covariance: Float64Array | null,
  origin: Matrix = IDENTITY,
): number[] {
  if (!covariance) return new Array<number>(6).fill(Number.NaN);
  const parametersAfter = (column: number, size: number) => {
    const step = new Float64Array(6);
    step[column] = size;
    const stepped = multiply(multiply(motion, fromStep(step)), origin);
    return toParameters(invert(asWorldMap(grid, stepped)));
  };
  const slopes = [0, 1, 2, 3, 4, 5].map((column) => {
    const [above, below] = [parametersAfter(column, SMALL), parametersAfter(column, -SMALL)];
    return above.map((value, i) => (value - (below[i] ?? 0)) / (2 * SMALL));
  });
  return [0, 1, 2, 3, 4, 5].map((p) => {
    let variance = 0;
    for (let j = 0; j < 6; j++) {
      for (let k = 0; k < 6; k++)
        variance += (slopes[j]?.[p] ?? 0) * (covariance[6 * j + k] ?? 0) * (slopes[k]?.[p] ?? 0);
    }
    return Math.sqrt(Math.max(0, variance));
  });
}
