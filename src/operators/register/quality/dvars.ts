import type { NumericArray } from '../../../core/dtype.js';
import { framePixels, type Stack } from '../../../core/stack.js';

/** Frames read at a time: a few MiB. */
const RUN_BYTES = 4 * 2 ** 20;

/** The median over the brain that intensities are scaled to. */
export const SCALED = 1000;

/** Calls `visit` with every realigned frame, in order, a few in memory at a time. */
export function eachRealigned(
  stack: Stack,
  frames: number,
  read: (first: number, count: number) => NumericArray,
  visit: (frame: number, voxels: NumericArray) => void,
): void {
  const pixels = framePixels(stack);
  const run = Math.max(1, Math.floor(RUN_BYTES / (8 * pixels)));
  for (let first = 0; first < frames; first += run) {
    const count = Math.min(run, frames - first);
    const data = read(first, count);
    for (let k = 0; k < count; k++) visit(first + k, data.subarray(k * pixels, (k + 1) * pixels));
  }
}

/**
 * The root mean square over voxels of the change from the frame before (Power 2012, doi 10.1016/j.neuroimage.2011.10.018),
 * frame by frame.
 */
export class ChangeMeter {
  readonly #voxels: Uint32Array;
  readonly #before: Float64Array;
  #isFirst = true;

  /** @param voxels what counts */
  constructor(voxels: Uint32Array) {
    this.#voxels = voxels;
    this.#before = new Float64Array(voxels.length);
  }

  /** In the unit of the frame; NaN for the first frame, which has none before it. */
  next(frame: NumericArray): number {
    const [voxels, before] = [this.#voxels, this.#before];
    let sum = 0;
    for (let n = 0; n < voxels.length; n++) {
      const value = frame[voxels[n] ?? 0] ?? 0;
      const change = value - (before[n] ?? 0);
      sum += change * change;
      before[n] = value;
    }
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return isFirst ? Number.NaN : Math.sqrt(sum / voxels.length);
  }
}

/** The value below which this part of sorted values lies, between neighbours in proportion (NumPy's `quantile`). */
function quantile(sorted: Float64Array, part: number): number {
  const at = part * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return low + (high - low) * (at - Math.floor(at));
}

/**
 * The change between neighbouring frames that noise alone would make, averaged over voxels: sqrt(2 (1 - r)) sd, r the
 * correlation of a frame with the next, sd the interquartile range over 1.349, which single bad frames do not widen (Nichols
 * 2017, arXiv 1704.01469). Divides the change to give standardised DVARS, near 1 where nothing happens.
 *
 * @param series one row of `frames` values for each voxel
 */
export function expectedChange(series: Float32Array, frames: number): number {
  const rows = series.length / frames;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const values = Float64Array.from(series.subarray(row * frames, (row + 1) * frames));
    const mean = values.reduce((sum, value) => sum + value, 0) / frames;
    let [variance, covariance] = [0, 0];
    for (let t = 0; t < frames; t++) {
      const here = (values[t] ?? 0) - mean;
      variance += here * here;
      if (t > 0) covariance += here * ((values[t - 1] ?? 0) - mean);
    }
    const r = variance > 0 ? covariance / variance : 0;
    values.sort();
    const spread = (quantile(values, 0.75) - quantile(values, 0.25)) / 1.349;
    total += Math.sqrt(2 * (1 - r)) * spread;
  }
  return total / rows;
}
