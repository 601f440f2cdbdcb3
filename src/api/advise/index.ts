import { DTYPES } from '../../core/dtype.js';
import { PlanError } from '../../core/errors.js';
import { type BoundJob, bindJob, planBound, slotLabel } from '../../core/job.js';
import type { Plan } from '../../core/plan.js';
import type { Report } from '../../core/report.js';
import { reachOf } from '../../core/selection.js';
import { filesOf, type Source } from '../../core/source.js';
import { frameBytes, frameCount, product, stackBytes } from '../../core/stack.js';
import { openSource } from '../../formats/registry.js';
import { availableCores, availableMemory, machineLoad } from '../../io/machine.js';
import { readRates } from '../../io/read-rates.js';
import { localHost, makeJob, type RunOptions } from '../../layouts/local.js';
import { LAYOUTS } from '../../layouts/registry.js';
import { streamedSlots } from '../stream.js';
import { type RunRequest, refsOf, type Work } from '../work.js';
import type { Advice, JobFacts, Trial } from './advice.js';
import { type Candidate, candidatesFor, optionsOf } from './candidates.js';
import { decide } from './decide.js';
import { measure } from './measure.js';

/** What is advised on, and how long it may be measured. */
export interface AdviseRequest
  extends Pick<RunRequest, 'values' | 'outputs' | 'resume'>,
    Omit<RunOptions, 'into' | 'onProgress'> {
  /** Seconds to measure for, 5 when absent. One round is measured whatever it takes. */
  readonly sampleSeconds?: number;
}

/** Advice with the samples it rests on. */
export interface AdviseOutcome extends Advice {
  readonly operator: string;
  readonly source: string;
  readonly frames: number;
  readonly frameBytes: number;
  /** Frames of the two samples. */
  readonly sampleFrames: readonly [small: number, large: number];
  /** How often each was run. */
  readonly rounds: number;
  /** Seconds that measuring took. */
  readonly seconds: number;
}

/** Ways to run that this version does not have. */
const NOT_HERE: readonly Trial[] = [
  {
    layout: 'gpu',
    workers: 1,
    runs: [],
    peakBytes: null,
    refusal: 'not available: this version computes on processors alone',
  },
  { layout: 'mpi', workers: 1, runs: [], peakBytes: null, refusal: 'not available: this version runs on one machine' },
];

/** It does not matter where so few bytes come from. */
const FEW_BYTES = 64 * 2 ** 20;

/** Samples take no more memory than this, nor more than a quarter of what there is. */
const SAMPLE_BYTES = 2 ** 30;

/** Plans the whole job one way. @returns the plan, or the bytes that even its smallest form needs, and why it cannot run */
async function planned(
  source: Source,
  { bound, streamed }: { bound: BoundJob; streamed: ReadonlySet<string> },
  refs: ReturnType<typeof refsOf>,
  options: RunOptions,
): Promise<Plan | { readonly refusal: string; readonly needBytes: number | null }> {
  try {
    const { job } = await makeJob(source, refs, options);
    return planBound(job, localHost, bound, streamed).plan;
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    const { needBytes } = error.fields;
    return { refusal: error.message, needBytes: typeof needBytes === 'number' ? needBytes : null };
  }
}

/** Why a plan has fewer workers than it was asked for. */
function whyFewer({ parts, workers }: Plan, asked: Candidate): string {
  const count = parts.length - 1;
  if (count < asked.workers)
    return `there is work for ${workers}: the frames make ${count} part${count === 1 ? '' : 's'}`;
  return `memory is enough for ${workers}`;
}

function sharesOf({ seconds: { read, decode, compute, write } }: Report): JobFacts['shares'] {
  const total = read + decode + compute + write || 1;
  return { read: read / total, decode: decode / total, compute: compute / total, write: write / total };
}

/**
 * Measures a sample of a job in every way it can run here, and says which is the best for the whole of it, from what size on workers
 * pay, what memory it takes, and whether a GPU or more machines would help.
 *
 * @throws as `run` for what cannot run in any way; `Stopped` when `signal` aborts
 */
