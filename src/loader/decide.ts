import { LayoutError, PlanError } from '../core/errors.js';
import { formatBytes, formatSeconds } from '../core/size.js';
import {
  type Automatic,
  type AutomaticInput,
  automatic,
  budgetOf,
  type Rule,
  START_SECONDS,
  serialSeconds,
} from './automatic.js';
import { descend, describeStep, type Refusal, type Rung, type Step } from './ladder.js';

/** What this machine and runtime refuse, null for what works, and the room there is. */
export interface Facilities {
  /** Threads with shared memory. */
  readonly memory: Refusal | null;
  /** One segment mapped by several processes. */
  readonly segment: Refusal | null;
  /** Files in shared memory. */
  readonly files: Refusal | null;
  /** Worker processes at all. */
  readonly copies: Refusal | null;
  /** Free bytes of /dev/shm; null where it does not exist. */
  readonly sharedBytes: number | null;
}

/** What a loader has to do, what it was asked for, and what there is to do it with. */
export interface LoaderRequest extends AutomaticInput {
  /** `auto`: threads, or the calling thread where that is faster. */
  readonly layout: 'auto' | 'inline' | 'threads' | 'processes';
  /** What worker processes share; `auto`: the best that is there. */
  readonly sharing: 'auto' | 'segment' | 'files' | 'copies';
  readonly strict: boolean;
  readonly facilities: Facilities;
  /** Bytes of prepared arrays. */
  readonly preparedBytes: number;
  /** Bytes of arrays of source and operators, which a segment holds beside the ring. */
  readonly arrayBytes: number;
}

/** How batches will be made; worked out before any sample is read. */
export interface LoaderPlan {
  readonly layout: 'inline' | 'threads' | 'processes';
  /** 0 in the calling thread. */
  readonly workers: number;
  /** Where batches are handed over; `memory` for threads and the calling thread. */
  readonly sharing: 'memory' | 'segment' | 'files' | 'copies';
  /** Bytes of one slot of the ring. */
  readonly batchBytes: number;
  readonly slots: number;
  readonly ringBytes: number;
  /** Batches made ahead for each worker. */
  readonly prefetch: number;
  /** Samples a worker has as its task at a time, and how far that may grow. */
  readonly chunk: number;
  readonly largestChunk: number;
  /** Bytes of ring, arenas and prepared arrays together. */
  readonly totalBytes: number;
  /** Everything, runtimes included. */
  readonly projectedBytes: number;
  /** Bytes that everything may take. */
  readonly budgetBytes: number;
  /** Seconds for all batches of all epochs, the start of workers included. */
  readonly expectedSeconds: number;
  /** True when that comes from a measurement of this work on this machine. */
  readonly isCalibrated: boolean;
  readonly bound: 'compute' | 'memory';
  /** Number of workers that each rule allows; the smallest won. */
  readonly rules: readonly Rule[];
  /** Parts that every batch comes in, one after the other: 1, unless there is memory for not even one batch. */
  readonly pieces: number;
  /** Why it is so, in sentences, in the order the decisions were made. */
  readonly reasons: readonly string[];
  /** Every step down from what was wished for, in sentences. */
  readonly fallbacks: readonly string[];
}

/** A copied batch stands in its worker and in the pipe as well. */
const COPIES_PER_BATCH = 2;

/** @throws PlanError for a ring that cannot hold one batch, or is larger than the memory it is to lie in */
function checkRing({ ringLimit, batchBytes, batch, memoryLimit, cgroupBytes, freeBytes }: LoaderRequest): void {
  if (ringLimit === null) return;
  if (ringLimit < batchBytes) {
    throw new PlanError(
      'ring-too-small',
      `A ring of ${formatBytes(ringLimit)} does not hold one batch of ${batch} samples, ${formatBytes(batchBytes)}. ` +
        `Make the batch smaller, or give the ring ${Math.ceil(batchBytes / 2 ** 20)}MiB.`,
      { ringBytes: ringLimit, batchBytes },
    );
  }
  const bounds: readonly (readonly [number | null, string])[] = [
    [memoryLimit, 'the memory it was given'],
    [cgroupBytes, 'the limit of its control group'],
    [freeBytes, 'free memory'],
  ];
  for (const [bytes, name] of bounds) {
    if (bytes === null || ringLimit <= bytes) continue;
    throw new PlanError(
      'ring-too-large',
      `A ring of ${formatBytes(ringLimit)} is larger than ${name}, ${formatBytes(bytes)}. Give the ring at most ${Math.floor(bytes / 2 ** 21)}MiB.`,
      { ringBytes: ringLimit, limitBytes: bytes },
    );
  }
}

