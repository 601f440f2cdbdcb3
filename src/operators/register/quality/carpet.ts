import type { NumericArray } from '../../../core/dtype.js';
import { frameCount, framePixels, type Stack } from '../../../core/stack.js';

/** Voxels whose course is kept, at most: more than a picture has rows for. */
const MOST_ROWS = 400;
/** Numbers kept, at most, so that long series need no more memory. */
const MOST_VALUES = 2 ** 20;
const LEAST_ROWS = 32;

/** Voxels whose course over all frames is kept, of any stack. */
export function carpetRows(stack: Stack): number {
  const room = Math.max(LEAST_ROWS, Math.floor(MOST_VALUES / Math.max(1, frameCount(stack))));
  return Math.min(MOST_ROWS, room, framePixels(stack));
}

/** Voxels evenly spread over a list, in its order; all of them when they are no more than `rows`. */
export function spread(voxels: Uint32Array, rows: number): Uint32Array {
  const count = Math.min(rows, voxels.length);
  return Uint32Array.from({ length: count }, (_, n) => voxels[Math.floor(((n + 0.5) * voxels.length) / count)] ?? 0);
}

/** Keeps the values of these voxels of one frame: column `frame` of `carpet`, rows by voxel. */
export function keepColumn(
  carpet: NumericArray,
  voxels: Uint32Array,
  frame: number,
  frames: number,
  values: NumericArray,
): void {
  for (let row = 0; row < voxels.length; row++) carpet[row * frames + frame] = values[voxels[row] ?? 0] ?? 0;
}

/**
 * Every row in percent of its mean, without its mean and linear trend (Power 2017, doi 10.1016/j.neuroimage.2016.08.009).
 * Rows of a mean of 0 become 0.
 *
 * @param series one row of `frames` values for each voxel
 */
export function detrended(series: Float32Array, frames: number): Float32Array {
  const percent = new Float32Array(series.length);
  const middle = (frames - 1) / 2;
  const leverage = (frames * (frames * frames - 1)) / 12;
  for (let start = 0; start < series.length; start += frames) {
    let [sum, moment] = [0, 0];
    for (let t = 0; t < frames; t++) {
      const value = series[start + t] ?? 0;
      sum += value;
      moment += value * (t - middle);
    }
    const mean = sum / frames;
    const slope = leverage > 0 ? moment / leverage : 0;
    if (mean === 0) continue;
    for (let t = 0; t < frames; t++)
      percent[start + t] = (100 * ((series[start + t] ?? 0) - mean - slope * (t - middle))) / mean;
  }
  return percent;
}
