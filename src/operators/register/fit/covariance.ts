import { CONSTANT, INTENSITY, pairOf } from './columns.js';
import { type Bench, chosen, columnsOf, type Fit, solve } from './descend.js';
import type { Estimation } from './estimate.js';
import { meanSquare } from './residual.js';

/**
 * Covariance of the six steps: H^-1 N H^-1 s^2 / a^2, with H the normal matrix, N the covariance of the columns' sums for
 * independent noise of the voxels, which smoothing and sampling correlate, s^2 the variance of that noise by the residual where
 * noise matters, and a the intensity. The residual holds the noise of the reference too, which moves the estimate as much.
 *
 * @param fit of the last look, whose sums are in the workspace
 * @returns 6 x 6, zero where a parameter is not free; null when the errors cannot be told
 */
export function covarianceOf(
  bench: Bench,
  { fine: { level }, quick, strength, gain }: Estimation,
  { pairs, motion }: Fit,
): Float64Array | null {
  const { grid, space } = bench;
  const columns = columnsOf(grid, level);
  const n = columns.length;
  const solved = solve(columns, pairs, space.total);
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
  const still = columns.flatMap((column, j) => (column < INTENSITY ? [] : [[column, weights[j] ?? 0] as const]));
  const square = meanSquare(bench, quick.level, strength, motion, still);
  // Fitting has taken the rest of the noise out of the residual.
  const free = 1 - fitted / (gain * (pairs[pairOf(CONSTANT, CONSTANT)] ?? 0));
  if (!(free > 0 && Number.isFinite(square))) return null;
  const variance = square / (gain * free) / (weights[grid.free.length] ?? 1) ** 2;
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