/** @throws LayoutError when something that was asked for by name does not exist in this runtime */
function checkNamed({ layout, sharing, facilities }: LoaderRequest): void {
  const named: readonly (readonly [string, Refusal | null])[] = [
    ['layout threads', layout === 'threads' ? facilities.memory : null],
    ['layout processes', layout === 'processes' ? facilities.copies : null],
    [`sharing ${sharing}`, sharing === 'auto' ? null : facilities[sharing]],
  ];
  for (const [name, refusal] of named) {
    if (refusal?.obstacle !== 'runtime') continue;
    const text = `The loader's ${name} cannot be had here: ${refusal.reason}. ${refusal.remedy}.`;
    throw new LayoutError('layout-missing', text);
  }
}

/** The rung a request begins on. */
function firstRung({ layout, sharing }: LoaderRequest, jobs: number): Rung {
  if (jobs === 0) return 'one-thread';
  if (layout !== 'processes' && (layout !== 'auto' || sharing === 'auto')) return 'memory';
  return sharing === 'auto' ? 'segment' : sharing;
}

/** Batches in the ring of that many workers. */
function slotsFor({ slots, largestPrefetch }: Automatic, workers: number): number {
  return Math.max(1, Math.min(slots, workers === 0 ? 2 : workers * largestPrefetch + 1));
}

/** Bytes of a slot for each sample of a batch. */
const sampleBytesOf = ({ batchBytes, batch }: LoaderRequest): number => Math.ceil(batchBytes / batch);

/** Parts of a batch that fit one after the other, as few as possible. */
function piecesFor(input: LoaderRequest): number {
  const { batch, hostBytes, windowBytes } = input;
  const samples = Math.max(1, Math.floor((budgetOf(input) - hostBytes - windowBytes) / sampleBytesOf(input)));
  return Math.ceil(batch / Math.ceil(batch / Math.ceil(batch / samples)));
}

/** Bytes of a rung with that many workers. */
function needs(input: LoaderRequest, rung: Rung, workers: number, auto: Automatic): number {
  const { hostBytes, workerBytes, windowBytes, batchBytes, arrayBytes } = input;
  // One sample of the batch at a time is the least.
  if (rung === 'disk') return hostBytes + windowBytes + sampleBytesOf(input);
  if (rung === 'one-thread') return hostBytes + windowBytes + batchBytes;
  const ring = slotsFor(auto, workers) * batchBytes;
  const shared = hostBytes + workers * workerBytes + ring;
  if (rung === 'memory') return shared;
  if (rung === 'segment') return shared + arrayBytes;
  // Every process has the source's arrays for itself; of a ring in files the host has a second one.
  const copied = rung === 'files' ? ring : workers * COPIES_PER_BATCH * batchBytes;
  return shared + workers * arrayBytes + copied;
}

/** Bytes of /dev/shm that a way to share takes beside the ring. */
const besideRing = ({ arrayBytes }: LoaderRequest, rung: Rung): number => (rung === 'segment' ? arrayBytes : 0);

/** Tells of every rung why it does not hold that many workers, or null. */
function refusalOf(input: LoaderRequest, auto: Automatic): (rung: Rung, workers: number) => Refusal | null {
  const { facilities, batchBytes } = input;
  const budget = budgetOf(input);
  const limit = input.memoryLimit === null ? 'half of the free memory' : 'the memory it was given';
  return (rung, workers) => {
    if (rung !== 'one-thread' && rung !== 'disk' && facilities[rung] !== null) return facilities[rung];
    if ((rung === 'segment' || rung === 'files') && facilities.sharedBytes !== null) {
      const slots = Math.min(slotsFor(auto, workers), workers + 1);
      const beside = besideRing(input, rung);
      if (slots * batchBytes + beside > facilities.sharedBytes) {
        const arrays = beside > 0 ? ` and the arrays of the source ${formatBytes(beside)}` : '';
        return {
          obstacle: 'ENOSPC',
          reason: `/dev/shm has ${formatBytes(facilities.sharedBytes)} free, but ${slots} batches take ${formatBytes(slots * batchBytes)}${arrays} (ENOSPC)`,
          remedy: 'Use a smaller batch or fewer workers, or give /dev/shm more space',
        };
      }
    }
    const need = needs(input, rung, workers, auto);
    if (need <= budget) return null;
    return {
      obstacle: 'memory',
      reason: `it needs ${formatBytes(need)}, but ${limit} is ${formatBytes(budget)}`,
      remedy: 'Use a smaller batch or chunk, fewer workers, or more memory',
    };
  };
}