export async function advise(work: Work, source: Source | string, request: AdviseRequest = {}): Promise<AdviseOutcome> {
  const started = performance.now();
  const { values, outputs = [], resume = false, sampleSeconds = 5, ...options } = request;
  const opened =
    typeof source === 'string'
      ? await openSource(source, { ...reachOf(options.frames), onBadFrame: options.onBadFrame })
      : source;
  const refs = refsOf(work, values);
  const { layout: _, workers: __, ...common } = options;
  const { job } = await makeJob(opened, refs, optionsOf({ layout: 'serial', workers: 1 }, common));
  const { handle } = job.source;
  const { stack } = handle;
  const load = { programs: machineLoad(), cores: availableCores() };
  // Before anything else touches the file.
  const files = filesOf(handle);
  const file = files[files.length >> 1];
  const reading = file === undefined || stackBytes(stack) < FEW_BYTES ? null : readRates(file);
  const bound = await bindJob(job, localHost);
  const streamed = streamedSlots(job, bound, outputs, resume);
  const each = bound.slots.filter(({ slot }) => slot.kind === 'each');
  const bytesOf = (some: typeof each): number =>
    some.reduce((sum, { slot }) => sum + product(slot.shape) * DTYPES[slot.dtype].bytes, 0);
  const free = availableMemory();
  const memory = { bytes: options.memory ?? Math.floor(free / 2), isAsked: options.memory !== undefined, free };
  const size = frameBytes(stack);

  const candidates: Candidate[] = [];
  const refused: Trial[] = [];
  const plans = new Map<Candidate, Plan>();
  for (const candidate of candidatesFor(options)) {
    const available = LAYOUTS.find(({ name }) => name === candidate.layout)?.available();
    if (available && !available.ok) {
      refused.push({ ...candidate, runs: [], peakBytes: null, refusal: available.reason });
      continue;
    }
    const plan = await planned(opened, { bound, streamed }, refs, optionsOf(candidate, common));
    if ('refusal' in plan) refused.push({ ...candidate, runs: [], peakBytes: plan.needBytes, refusal: plan.refusal });
    else if (plan.workers === candidate.workers) {
      plans.set(candidate, plan);
      candidates.push(candidate);
    } else refused.push({ ...candidate, runs: [], peakBytes: null, refusal: whyFewer(plan, candidate) });
  }

  const mostFrames = Math.max(1, Math.floor(Math.min(SAMPLE_BYTES, memory.bytes / 4) / (size + bytesOf(each))));
  const { frames: _frames, scan: _scan, roi: _roi, memory: _memory, ...how } = common;
  const measured =
    candidates.length === 0
      ? null
      : await measure(
          {
            source: job.source,
            refs,
            options: { ...how, direct: job.direct },
            budget: sampleSeconds,
            mostFrames,
          },
          candidates,
        );
  const trials = [
    ...candidates.map(
      (candidate, i): Trial => ({
        ...candidate,
        runs: measured?.runs[i] ?? [],
        peakBytes: plans.get(candidate)?.projectedBytes ?? null,
      }),
    ),
    ...refused,
    ...NOT_HERE,
  ];
  const report = measured?.serial;
  const facts: JobFacts = {
    frames: frameCount(stack),
    frameBytes: size,
    storedFrameBytes: report && file !== undefined ? report.bytesRead / report.frames : 0,
    keptFrameBytes: bytesOf(each.filter((slot) => !streamed.has(slotLabel(slot, bound.bound)))),
    memory,
    reading,
    shares: report ? sharesOf(report) : { read: 0, decode: 0, compute: 0, write: 0 },
    load,
    rounds: measured?.rounds ?? 0,
    parts: [...plans.values()].reduce((most, { parts }) => Math.max(most, parts.length - 1), 1),
  };
  return {
    ...decide(facts, trials),
    operator: refs.map(({ name }) => name).join('+'),
    source: opened.location,
    frames: facts.frames,
    frameBytes: size,
    sampleFrames: measured?.sizes ?? [0, 0],
    rounds: measured?.rounds ?? 0,
    seconds: (performance.now() - started) / 1000,
  };
}
