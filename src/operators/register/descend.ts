import type { Team } from '../../core/operator.js';
import { varies } from './checks.js';
import { blocksOf, CONSTANT, INTENSITY, type Level, pairCount, pairOf, sumsOf } from './columns.js';
import { asVoxelMap, type Grid } from './grid.js';
import { Mixer } from './mixer.js';
import { addBlocks } from './normal-equations.js';
import { displacement, fromStep, IDENTITY, type Matrix, multiply } from './rigid.js';
import type { Scale } from './scale.js';
import type { Filters } from './smooth.js';
import { invertSymmetric } from './solve.js';
import type { Steps, Workspace } from './steps.js';
import { correlation } from './template.js';

/** A smoothness with its template. */
export interface Stage {
  readonly level: Level;
  readonly filters: Filters;
}

/** What every member of a team needs to compare a frame with a template. */
export interface Bench {
  readonly grid: Grid;
  readonly scale: Scale;
  readonly steps: Steps;
  readonly space: Workspace;
  readonly team: Team;
}

/** What a frame and a template have in common at one motion. */
export interface Look {
  /** Sums over the points in view of pairs of columns. */
  readonly pairs: Float64Array;
  readonly correlation: number;
  /** Part of the template's weight, 0 to 1. */
  readonly inView: number;
  /** Whether the frame varies by more than rounding where it is in view. */
  readonly hasContrast: boolean;
}

/** Where a descent ended. */
export interface Fit extends Look {
  readonly motion: Matrix;
  readonly hasConverged: boolean;
  readonly iterations: number;
  readonly isSingular: boolean;
}

/** Below this part of the template nothing can be solved for. */
const LEAST_VIEW = 0.05;

/** The largest turn of an update, radians, and the largest shift as part of the sphere: beyond, slopes say nothing. */
const FARTHEST = 0.5;

/** All sums with the points where `motion` takes them; the same in every member of a team, to the last bit. */
export function look({ grid, steps, space, team }: Bench, { level }: Stage, motion: Matrix): Look {
  const map = asVoxelMap(grid, motion);
  const blocks = blocksOf(level);
  const place = sumsOf(level.width);
  const sums = space.sums.subarray(0, blocks * place.length);
  if (team.size > 1) sums.fill(0);
  for (let block = team.rank; block < blocks; block += team.size) steps.sumBlock(level, block, map);
  team.sum(sums);
  addBlocks(sums, blocks, place.length, space.total);
  const pairs = new Float64Array(pairCount(level.width));
  for (let i = 0; i < pairs.length; i++) pairs[i] = (level.pairs[i] ?? 0) - (space.total[place.pairs + i] ?? 0);
  const whole = level.pairs[pairOf(CONSTANT, CONSTANT)] ?? 0;
  const weight = pairs[pairOf(CONSTANT, CONSTANT)] ?? 0;
  const [squares, sum] = [space.total[place.frame] ?? 0, space.total[CONSTANT] ?? 0];
  return {
    pairs,
    correlation: correlation(pairs, space.total, squares),
    inView: whole > 0 ? weight / whole : 0,
    hasContrast: varies(squares / weight, sum / weight),
  };
}

/** The square matrix of some of the columns. */
export function chosen(pairs: Float64Array, columns: readonly number[]): Float64Array {
  return Float64Array.from({ length: columns.length ** 2 }, (_, i) => {
    const [j = 0, k = 0] = [columns[Math.floor(i / columns.length)], columns[i % columns.length]];
    return pairs[pairOf(j, k)] ?? 0;
  });
}

/** Coefficients of the columns that explain the frame best; null when some cannot be told. */
export function solve(columns: readonly number[], pairs: Float64Array, sums: Float64Array) {
  const inverse = invertSymmetric(chosen(pairs, columns), columns.length);
  if (!inverse) return null;
  const n = columns.length;
  const weights = columns.map((_, j) =>
    columns.reduce((sum, c, k) => sum + (inverse[j * n + k] ?? 0) * (sums[c] ?? 0), 0),
  );
  return { inverse, weights };
}

/** Columns that are fitted: the free motions, the intensity, and its ramps along the axes of the frame. */
export function columnsOf({ free, isFlat }: Grid, { width }: Level): number[] {
  const ramps = isFlat ? [0, 1] : [0, 1, 2];
  return [...free, INTENSITY, ...ramps.map((axis) => CONSTANT + 1 + axis).filter((column) => column < width)];
}

/** A step no larger than slopes can be trusted for. */
function held(step: Float64Array, { sphere }: Scale): Float64Array {
  const [tx = 0, ty = 0, tz = 0, rx = 0, ry = 0, rz = 0] = step;
  const size = Math.max(Math.hypot(tx, ty, tz) / sphere, Math.hypot(rx, ry, rz));
  return size > FARTHEST ? step.map((value) => (value * FARTHEST) / size) : step;
}

/** Gauss-Newton on the template's own gradients, from `start`, until an update moves less than `near`. */
export function descend(bench: Bench, stage: Stage, start: Matrix, near: number, rounds: number): Fit {
  const { grid, scale, space } = bench;
  const columns = columnsOf(grid, stage.level);
  const mixer = new Mixer(scale.sphere);
  let motion = start;
  for (let round = 1; ; round++) {
    const seen = look(bench, stage, motion);
    const solved = seen.inView > LEAST_VIEW ? solve(columns, seen.pairs, space.total) : null;
    const intensity = solved?.weights[grid.free.length] ?? 0;
    if (!solved || !(intensity > 0)) {
      return { ...seen, motion, hasConverged: false, iterations: round, isSingular: true };
    }
    const wanted = new Float64Array(6);
    for (const [i, column] of grid.free.entries()) wanted[column] = -(solved.weights[i] ?? 0) / intensity;
    const step = mixer.next(held(wanted, scale), (mixed) => held(mixed, scale));
    const update = fromStep(step);
    motion = multiply(motion, update);
    const moved = displacement(update, IDENTITY, scale.sphere, [0, 0, 0]);
    if (moved < near || round >= rounds) {
      return { ...seen, motion, hasConverged: moved < near, iterations: round, isSingular: false };
    }
  }
}