function placeOf(rung: Rung): Pick<LoaderPlan, 'layout' | 'sharing'> {
  if (rung === 'memory') return { layout: 'threads', sharing: 'memory' };
  if (rung === 'one-thread' || rung === 'disk') return { layout: 'inline', sharing: 'memory' };
  return { layout: 'processes', sharing: rung };
}

/** Fewer workers than asked for, for want of memory, is a step down too. @throws LayoutError when `strict` */
function lostWorkers({ jobs, strict }: LoaderRequest, { jobs: given, binding }: Automatic): Step[] {
  if (jobs === null || given >= jobs || binding.name === 'batches') return [];
  const refusal: Refusal = { obstacle: 'memory', reason: binding.why, remedy: 'Use smaller batches, or more memory' };
  if (strict) {
    const text = `${jobs} workers cannot be had: ${binding.why}; strict allows no other way. ${refusal.remedy}.`;
    throw new LayoutError('fallback-refused', text, { workers: jobs, limit: given });
  }
  return [{ from: `${jobs} workers`, to: given === 0 ? 'one thread' : `${given} workers`, refusal }];
}

function describeWorkers({ binding, jobs, rules }: Automatic): string {
  const others = rules.filter((rule) => rule !== binding).map(({ name, jobs: count }) => `${name} ${count}`);
  const who = jobs === 0 ? 'The calling thread alone' : `${jobs} ${jobs === 1 ? 'worker' : 'workers'}`;
  const rest = others.length > 0 ? ` Other rules: ${others.join(', ')}.` : '';
  return `${who}, by the rule '${binding.name}': ${binding.why}.${rest}`;
}

/**
 * Decides how a loader will run. Pure: nothing is read, allocated or started.
 *
 * @throws PlanError when the ring or a single batch does not fit; LayoutError when what was asked for by name is not there, or when
 *   `strict` and a step down would be taken
 */
export function decide(input: LoaderRequest): LoaderPlan {
  checkRing(input);
  checkNamed(input);
  const auto = automatic(input.layout === 'inline' ? { ...input, jobs: 0 } : input);
  const lost = input.layout === 'inline' ? [] : lostWorkers(input, auto);
  const { rung, workers, steps } = descend({
    from: firstRung(input, auto.jobs),
    workers: auto.jobs,
    refusal: refusalOf(input, auto),
    strict: input.strict,
  });
  const { batch, hostBytes, windowBytes, preparedBytes } = input;
  const pieces = rung === 'disk' ? piecesFor(input) : 1;
  const samples = Math.ceil(batch / pieces);
  const batchBytes = pieces === 1 ? input.batchBytes : samples * sampleBytesOf(input);
  const place = placeOf(rung);
  const { sharedBytes } = input.facilities;
  const isShared = place.sharing === 'segment' || place.sharing === 'files';
  const room = isShared && sharedBytes !== null ? sharedBytes - besideRing(input, rung) : null;
  const wanted = rung === 'disk' ? 1 : slotsFor(auto, workers);
  const slots = Math.max(1, Math.min(wanted, Math.floor((room ?? Number.POSITIVE_INFINITY) / batchBytes)));
  const serial = serialSeconds(input);
  const expectedSeconds = workers === 0 ? serial : START_SECONDS + serial / Math.min(workers, input.cores);
  const fallbacks = [...lost, ...steps].map(describeStep);
  return {
    ...place,
    workers,
    batchBytes,
    slots,
    ringBytes: slots * batchBytes,
    prefetch: auto.prefetch,
    chunk: auto.chunk,
    largestChunk: auto.largestChunk,
    totalBytes: preparedBytes + Math.max(1, workers) * windowBytes + slots * batchBytes,
    projectedBytes:
      rung === 'disk' ? hostBytes + windowBytes + batchBytes : needs(input, rung, workers, { ...auto, slots }),
    budgetBytes: budgetOf(input),
    expectedSeconds,
    isCalibrated: input.batchSeconds !== null,
    bound: auto.bound,
    rules: auto.rules,
    pieces,
    reasons: [
      describeWorkers(auto),
      ...auto.reasons,
      ...(slots < wanted ? [`${slots} batches in the ring: /dev/shm has ${formatBytes(room ?? 0)} for it.`] : []),
      ...(pieces > 1 ? [`Every batch of ${batch} samples comes in ${pieces} parts of at most ${samples}.`] : []),
      `All batches take about ${formatSeconds(expectedSeconds)}, ${input.batchSeconds === null ? 'at a guess' : 'by a short calibration'}.`,
    ],
    fallbacks,
  };
}
