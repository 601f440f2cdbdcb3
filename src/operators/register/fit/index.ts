import { preparedBytes } from '../../../core/operator.js';
import { frameCount } from '../../../core/stack.js';
import type { Method } from '../method.js';
import { asPrepared } from '../prepared.js';
import { IDENTITY, invert, type Matrix, multiply } from '../rigid.js';
import { estimate } from './estimate.js';
import { estimationOf } from './estimation.js';
import { isShort, kernelBytes, kernelSteps, makeKernelJob } from './kernel.js';
import { prepareMean, prepareRegister } from './setup.js';
import { standardErrors } from './standard-errors.js';
import { referenceSteps } from './steps.js';
import { makeWorkspace, workspaceBytes } from './workspace.js';

/** Covariance of frame 0 against itself. */
const CERTAIN = new Float64Array(36);

/**
 * Covariance of a frame's motion against frame 0 where both were compared with the mean of all: the sum of theirs. Every frame is itself a
 * part of the mean, which takes `1 / frames` out of its residual.
 */
function relative(own: Float64Array | null, ofOrigin: Float64Array, frames: number): Float64Array | null {
  if (own === null || ofOrigin.length === 0) return own;
  return own.map((value, i) => ((value + (ofOrigin[i] ?? 0)) * frames) / Math.max(1, frames - 1));
}

/** Gauss-Newton on the template's own gradients, in float32 with sums in float64. */
export const fit: Method = {
  prepare: prepareRegister,
  again: prepareMean,
  slots: () => ({}),
  workerBytes(stack, values, prepared) {
    const job = estimationOf(stack, values, asPrepared(prepared));
    return workspaceBytes(job) / values.keep + kernelBytes(job.grid.size) + 4096;
  },
  // Another reference may need more of its points to hold the same part of the information.
  laterPreparedBytes: (stack, values, prepared) =>
    values.reference === 'mean'
      ? (preparedBytes(prepared) + 16 * 8 * stack.stackShape.reduce((n, extent) => n * extent, 1)) / values.keep
      : 0,
  start({ stack, values, prepared, arena }) {
    const arrays = asPrepared(prepared);
    const job = estimationOf(stack, values, arrays);
    const space = makeWorkspace(
      job,
      (length) => arena.array('float32', length) as Float32Array,
      (length) => arena.float64(length),
      (length) => arena.array('uint32', length) as Uint32Array,
    );
    const fits = isShort(job.fine.filters) && (!job.search || isShort(job.search.stage.filters));
    const kernel = fits ? makeKernelJob(space.coefficients, arena) : null;
    const origin: Matrix = [...arrays.origin];
    const isMean = arrays.originCovariance.length > 0;
    const frames = frameCount(stack);
    const back = invert(origin);
    const pixels = stack.frameShape.reduce((n, extent) => n * extent, 1);
    const startOf = (frame: number): Matrix =>
      arrays.starts.length > 0 ? [...arrays.starts.subarray(16 * frame, 16 * frame + 16)] : IDENTITY;
    return {
      coefficients: space.coefficients,
      find(tile, k, exports) {
        const steps =
          exports && kernel ? kernelSteps(exports, tile.data, space, kernel) : referenceSteps(tile.data, space);
        const start = multiply(startOf(tile.first + k), back);
        const found = estimate(job, k * pixels, start, steps, space, tile.team);
        const motion = multiply(found.motion, origin);
        const covariance =
          tile.first + k === 0 && isMean ? CERTAIN : relative(found.covariance, arrays.originCovariance, frames);
        return { motion, flags: found.flags, errors: standardErrors(job.grid, found.motion, covariance, origin) };
      },
    };
  },
};
