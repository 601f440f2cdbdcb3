import type { Team } from '../../core/operator.js';
import { blocksOf, COLUMNS, CONSTANT, INTENSITY, type Level, PAIRS, pairOf, SUMS } from './columns.js';
import { asVoxelMap, type Grid, type Triple } from './grid.js';
import { addBlocks } from './normal-equations.js';
import { displacement, fromStep, IDENTITY, type Matrix, multiply } from './rigid.js';
import type { Filters } from './smooth.js';
import { invertSymmetric } from './solve.js';
import type { Steps, Workspace } from './steps.js';
import { correlation } from './template.js';

/** What can be wrong with the estimate of a frame; added up. */
export const FLAGS = {
  /** Less than half of the template's weight is in view. */
  overlap: 1,
  /** Still moving after the last iteration. */
  unconverged: 2,
  /** Correlation with the reference below `POOR`: another contrast, or much of it out of view. */
  mismatch: 4,
  /** A coarse start was needed; not a fault by itself. */
  coarse: 8,
  /** Nothing to compare: an empty frame, or one without contrast. The motion is then none. */
  empty: 16,
} as const;

/** Within this sphere about the centre, in mm, an update's displacement is measured. */
const SPHERE = 80;
const CENTRE: Triple = [0, 0, 0];
const ENOUGH_VIEW = 0.5;
const POOR = 0.95;

/** A stage that only has to come near ends when an update moves less, in mm. */
const CLOSE = 0.1;

/** Turns, in degrees, about each axis from which a coarse fit starts. */
const TURNS = [-60, -30, 30, 60];
const COARSE_TRIES = 4;
const COARSE_ROUNDS = 24;

/** A smoothness with its template. */
export interface Stage {
  readonly level: Level;
  readonly filters: Filters;
}

