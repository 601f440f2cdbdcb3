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
  const seen: number[] = [];
  let sum = 0;
  for (let i = 0; i < mean.length; i++) {
    if (covered[i] !== frames) continue;
    seen.push(i);
    sum += mean[i] ?? 0;
  }
  const floor = sum / seen.length / FLOOR;
  let [bright, count] = [0, 0];
  for (const i of seen) {
    const value = mean[i] ?? 0;
    if (value <= floor) continue;
    bright += value;
    count++;
  }
  const threshold = (SHARE * bright) / count;
  const inside = threshold > 0 ? seen.filter((i) => (mean[i] ?? 0) > threshold) : seen;
  return Uint32Array.from(inside);
}

/** The median of these voxels of an image; NaN of none. */
export function medianOf(image: NumericArray, voxels: Uint32Array): number {
  const sorted = Float64Array.from(voxels, (i) => image[i] ?? 0).sort();
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
