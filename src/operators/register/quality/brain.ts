import type { NumericArray } from '../../../core/dtype.js';

/** Part of the global mean above which a voxel counts, as SPM masks implicitly. */
const SHARE = 0.8;
/** Below the mean over this nothing enters the global mean (SPM's `spm_global`). */
const FLOOR = 8;

/**
 * The voxels that quality is measured in, ascending: those seen in every frame whose mean is above 0.8 of the global mean, the
 * average of all that is above an eighth of the mean (the implicit mask of SPM, with its global). Where this leaves nothing,
 * as in images about zero, all that every frame sees.
 *
 * @param mean of the realigned frames
 * @param covered frames that show each voxel
 */
export function brainVoxels(mean: NumericArray, covered: NumericArray, frames: number): Uint32Array {
  const seen = new Uint32Array(mean.length);
  let [count, sum] = [0, 0];
  for (let i = 0; i < mean.length; i++) {
    if (covered[i] !== frames) continue;
    seen[count++] = i;
    sum += mean[i] ?? 0;
  }
  const floor = sum / count / FLOOR;
  let [bright, above] = [0, 0];
  for (let n = 0; n < count; n++) {
    const value = mean[seen[n] ?? 0] ?? 0;
    if (value <= floor) continue;
    bright += value;
    above++;
  }
  const threshold = (SHARE * bright) / above;
  if (!(threshold > 0)) return seen.slice(0, count);
  let inside = 0;
  for (let n = 0; n < count; n++) {
    const voxel = seen[n] ?? 0;
    if ((mean[voxel] ?? 0) > threshold) seen[inside++] = voxel;
  }
  return seen.slice(0, inside);
}

/** The `k`-th smallest value, from 0; moves values about (Hoare's selection). */
function select(values: Float64Array, k: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1] ?? 0;
    let [i, j] = [low, high];
    while (i <= j) {
      while ((values[i] ?? 0) < pivot) i++;
      while ((values[j] ?? 0) > pivot) j--;
      if (i > j) break;
      const swapped = values[i] ?? 0;
      values[i++] = values[j] ?? 0;
      values[j--] = swapped;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return values[k] ?? Number.NaN;
}

/** The median of these voxels of an image, the mean of the middle two of an even number; NaN of none. */
export function medianOf(image: NumericArray, voxels: Uint32Array): number {
  const values = new Float64Array(voxels.length);
  for (let n = 0; n < voxels.length; n++) values[n] = image[voxels[n] ?? 0] ?? 0;
  const half = values.length >> 1;
  const upper = select(values, half);
  return values.length % 2 === 1 ? upper : (upper + select(values, half - 1)) / 2;
}
