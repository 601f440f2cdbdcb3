import type { Team } from '../../../core/operator.js';
import { varies } from '../checks.js';
import { asVoxelMap, type Grid } from '../grid.js';
import { displacement, fromStep, IDENTITY, type Matrix, multiply } from '../rigid.js';
import type { Scale } from '../scale.js';
import { blocksOf, CONSTANT, INTENSITY, type Level, pairCount, pairOf, sumsOf } from './columns.js';
import { Mixer } from './mixer.js';
import { addBlocks } from './normal-equations.js';
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

/** What a match may lose against the best so far: the least squares of fixed gradients end beside it. */
const SLACK = 0.02;

/** Updates that move less than so many times what is close are mixed. */
const MIXED = 10;

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

/** How well a frame matches: less where little of the template is in view, as little matches easily. */
export const merit = ({ correlation: value, inView }: Look) => value * Math.sqrt(inView);

/** Where the match was best, and the update that was wanted there. */
interface Best {
  readonly merit: number;
  readonly motion: Matrix;
  readonly wanted: Float64Array;
  /** Of that update, the part to try next. */
  part: number;
}

/**
 * Gauss-Newton on the template's own gradients, from `start`, until an update moves less than `near`. Updates that lose the match are
 * taken back, and a part of what was wanted is tried.
 */
export function descend(bench: Bench, stage: Stage, start: Matrix, near: number, rounds: number): Fit {
  const { grid, scale, space } = bench;
  const columns = columnsOf(grid, stage.level);
  const intensityAt = grid.free.length;
  let mixer = new Mixer(scale.sphere, MIXED * scale.close);
  let best: Best | null = null;
  let motion = start;
  const ended = (seen: Look, at: Matrix, iterations: number, how: { isSingular: boolean; hasConverged: boolean }) => ({
    ...seen,
    ...how,
    motion: at,
    iterations,
  });
  for (let round = 1; ; round++) {
    const seen = look(bench, stage, motion);
    if (best !== null && merit(seen) < best.merit - SLACK) {
      if (round >= rounds) {
        const back = look(bench, stage, best.motion);
        return ended(back, best.motion, round, { isSingular: false, hasConverged: false });
      }
      mixer = new Mixer(scale.sphere, MIXED * scale.close);
      const { part } = best;
      motion = multiply(best.motion, fromStep(best.wanted.map((value) => value * part)));
      best.part /= 2;
      continue;
    }
    const solved = seen.inView > LEAST_VIEW ? solve(columns, seen.pairs, space.total) : null;
    const intensity = solved?.weights[intensityAt] ?? 0;
    if (!solved || !(intensity > 0)) return ended(seen, motion, round, { isSingular: true, hasConverged: false });
    const asked = new Float64Array(6);
    for (const [i, column] of grid.free.entries()) asked[column] = -(solved.weights[i] ?? 0) / intensity;
    const wanted = held(asked, scale);
    if (best === null || merit(seen) > best.merit) best = { merit: merit(seen), motion, wanted, part: 1 };
    const update = fromStep(mixer.next(wanted, (step) => held(step, scale)));
    motion = multiply(motion, update);
    const moved = displacement(update, IDENTITY, scale.sphere, [0, 0, 0]);
    if (moved < near || round >= rounds)
      return ended(seen, motion, round, { isSingular: false, hasConverged: moved < near });
  }
}
