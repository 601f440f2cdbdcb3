import { CONSTANT, type Level, pairOf, sumsOf } from './columns.js';
import { chosen, columnsOf, solve } from './descend.js';
import type { Grid } from './grid.js';

/**
 * Covariance of the six steps: H^-1 N H^-1 s^2 / a^2, with H the normal matrix, N the covariance of the columns' sums for
 * independent noise of the voxels, which smoothing and sampling correlate, s^2 the variance of that noise by the residual, and
 * a the intensity.
 *
 * @param gain variance of a smoothed sample for independent noise of unit variance in the voxels
 * @param pairs of the points in view
 * @param total sums of the frame
 * @returns 6 x 6, zero where a parameter is not free; null when the normal matrix is singular
 */
export function covarianceOf(
  grid: Grid,
  gain: number,
  level: Level,
  pairs: Float64Array,
  total: Float64Array,
): Float64Array | null {
  const columns = columnsOf(grid, level);
  const n = columns.length;
  const solved = solve(columns, pairs, total);
  if (!solved) return null;
  const { inverse, weights } = solved;
  const spread = chosen(level.noise, columns);
  const half = new Float64Array(n * n);
  let fitted = 0;
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < n; k++) {
      for (let i = 0; i < n; i++)
        half[j * n + k] = (half[j * n + k] ?? 0) + (inverse[j * n + i] ?? 0) * (spread[i * n + k] ?? 0);
    }
    fitted += half[j * n + j] ?? 0;
  }
  const explained = columns.reduce((sum, c, j) => sum + (weights[j] ?? 0) * (total[c] ?? 0), 0);
  const residual = Math.max(0, (total[sumsOf(level.width).frame] ?? 0) - explained);
  const free = gain * (pairs[pairOf(CONSTANT, CONSTANT)] ?? 0) - fitted;
  const variance = residual / Math.max(free, Number.MIN_VALUE) / (weights[grid.free.length] ?? 1) ** 2;
  const covariance = new Float64Array(36);
  for (const [j, row] of grid.free.entries()) {
    for (const [k, column] of grid.free.entries()) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (half[j * n + i] ?? 0) * (inverse[i * n + k] ?? 0);
      covariance[6 * row + column] = variance * sum;
    }
  }
  return covariance;
}