export interface Estimation {
  readonly grid: Grid;
  readonly fine: Stage;
  /** The same smoothness with fewer points, to come close. */
  readonly quick: Stage;
  readonly coarse: Stage | null;
  /** Stop when an update moves less, in mm. */
  readonly tolerance: number;
  /** Variance of a smoothed sample for independent noise of unit variance in the voxels. */
  readonly gain: number;
  readonly iterations: number;
  /** Correlation below which the coarse stage is asked. */
  readonly trust: number;
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

interface Look {
  /** Sums over the points in view of pairs of columns. */
  readonly pairs: Float64Array;
  readonly correlation: number;
  readonly inView: number;
}

interface Fit extends Look {
  readonly motion: Matrix;
  readonly hasConverged: boolean;
  readonly iterations: number;
  readonly isSingular: boolean;
}

/** All sums with the points where `motion` takes them; the same in every member of a team, to the last bit. */
function look(
  { grid }: Estimation,
  { level }: Stage,
  motion: Matrix,
  steps: Steps,
  space: Workspace,
  team: Team,
): Look {
  const map = asVoxelMap(grid, motion);
  const blocks = blocksOf(level);
  const sums = space.sums.subarray(0, blocks * SUMS.length);
  if (team.size > 1) sums.fill(0);
  for (let block = team.rank; block < blocks; block += team.size) steps.sumBlock(level, block, map);
  team.sum(sums);
  addBlocks(sums, blocks, space.total);
  const pairs = new Float64Array(PAIRS);
  for (let i = 0; i < PAIRS; i++) pairs[i] = (level.pairs[i] ?? 0) - (space.total[SUMS.pairs + i] ?? 0);
  const whole = level.pairs[pairOf(CONSTANT, CONSTANT)] ?? 0;
  const inView = whole > 0 ? (pairs[pairOf(CONSTANT, CONSTANT)] ?? 0) / whole : 0;
  return { pairs, correlation: correlation(pairs, space.total), inView };
}

function chosen(pairs: Float64Array, columns: readonly number[]): Float64Array {
  return Float64Array.from({ length: columns.length ** 2 }, (_, i) => {
    const [j = 0, k = 0] = [columns[Math.floor(i / columns.length)], columns[i % columns.length]];
    return pairs[pairOf(j, k)] ?? 0;
  });
}

/** Coefficients of the columns that explain the frame best; null when some cannot be told. */
function solve(columns: readonly number[], pairs: Float64Array, sums: Float64Array) {
  const inverse = invertSymmetric(chosen(pairs, columns), columns.length);
  if (!inverse) return null;
  const n = columns.length;
  const weights = columns.map((_, j) =>
    columns.reduce((sum, c, k) => sum + (inverse[j * n + k] ?? 0) * (sums[c] ?? 0), 0),
  );
  return { inverse, weights };
}

const columnsOf = ({ free }: Grid) => [...free, INTENSITY];

/** Gauss-Newton on the template's own gradients, from `start`. */
function descend(
  job: Estimation,
  stage: Stage,
  start: Matrix,
  near: number,
  rounds: number,
  steps: Steps,
  space: Workspace,
  team: Team,
): Fit {
  const columns = columnsOf(job.grid);
  let motion = start;
  for (let round = 1; ; round++) {
    const seen = look(job, stage, motion, steps, space, team);
    const solved = seen.inView > 0.05 ? solve(columns, seen.pairs, space.total) : null;
    const intensity = solved?.weights[columns.length - 1] ?? 0;
    if (!solved || !(intensity > 0)) {
      return { ...seen, motion, hasConverged: false, iterations: round, isSingular: true };
    }
    const step = new Float64Array(6);
    for (const [i, column] of job.grid.free.entries()) step[column] = -(solved.weights[i] ?? 0) / intensity;
    const update = fromStep(step);
    motion = multiply(motion, update);
    const moved = displacement(update, IDENTITY, SPHERE, CENTRE);
    if (moved < near || round >= rounds) {
      return { ...seen, motion, hasConverged: moved < near, iterations: round, isSingular: false };
    }
  }
}

/** The most likely of many coarse starts. */
function coarseStart(job: Estimation, stage: Stage, at: number, steps: Steps, space: Workspace, team: Team): Matrix {
  steps.smooth(at, stage.filters);
  const starts = [IDENTITY];
  for (const axis of job.grid.free.filter((column) => column > 2)) {
    for (const turn of TURNS) {
      const step = new Float64Array(6);
      step[axis] = (turn * Math.PI) / 180;
      starts.push(fromStep(step));
    }
  }
  const tried = starts.map((start) => descend(job, stage, start, CLOSE, COARSE_TRIES, steps, space, team));
  const merit = ({ correlation: value, inView, isSingular }: Fit) =>
    isSingular ? -1 : value * Math.min(1, 2 * inView);
  const [best] = [...tried].sort((a, b) => merit(b) - merit(a));
  if (!best || best.isSingular) return IDENTITY;
  return descend(job, stage, best.motion, CLOSE, COARSE_ROUNDS, steps, space, team).motion;
}

/**
 * Motion of the frame that starts at element `at` of the tile. Every frame is estimated from the same start, never from its
 * neighbour, so that the result does not depend on who does which.
 */
export function estimate(
  job: Estimation,
  at: number,
  start: Matrix,
  steps: Steps,
  space: Workspace,
  team: Team,
): Estimate {
  steps.smooth(at, job.fine.filters);
  const first = look(job, job.quick, start, steps, space, team);
  let from = start;
  let flags = 0;
  if (job.coarse && first.correlation < job.trust && first.correlation !== 0) {
    const found = coarseStart(job, job.coarse, at, steps, space, team);
    steps.smooth(at, job.fine.filters);
    if (look(job, job.quick, found, steps, space, team).correlation > first.correlation) {
      from = found;
      flags += FLAGS.coarse;
    }
  }
  const near = descend(job, job.quick, from, CLOSE, job.iterations, steps, space, team);
  const found = descend(job, job.fine, near.motion, job.tolerance, job.iterations, steps, space, team);
  if (found.isSingular || !found.motion.every(Number.isFinite)) {
    const flag = found.inView < ENOUGH_VIEW ? FLAGS.overlap : FLAGS.empty;
    return { motion: IDENTITY, covariance: null, flags: flags + flag, iterations: found.iterations, correlation: 0 };
  }
  if (found.inView < ENOUGH_VIEW) flags += FLAGS.overlap;
  if (!found.hasConverged) flags += FLAGS.unconverged;
  if (found.correlation < POOR) flags += FLAGS.mismatch;
  const { motion, iterations } = found;
  return { motion, flags, iterations, correlation: found.correlation, covariance: covarianceOf(job, found, space) };
}

/**
 * Covariance of the six steps: H^-1 N H^-1 s^2 / a^2, with H the normal matrix, N the covariance of the columns' sums for
 * independent noise of the voxels, which smoothing and sampling correlate, s^2 the variance of that noise by the residual, and
 * a the intensity.
 */
function covarianceOf(
  { grid, gain, fine: { level } }: Estimation,
  { pairs }: Fit,
  { total }: Workspace,
): Float64Array | null {
  const columns = columnsOf(grid);
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
  const residual = Math.max(0, (total[COLUMNS] ?? 0) - explained);
  const free = gain * (pairs[pairOf(CONSTANT, CONSTANT)] ?? 0) - fitted;
  const variance = residual / Math.max(free, Number.MIN_VALUE) / (weights[n - 1] ?? 1) ** 2;
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
