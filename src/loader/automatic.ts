import { formatBytes, formatSeconds } from '../core/size.js';
import { PRESETS, type PresetName, rowFor } from './presets.js';

/** What limits a worker: arithmetic, or how fast memory takes what it writes. */
export type Bound = 'compute' | 'memory';

/** What is known about a machine before work starts, in bytes. */
export interface MachineFacts {
  /** Cores this process may use. */
  readonly cores: number;
  readonly memoryBytes: number;
  readonly freeBytes: number;
  /** The limit of a cgroup; null without one. */
  readonly cgroupBytes: number | null;
}

/** What a loader has to do and may use. */
export interface AutomaticInput extends MachineFacts {
  /** Bytes of all entries of one batch. */
  readonly batchBytes: number;
  /** Samples of a batch. */
  readonly batch: number;
  /** Batches of an epoch. */
  readonly batches: number;
  /** Times all batches will be made, as far as that is known. */
  readonly epochs: number;
  /** Bytes that one more worker takes beside the ring, its runtime included. */
  readonly workerBytes: number;
  /** Bytes of one worker's arena, which lies in the same memory as the ring. */
  readonly windowBytes: number;
  /** Bytes that this memory has for arenas and ring. */
  readonly sharedLimit: number;
  /** Bytes that are taken whatever the number of workers. */
  readonly hostBytes: number;
  /** Seconds one worker needs for a batch, from a short calibration; null: not measured. */
  readonly batchSeconds: number | null;
  /** Null: from the calibration. */
  readonly bound: Bound | null;
  readonly preset: PresetName | null;
  /** Workers asked for; null: automatic. */
  readonly jobs: number | null;
  /** Samples of a task asked for; null: automatic. */
  readonly chunk: number | null;
  /** Batches ahead for each worker asked for, in place of a chunk; null: automatic. */
  readonly prefetch: number | null;
  /** Bytes the ring may have at most; null: automatic. */
  readonly ringLimit: number | null;
  /** Bytes for everything together; null: half of the free memory. */
  readonly memoryLimit: number | null;
}

/** One rule and the number of workers it allows. */
export interface Rule {
  readonly name:
    | 'asked'
    | 'preset'
    | 'table'
    | 'compute'
    | 'memory'
    | 'pays'
    | 'batches'
    | 'ring'
    | 'window'
    | 'budget';
  readonly jobs: number;
  readonly why: string;
}

/** Values for everything that was not asked for. */
export interface Automatic {
  /** 0: the calling thread is faster. */
  readonly jobs: number;
  /** Samples that a worker has as its task at a time: whole batches that it makes ahead. */
  readonly chunk: number;
  /** How far the chunk may grow while running; as it is where it was asked for. */
  readonly largestChunk: number;
  /** Batches made ahead for each worker, to begin with, and at most: the ring has room for these. */
  readonly prefetch: number;
  readonly largestPrefetch: number;
  readonly slots: number;
  readonly ringBytes: number;
  readonly bound: Bound;
  readonly rules: readonly Rule[];
  /** The rule with the smallest number, the first of equal ones. */
  readonly binding: Rule;
  /** Why chunk and ring are as they are. */
  readonly reasons: readonly string[];
}

/** Starting a worker takes about this long; less work than that is done sooner without it. */
export const START_SECONDS = 0.12;

/** A worker that writes this many bytes a second uses its share of what memory takes: more than arithmetic, memory is its limit. */
const MEMORY_BOUND_RATE = 4e9;

/** Bytes a second that a worker is taken to make before anything was measured. */
const ASSUMED_RATE = 1e9;

/** Rings up to about this size are still written and read at the speed of the caches. */
const RING_BYTES = 64 * 2 ** 20;

/** Memory for everything together. */
export function budgetOf({ memoryLimit, freeBytes }: AutomaticInput): number {
  return memoryLimit ?? Math.floor(freeBytes / 2);
}

/** Seconds of all batches of all epochs in one thread. */
export function serialSeconds({ batchSeconds, batchBytes, batches, epochs }: AutomaticInput): number {
  return (batchSeconds ?? batchBytes / ASSUMED_RATE) * batches * epochs;
}

/** Memory is the limit when a worker writes as fast as memory takes it. Unmeasured, entries are taken to be. */
function boundOf({ bound, batchSeconds, batchBytes }: AutomaticInput): Bound {
  if (bound !== null) return bound;
  return batchSeconds === null || batchBytes / batchSeconds >= MEMORY_BOUND_RATE ? 'memory' : 'compute';
}

/** Rules of the machine, which hold when no number of workers was asked for. */
function machineRules(input: AutomaticInput, bound: Bound): Rule[] {
  const { cores, memoryLimit } = input;
  const preset = input.preset === null ? null : PRESETS[input.preset];
  const held = Math.min(input.memoryBytes, input.cgroupBytes ?? Infinity, memoryLimit ?? Infinity);
  const row = rowFor(held);
  const gigabytes = Math.floor(Math.min(input.freeBytes, memoryLimit ?? Infinity) / 1e9);
  const serial = serialSeconds(input);
  const first: Rule =
    preset?.jobs != null
      ? { name: 'preset', jobs: preset.jobs, why: `the preset ${input.preset} is ${preset.jobs}` }
      : { name: 'table', jobs: row.jobs, why: `${row.name} of memory (${formatBytes(held)}) are ${row.jobs} jobs` };
  const perCore: Rule =
    bound === 'compute'
      ? { name: 'compute', jobs: Math.max(1, cores - 1), why: `${cores} cores less one, for work bound by arithmetic` }
      : {
          name: 'memory',
          jobs: Math.max(1, Math.min(cores, Math.floor(gigabytes / 2))),
          why: `the smaller of ${cores} cores and half of ${gigabytes} GB free, for work bound by memory`,
        };
  const paying = Math.floor(serial / START_SECONDS);
  const measured = input.batchSeconds === null ? 'about ' : '';
  const pays: Rule = {
    name: 'pays',
    jobs: paying < 2 ? 0 : paying,
    why: `all batches${input.epochs > 1 ? ` of ${input.epochs} epochs` : ''} take ${measured}${formatSeconds(serial)} in one thread, and a worker ${formatSeconds(START_SECONDS)} to start`,
  };
  return [first, perCore, pays];
}

