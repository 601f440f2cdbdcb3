import { type Bench, descend, type Fit, type Look, look, merit, type Stage } from '../fit/descend.js';
import { fromStep, IDENTITY, type Matrix } from '../rigid.js';
import { likelyShifts } from './shifts.js';
import { asWaves, type Bins, makeSpectrum } from './spectrum.js';

/** Turns, in degrees, about each axis from which a coarse fit starts. */
const TURNS = [-60, -30, 30, 60];
const TRIES = 4;
const ROUNDS = 24;

/** Of all starts, those that are followed to their end. */
const FINALISTS = 3;

/** Shifts from which it starts too. */
const SHIFTS = 2;

/** A shift that matches so well, and so much better than the next one, is the shift, however noisy the frame. */
const OUTSTANDING = { merit: 0.3, ratio: 2 } as const;

/** What a search for a start is made with. */
export interface Search {
  /** A smoother template, on which far starts come near. */
  readonly stage: Stage;
  readonly bins: Bins;
  /** Of the reference. */
  readonly spectrum: Float32Array;
  /** Correlation below which it is worth its time. */
  readonly trust: number;
}

/** A start, and how well it matches at the smoothness of the stage that was asked. */
export interface Start {
  readonly motion: Matrix;
  readonly correlation: number;
}

/** Shifts by phase correlation with how they match, the best first. The frame must be smoothed already. */
function shiftsOf(bench: Bench, quick: Stage, { bins, spectrum }: Search): (Look & Start)[] {
  const frame = makeSpectrum(bench.space.coefficients, bins, bench.space.waves);
  const shifts = likelyShifts(bench.grid, bins, frame, asWaves(bins, spectrum));
  const seen = shifts.map((motion) => ({ ...look(bench, quick, motion), motion }));
  return seen.sort((a, b) => merit(b) - merit(a));
}

/** Whether a shift is right beyond doubt. */
function isClear([first, ...rest]: readonly (Look & Start)[], { trust }: Search): boolean {
  if (!first) return false;
  const second = Math.max(0, ...rest.map(merit));
  const best = merit(first);
  return best >= trust || (rest.length > 0 && best > OUTSTANDING.merit && best > OUTSTANDING.ratio * second);
}

/** The most likely of many starts, on a smoother frame. */
function coarseFit(bench: Bench, stage: Stage, shifts: readonly Matrix[]): Matrix {
  const starts = [IDENTITY, ...shifts];
  for (const axis of bench.grid.free.filter((column) => column > 2)) {
    for (const turn of TURNS) {
      const step = new Float64Array(6);
      step[axis] = (turn * Math.PI) / 180;
      starts.push(fromStep(step));
    }
  }
  const near = bench.scale.close;
  const tried = starts.map((start) => descend(bench, stage, start, near, TRIES));
  const value = (fit: Fit) => (fit.isSingular ? -1 : merit(fit));
  const byValue = (fits: readonly Fit[]) => [...fits].sort((a, b) => value(b) - value(a));
  const likely = byValue(tried).slice(0, FINALISTS);
  const [best] = byValue(likely.map(({ motion }) => descend(bench, stage, motion, near, ROUNDS)));
  return best && !best.isSingular ? best.motion : IDENTITY;
}

/**
 * Where to start for the frame at element `at` of the tile, which matches poorly at rest: a shift by phase correlation when it matches well,
 * else the best of large turns and those shifts. The frame must be smoothed as `quick` has it, and is again afterwards.
 */
export function findStart(bench: Bench, quick: Stage, search: Search, at: number): Start {
  const shifts = shiftsOf(bench, quick, search);
  const [shift] = shifts;
  if (shift && isClear(shifts, search)) return shift;
  const { steps } = bench;
  steps.smooth(at, search.stage.filters);
  const motion = coarseFit(
    bench,
    search.stage,
    shifts.slice(0, SHIFTS).map((one) => one.motion),
  );
  steps.smooth(at, quick.filters);
  const turned = { ...look(bench, quick, motion), motion };
  return shift && merit(shift) > merit(turned) ? shift : turned;
}
