import type { Arrays } from '../../../core/operator.js';
import { frameCount, framePixels } from '../../../core/stack.js';
import { FLAGS } from '../fit/estimate.js';
import { type Grid, motionOf } from '../grid.js';
import type { Method, Motion } from '../method.js';
import { fromParameters, IDENTITY, invert, type Matrix, multiply, toParameters } from '../rigid.js';
import { Aligner, type Alignment } from './align.js';
import { tapsOf } from './choose.js';
import { asSpmCoefficients, type SpmCoefficients, spmLength, spmSmooth } from './coefficients.js';
import { asSpmPrepared, hasMean, prepareSpm, prepareSpmMean, type SpmPrepared, spmGrid } from './prepare.js';
import { eachPoint, gradientAt, isInside, MEAN_VIEW, sampled } from './sample.js';

/** A step small enough for differences to be slopes, and large enough for float64. */
const SMALL = 1e-5;

/** A frame that stays where it is. */
const AT_REST: Motion = { motion: IDENTITY, errors: new Array<number>(6).fill(Number.NaN), flags: 0 };

/** Standard errors of the parameters, by those of a further update; NaN where they are not known. */
function errorsOf({ free }: Grid, origin: Matrix, { correction, covariance }: Alignment): number[] {
  const n = free.length;
  const slopes = free.map((p) => {
    const after = (size: number) => {
      const six = new Float64Array(6);
      six[p] = size;
      return toParameters(multiply(origin, multiply(invert(fromParameters(six)), correction)));
    };
    const below = after(-SMALL);
    return after(SMALL).map((value, i) => (value - (below[i] ?? 0)) / (2 * SMALL));
  });
  return [0, 1, 2, 3, 4, 5].map((i) => {
    let variance = 0;
    for (let j = 0; j < n; j++)
      for (let k = 0; k < n; k++)
        variance += (slopes[j]?.[i] ?? 0) * (covariance[j * n + k] ?? 0) * (slopes[k]?.[i] ?? 0);
    return Math.sqrt(Math.max(0, variance));
  });
}

/** Adds a frame to what the second pass is compared with, where it was last sampled. */
function gather(
  frame: SpmCoefficients,
  { spmPlaces }: SpmPrepared,
  map: Matrix,
  scale: number,
  { spmCount, spmSums }: Arrays<string>,
): void {
  if (!spmCount || !spmSums) return;
  const count = spmCount.length;
  eachPoint(spmPlaces, map, (n, x, y, z) => {
    if (!isInside(frame.size, x, y, z, MEAN_VIEW)) return;
    gradientAt(frame, x, y, z);
    spmCount[n] = (spmCount[n] ?? 0) + 1;
    for (let i = 0; i < 4; i++) {
      const at = i * count + n;
      spmSums[at] = (spmSums[at] ?? 0) + scale * (sampled[i] ?? 0);
    }
  });
}

/** The algorithm of SPM12's realignment, in float64, with a sampling grid that is not random. */
export const spm: Method = {
  prepare: prepareSpm,
  again: prepareSpmMean,
  slots(_stack, values, prepared) {
    if (!hasMean(values)) return {};
    const count = asSpmPrepared(prepared).spmValues.length;
    const sums = { kind: 'whole', dtype: 'float64', merge: 'sum', private: true } as const;
    return { spmCount: { ...sums, shape: [count] }, spmSums: { ...sums, shape: [4, count] } };
  },
  workerBytes(stack, values, prepared) {
    const arrays = asSpmPrepared(prepared);
    return 8 * spmLength(spmGrid(stack, values, arrays).size) + 12 * arrays.spmValues.length + 512;
  },
  laterPreparedBytes(stack, values, prepared) {
    if (!hasMean(values)) return 0;
    const { spmPlaces, spmWeights, spmValues, spmColumns } = asSpmPrepared(prepared);
    const arrays = [spmPlaces, spmWeights, spmValues, spmColumns];
    return arrays.reduce((sum, one) => sum + one.byteLength, 16 * 8 * frameCount(stack) + 4096);
  },
  start({ stack, values, prepared, arena }) {
    const arrays = asSpmPrepared(prepared);
    const grid = spmGrid(stack, values, arrays);
    const frame = asSpmCoefficients(grid.size, arena.float64(spmLength(grid.size)));
    const template = {
      points: { places: arrays.spmPlaces, weights: arrays.spmWeights },
      values: arrays.spmValues,
      columns: arrays.spmColumns,
    };
    const count = arrays.spmValues.length;
    const inView = { points: arena.array('uint32', count) as Uint32Array, samples: arena.float64(count) };
    const aligner = new Aligner(grid, template, frame, inView);
    const taps = tapsOf(grid, values);
    const origin: Matrix = [...arrays.origin];
    const pixels = framePixels(stack);
    const startOf = (n: number): Matrix =>
      arrays.starts.length > 0 ? [...arrays.starts.subarray(16 * n, 16 * n + 16)] : IDENTITY;
    return {
      find(tile, k, _exports, out) {
        // Only what member 0 of a team leaves counts, and frames are quick.
        if (tile.team.rank !== 0) return AT_REST;
        const n = tile.first + k;
        if (n === arrays.still) {
          if (arrays.gathers) {
            spmSmooth(tile.data, k * pixels, taps, frame);
            gather(frame, arrays, IDENTITY, 1, out);
          }
          return { ...AT_REST, errors: [0, 0, 0, 0, 0, 0] };
        }
        spmSmooth(tile.data, k * pixels, taps, frame);
        const found = aligner.align(startOf(n));
        if (typeof found === 'string') return { ...AT_REST, flags: FLAGS[found] };
        if (arrays.gathers) gather(frame, arrays, found.lastMap, found.scale, out);
        return {
          motion: motionOf(grid, multiply(origin, found.correction)),
          errors: errorsOf(grid, origin, found),
          flags: found.hasConverged ? 0 : FLAGS.unconverged,
        };
      },
    };
  },
};