/** Rules that hold whatever was asked for. */
function limitRules(input: AutomaticInput): Rule[] {
  const { batchBytes, batches, ringLimit, workerBytes, windowBytes, hostBytes, sharedLimit } = input;
  const budget = budgetOf(input);
  const rules: Rule[] = [
    { name: 'batches', jobs: batches, why: batches === 1 ? 'there is 1 batch' : `there are ${batches} batches` },
  ];
  if (ringLimit !== null) {
    const jobs = Math.max(1, Math.floor(ringLimit / batchBytes) - 1);
    rules.push({
      name: 'ring',
      jobs,
      why: `a ring of ${formatBytes(ringLimit)} holds ${Math.floor(ringLimit / batchBytes)} batches of ${formatBytes(batchBytes)}, one of them with the consumer`,
    });
  }
  const inOneMemory = Math.floor((sharedLimit - batchBytes) / (windowBytes + batchBytes));
  rules.push({
    name: 'window',
    jobs: Math.max(0, inOneMemory),
    why: `one memory has ${formatBytes(sharedLimit)} for ${formatBytes(windowBytes + batchBytes)} of each worker and its batch`,
  });
  const jobs = Math.floor((budget - hostBytes - batchBytes) / (workerBytes + batchBytes));
  rules.push({
    name: 'budget',
    jobs: Math.max(0, jobs),
    why: `each worker takes ${formatBytes(workerBytes + batchBytes)} of ${formatBytes(budget)}, with its batch`,
  });
  return rules;
}

/**
 * Workers, samples of a task and the ring of batches, from the machine and what there is to do. The smallest of the rules wins.
 * Pure: the same facts give the same values.
 */
export function automatic(input: AutomaticInput): Automatic {
  const bound = boundOf(input);
  const asked: Rule[] = input.jobs === null ? [] : [{ name: 'asked', jobs: input.jobs, why: 'as asked' }];
  const rules = [...(input.jobs === null ? machineRules(input, bound) : asked), ...limitRules(input)];
  const binding = rules.reduce((least, rule) => (rule.jobs < least.jobs ? rule : least));
  const jobs = Math.max(0, binding.jobs);
  return { jobs, bound, rules, binding, ...ringFor(input, jobs) };
}

function ringFor(
  input: AutomaticInput,
  jobs: number,
): Pick<Automatic, 'chunk' | 'largestChunk' | 'prefetch' | 'largestPrefetch' | 'slots' | 'ringBytes' | 'reasons'> {
  const { batch, batchBytes, batches, ringLimit, memoryLimit } = input;
  const row = rowFor(Math.min(input.memoryBytes, input.cgroupBytes ?? Infinity, memoryLimit ?? Infinity));
  const preset = input.preset === null ? null : PRESETS[input.preset];
  const chunk = input.chunk ?? preset?.chunk ?? row.chunk.smallest;
  const from = input.chunk !== null ? 'as asked' : preset ? `the preset ${input.preset}` : `${row.name} of memory`;
  const reasons: string[] = [];
  if (input.prefetch === null && jobs > 0) reasons.push(`${chunk} samples a task: ${from}.`);
  const wished = input.prefetch ?? Math.max(1, Math.ceil(chunk / batch));
  // What was asked for stays: only a loader that chooses for itself chooses again while it runs.
  const isOpen =
    input.jobs === null && input.chunk === null && input.prefetch === null && (preset?.jobs ?? null) === null;
  const farthest = isOpen ? Math.max(wished, Math.ceil(row.chunk.largest / batch)) : wished;
  const left = Math.min(
    budgetOf(input) - input.hostBytes - jobs * input.workerBytes,
    input.sharedLimit - Math.max(1, jobs) * input.windowBytes,
  );
  const least = Math.min(batches, jobs + 1);
  const limit = Math.min(ringLimit ?? Math.max(RING_BYTES, least * batchBytes), Math.max(left, batchBytes));
  // One for the consumer: in the calling thread the next one can then be made while it is kept.
  const wanted = Math.min(Math.max(batches, 2), jobs === 0 ? 2 : jobs * wished + 1);
  const most = jobs === 0 ? wanted : Math.min(Math.max(batches, 2), jobs * farthest + 1);
  const slots = Math.max(1, Math.min(most, Math.floor(limit / batchBytes)));
  const ahead = jobs === 0 ? 1 : Math.max(1, Math.floor((slots - 1) / jobs));
  const prefetch = jobs === 0 ? 1 : Math.min(wished, ahead);
  if (slots < wanted) {
    const why = ringLimit === null ? 'bounds it' : 'was asked for';
    reasons.push(
      `${slots} of ${wanted} batches in the ring, ${prefetch} ahead for each worker: ${formatBytes(limit)} ${why}.`,
    );
  }
  const first = input.prefetch === null ? Math.min(chunk, prefetch * batch) : prefetch * batch;
  return {
    chunk: first,
    largestChunk: isOpen ? Math.max(chunk, row.chunk.largest) : first,
    prefetch,
    largestPrefetch: jobs === 0 ? 1 : Math.min(farthest, ahead),
    slots,
    ringBytes: slots * batchBytes,
    reasons,
  };
}
