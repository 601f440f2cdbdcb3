import type { Team } from '../../../core/operator.js';
import type { Grid } from '../grid.js';
import type { Matrix } from '../rigid.js';
import type { Scale } from '../scale.js';
import { findStart, type Search } from '../start/coarse.js';
import { covarianceOf } from './covariance.js';
import { type Bench, descend, look, type Stage } from './descend.js';
import type { Steps, Workspace } from './steps.js';

/** What can be wrong with the estimate of a frame; added up. */
export const FLAGS = {
  /** Less than half of the template's weight is in view. */
  overlap: 1,
  /** Still moving after the last iteration. */
  unconverged: 2,
  /** Correlation with the reference below `POOR`, and smoothed below `POOR_SMOOTHED`: another contrast, or motion while it was taken. */
  mismatch: 4,
  /** A coarse start was needed; not a fault by itself. */
  coarse: 8,
  /** Nothing to compare: an empty frame, or one without contrast. The motion is then none. */
  empty: 16,
} as const;

const ENOUGH_VIEW = 0.5;
const POOR = 0.95;

/** The same on the frame of the coarse search, which is asked when noise may be to blame. */
const POOR_SMOOTHED = 0.97;

export interface Estimation {
  readonly grid: Grid;
  readonly scale: Scale;
  readonly fine: Stage;
  /** The same smoothness with fewer points, to come close. */
  readonly quick: Stage;
  /** Null: every frame starts where it is told. */
  readonly search: Search | null;
  /** Stop when an update moves less, in the unit of the grid. */
  readonly tolerance: number;
  /** Variance of a smoothed sample for independent noise of unit variance in the voxels. */
  readonly gain: number;
  /** How much the noise at each point of `quick` moves the estimate. */
  readonly strength: Float32Array;
  readonly iterations: number;
}

/** The motion of one frame. */
export interface Estimate {
  /** Takes a point of the reference to where it is in the frame, in local mm. */
  readonly motion: Matrix;
  /** 6 x 6 covariance of a further small step; null when it cannot be known. */
  readonly covariance: Float64Array | null;
  readonly flags: number;
  readonly iterations: number;
  readonly correlation: number;
}

/** A frame that tells nothing stays where it was thought to be, and no errors could be known. */
function without(start: Matrix, flags: number, iterations: number): Estimate {
  return { motion: start, covariance: null, flags, iterations, correlation: 0 };
}

/**
 * Motion of the frame that starts at element `at` of the tile. Every frame is estimated from the same start, never from its
 * neighbour, so that the result does not depend on who does which.
 *
 * @param start motion to begin with; far from it a search may find another
 */
export function estimate(
  job: Estimation,
  at: number,
  start: Matrix,
  steps: Steps,
  space: Workspace,
  team: Team,
): Estimate {
  const { grid, scale, search, quick, fine } = job;
  const bench: Bench = { grid, scale, steps, space, team };
  steps.smooth(at, fine.filters);
  const first = look(bench, quick, start);
  if (first.inView > ENOUGH_VIEW && !first.hasContrast) return without(start, FLAGS.empty, 0);
  let from = start;
  let flags = 0;
  if (search && first.correlation < search.trust) {
    const found = findStart(bench, quick, search, at);
    if (found.correlation > first.correlation) {
      from = found.motion;
      flags += FLAGS.coarse;
    }
  }
  const near = descend(bench, quick, from, scale.close, job.iterations);
  const found = descend(bench, fine, near.motion, job.tolerance, job.iterations);
  if (found.isSingular || !found.motion.every(Number.isFinite)) {
    const flag = found.inView < ENOUGH_VIEW ? FLAGS.overlap : FLAGS.empty;
    return without(start, flags + flag, found.iterations);
  }
  const { motion, iterations } = found;
  const covariance = covarianceOf(bench, job, found);
  if (found.inView < ENOUGH_VIEW) flags += FLAGS.overlap;
  if (!found.hasConverged) flags += FLAGS.unconverged;
  if (found.correlation < POOR && (!search || smoother(bench, search, at, motion) < POOR_SMOOTHED))
    flags += FLAGS.mismatch;
  return { motion, flags, iterations, correlation: found.correlation, covariance };
}

/** Correlation on a smoother frame: noise of voxels lowers it less than a wrong motion does. */
function smoother(bench: Bench, { stage }: Search, at: number, motion: Matrix): number {
  bench.steps.smooth(at, stage.filters);
  return look(bench, stage, motion).correlation;
}
