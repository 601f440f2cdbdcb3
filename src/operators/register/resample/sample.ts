import { type Coefficients, PAD } from '../volume.js';
import { cellOf, tapsBefore, weightsAt } from './weights.js';

const weights = new Float64Array(18);

/**
 * The value at a position in view, in voxels, from `taps` coefficients along each axis. A single slice is a plane without
 * depth.
 */
export function sampleWith(
  { data, row, plane, size: [nx, ny, nz] }: Coefficients,
  taps: number,
  x: number,
  y: number,
  z: number,
): number {
  const [i, j, k] = [cellOf(x, nx, taps), cellOf(y, ny, taps), nz === 1 ? 0 : cellOf(z, nz, taps)];
  const before = PAD - tapsBefore(taps);
  const depth = nz === 1 ? 1 : taps;
  weightsAt(taps, x - i, weights, 0);
  weightsAt(taps, y - j, weights, 6);
  if (nz === 1) weights[12] = 1;
  else weightsAt(taps, z - k, weights, 12);
  const first = (nz === 1 ? PAD : k + before) * plane + (j + before) * row + i + before;
  let sum = 0;
  for (let c = 0; c < depth; c++) {
    let sheet = 0;
    for (let b = 0; b < taps; b++) {
      const at = first + c * plane + b * row;
      let line = 0;
      for (let a = 0; a < taps; a++) line += (weights[a] ?? 0) * (data[at + a] ?? 0);
      sheet += line * (weights[6 + b] ?? 0);
    }
    sum += sheet * (weights[12 + c] ?? 0);
  }
  return sum;
}
