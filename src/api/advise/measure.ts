import { Stopped, UsageError } from '../../core/errors.js';
import type { OperatorRef } from '../../core/layout.js';
import type { Report } from '../../core/report.js';
import { selectFrames, selectSource } from '../../core/selection.js';
import type { Source } from '../../core/source.js';
import { frameCount } from '../../core/stack.js';
import { forgetBlocks } from '../../io/http/block-cache.js';
import { type RunOptions, runLocal } from '../../layouts/local.js';
import type { TimedRun } from './advice.js';
import { type Candidate, optionsOf } from './candidates.js';

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
const ROUNDS = 9;
/** The rate is known well enough to choose samples by when a run took this share of the time. */
const PILOT_SHARE = 0.02;
/** What single threads would take for the larger samples of all candidates together, as a share of the time. */
const LARGE_SHARE = 0.2;
/** The smaller sample is this part of the larger one. */
const SMALL_PART = 4;

const ALONE: Candidate = { layout: 'serial', workers: 1 };

/** Frames from the middle of the stack, where frames are what most of them are. */
function sampleOf(source: Source, frames: number): Source {
  const first = Math.floor((frameCount(source.handle.stack) - frames) / 2);
  return selectSource(source, (base) => selectFrames(base, `${first}:${first + frames}`));
}

async function timed(
  { source, refs, options }: Measurement,
  frames: number,
  candidate: Candidate,
): Promise<{ readonly run: TimedRun; readonly report: Report }> {
  if (options.signal?.aborted) throw new Stopped();
  const sample = sampleOf(source, frames);
  // Workers begin without blocks of a server; what the calling thread has kept would make it look faster than it is.
  forgetBlocks();
  const started = performance.now();
  const { report } = await runLocal(sample, refs, optionsOf(candidate, options));
  const seconds = (performance.now() - started) / 1000;
  return { run: { frames, seconds, startSeconds: Math.max(0, seconds - report.seconds.run) }, report };
}

/** What single threads were found to do. */
interface Pace {
  /** Seconds of a frame. */
  readonly perFrame: number;
  /** Frames that a sample has at least: some operators need several. */
  readonly least: number;
}

/**
 * Finds the pace of one thread with samples that grow until they take long enough. They also warm code and page cache, so that the
 * first run of a size does not count.
 *
 * @throws as `run` for what cannot run over all frames either
 */
async function pilot(measurement: Measurement, most: number): Promise<Pace> {
  let least: number | null = null;
  for (let frames = 1; ; frames = Math.min(most, frames * SMALL_PART)) {
    try {
      await timed(measurement, frames, ALONE);
    } catch (error) {
      // The job has been checked: what fails is that it is but a sample.
      if (error instanceof UsageError && frames < most) continue;
      throw error;
    }
    least ??= frames;
    const { seconds } = (await timed(measurement, frames, ALONE)).report;
    if (frames === most || seconds.run > PILOT_SHARE * measurement.budget)
      return { perFrame: seconds.run / frames, least };
  }
}

/**
 * Runs every candidate over two samples, in turn, round after round, until the time is up; once at least.
 *
 * @throws as `run`; Stopped when the signal of the options aborts
 */
export async function measure(measurement: Measurement, candidates: readonly Candidate[]): Promise<Measurements> {
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const { budget, mostFrames, source } = measurement;
  const most = Math.min(mostFrames, frameCount(source.handle.stack));
  const { perFrame, least } = await pilot(measurement, most);
  const workers = Math.max(...candidates.map((one) => one.workers));
  const affordable = Math.floor((LARGE_SHARE * budget) / candidates.length / perFrame);
  const large = Math.min(most, Math.max(workers, least, affordable));
  const small = Math.min(large, Math.max(least, Math.round(large / SMALL_PART)));
  // What is read for the first time is read by a run that does not count.
  let serial = (await timed(measurement, large, ALONE)).report;
  const runs: TimedRun[][] = candidates.map(() => []);
  let rounds = 0;
  for (let longest = 0; rounds < ROUNDS; rounds++) {
    if (rounds > 0 && elapsed() + longest > budget) break;
    const began = elapsed();
    for (const frames of new Set([small, large])) {
      for (let k = 0; k < candidates.length; k++) {
        // Nobody is always the first.
        const i = (k + rounds) % candidates.length;
        const candidate = candidates[i] ?? ALONE;
        const { run, report } = await timed(measurement, frames, candidate);
        runs[i]?.push(run);
        if (candidate.layout === 'serial' && frames === large) serial = report;
      }
    }
    longest = Math.max(longest, elapsed() - began);
  }
  return { runs, serial, sizes: [small, large], rounds };
}
