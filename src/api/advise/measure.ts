import { Stopped } from '../../core/errors.js';
import type { OperatorRef } from '../../core/layout.js';
import type { Report } from '../../core/report.js';
import { selectFrames, selectSource } from '../../core/selection.js';
import type { Source } from '../../core/source.js';
import { frameCount } from '../../core/stack.js';
import { type RunOptions, runLocal } from '../../layouts/local.js';
import type { TimedRun } from './advice.js';
import { optionsOf } from './candidates.js';

/** A way to run that is to be measured. */
export interface Candidate {
  readonly layout: string;
  readonly workers: number;
}

/** What is measured, and for how long. */
export interface Measurement {
  readonly source: Source;
  readonly refs: readonly OperatorRef[];
  /** What does not differ between candidates. */
  readonly options: RunOptions;
  /** Seconds for everything together. */
  readonly budget: number;
  /** Most frames of a sample, for the sake of memory. */
  readonly mostFrames: number;
  /** Frames that make a part of the least size. */
  readonly partFrames: number;
}

/** Times of each candidate, and what a single thread did with the larger sample. */
export interface Measurements {
  readonly runs: readonly (readonly TimedRun[])[];
  readonly serial: Report;
  /** Frames of the two samples. */
  readonly sizes: readonly [small: number, large: number];
  readonly rounds: number;
}

/** Most often that everything is measured. */
const ROUNDS = 7;
/** Rounds that the budget is meant for. */
const MEANT_ROUNDS = 3;
/** What starting takes, roughly, before it is known. */
const START_SECONDS: Readonly<Record<string, number>> = { serial: 0.005, threads: 0.08, processes: 0.4 };
/** Most of the time for the run that tells how long others will take. */
const PILOT_SHARE = 0.1;
/** Parts each worker should get of the larger sample. */
const PARTS_EACH = 4;

/** Frames from the middle of the stack, where frames are what most of them are. */
function sampleOf(source: Source, frames: number): Source {
  const total = frameCount(source.handle.stack);
  const first = Math.floor((total - frames) / 2);
  return selectSource(source, (base) => selectFrames(base, `${first}:${first + frames}`));
}

async function timed(
  { source, refs, options }: Measurement,
  frames: number,
  candidate: Candidate,
): Promise<{ readonly seconds: number; readonly report: Report }> {
  const sample = sampleOf(source, frames);
  const started = performance.now();
  const { report } = await runLocal(sample, refs, optionsOf(candidate, options));
  return { seconds: (performance.now() - started) / 1000, report };
}

/** Frames of the larger sample: as many as all candidates together can go over in a round of the budget. */
function largeSample(
  measurement: Measurement,
  candidates: readonly Candidate[],
  perFrame: number,
  spent: number,
): number {
  const { budget, mostFrames, partFrames } = measurement;
  const starting = candidates.reduce((sum, { layout }) => sum + 2 * (START_SECONDS[layout] ?? 0.1), 0);
  const round = Math.max(0.1 * budget, (budget - spent) / MEANT_ROUNDS - starting);
  // The smaller sample is a quarter of the larger one.
  const affordable = round / (1.25 * perFrame * candidates.length);
  const workers = Math.max(...candidates.map((one) => one.workers));
  const least = workers;
  const wanted = Math.max(least, Math.min(affordable, 64 * PARTS_EACH * workers * partFrames));
  return Math.max(1, Math.min(mostFrames, frameCount(measurement.source.handle.stack), Math.floor(wanted)));
}

/**
 * Runs every candidate over two samples, in turn, round after round, until the time is up; once at least. What is read first is read
 * by a run that is not counted.
 *
 * @throws as `run`; Stopped when the signal of the options aborts
 */
export async function measure(measurement: Measurement, candidates: readonly Candidate[]): Promise<Measurements> {
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const total = frameCount(measurement.source.handle.stack);
  const alone = { layout: 'serial', workers: 1 };
  const one = (await timed(measurement, 1, alone)).report.seconds.run;
  const affordable = Math.floor((PILOT_SHARE * measurement.budget) / one);
  const first = Math.max(1, Math.min(total, measurement.mostFrames, measurement.partFrames, affordable));
  const pilot = await timed(measurement, first, alone);
  const large = largeSample(measurement, candidates, pilot.report.seconds.run / first, elapsed());
  const small = Math.max(1, Math.round(large / 4));
  // The larger sample is read once, so that the first to go over it has no more to do than the others.
  let serial = (await timed(measurement, large, alone)).report;
  const runs: TimedRun[][] = candidates.map(() => []);
  let rounds = 0;
  for (let longest = 0; rounds < ROUNDS; rounds++) {
    if (rounds > 0 && elapsed() + longest > measurement.budget) break;
    const began = elapsed();
    for (const frames of new Set([small, large])) {
      for (let k = 0; k < candidates.length; k++) {
        // Nobody is always the one behind the same neighbour.
        const i = (k + rounds) % candidates.length;
        const candidate = candidates[i];
        if (!candidate) continue;
        if (measurement.options.signal?.aborted) throw new Stopped();
        const { seconds, report } = await timed(measurement, frames, candidate);
        runs[i]?.push({ frames, seconds });
        if (candidate.layout === 'serial' && frames === large) serial = report;
      }
    }
    longest = Math.max(longest, elapsed() - began);
  }
  return { runs, serial, sizes: [small, large], rounds };
}
