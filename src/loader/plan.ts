import { ARENA_BASE, LARGEST_MEMORY } from '../core/arena.js';
import { parseSize } from '../core/size.js';
import { residentBytes } from '../io/machine.js';
import { decide, type Facilities, type LoaderPlan, type LoaderRequest } from './decide.js';
import { machineFacts, probeFacilities, threadFacilities } from './facilities.js';
import type { LoaderOptions } from './options.js';

export type { LoaderPlan } from './decide.js';

/** What a loader has to do, as far as it is known before any sample was read. */
export interface LoaderNeeds {
  /** Samples of the part that is loaded. */
  readonly samples: number;
  /** Samples of a batch. */
  readonly batch: number;
  /** Batches of one epoch. */
  readonly batches: number;
  /** Bytes of one slot of the ring. */
  readonly batchBytes: number;
  /** Decoded bytes of one sample. */
  readonly sampleBytes: number;
  /** Bytes of arrays that come with source and operators: a segment holds them once, and copying processes each their own. */
  readonly arrayBytes: number;
  /** Bytes of one worker's arena, without prepared arrays. */
  readonly windowBytes: number;
  readonly preparedBytes: number;
  /** Makes batches in the calling thread, twice, and tells the seconds of the second. */
  calibrate(): Promise<number>;
}

/** Resident bytes of a worker before it works. */
const RUNTIME_BYTES = { threads: 16 * 2 ** 20, processes: 64 * 2 ** 20 } as const;

/** An epoch of fewer batches is over before a calibration would pay. */
const CALIBRATED_BATCHES = 4;

const bytesOf = (size: number | string | undefined, name: string): number | null =>
  size === undefined ? null : typeof size === 'number' ? size : parseSize(size, name);

/** Workers asked for; null: automatic. */
function askedWorkers({ workers }: LoaderOptions): number | null {
  return workers === undefined || workers === 'auto' || workers < 0 ? null : workers;
}

/** Processes are taken when they, or a way of theirs to share, are asked for. */
const wantsProcesses = ({ layout = 'auto', sharing = 'auto' }: LoaderOptions): boolean =>
  layout === 'processes' || (layout === 'auto' && sharing !== 'auto');

/** A request of `options` for this machine, before anything is measured. */
function requestFor(needs: LoaderNeeds, options: LoaderOptions, facilities: Facilities): LoaderRequest {
  const { batch, batchBytes, batches, windowBytes, preparedBytes, arrayBytes } = needs;
  const layout = options.layout ?? 'auto';
  const sharing = options.sharing ?? 'auto';
  return {
    ...machineFacts(),
    batch,
    batchBytes,
    batches,
    windowBytes,
    preparedBytes,
    arrayBytes,
    epochs: options.epochs ?? 1,
    workerBytes: windowBytes + RUNTIME_BYTES[wantsProcesses(options) ? 'processes' : 'threads'],
    hostBytes: residentBytes() + ARENA_BASE + preparedBytes,
    sharedLimit: LARGEST_MEMORY - ARENA_BASE - preparedBytes,
    batchSeconds: null,
    bound: null,
    preset: options.preset ?? null,
    jobs: layout === 'inline' ? 0 : askedWorkers(options),
    chunk: options.chunk ?? null,
    prefetch: options.prefetch ?? null,
    ringLimit: bytesOf(options.memory?.ring, 'ring'),
    memoryLimit: bytesOf(options.memory?.max, 'memory'),
    layout,
    sharing,
    strict: options.strict ?? false,
    facilities,
  };
}

/**
 * Layout, workers and ring for what there is to do. Where the number of workers is left open, two batches are made to see how
 * long one takes.
 *
 * @throws PlanError or LayoutError as `decide`
 */
export async function makeLoaderPlan(
  needs: LoaderNeeds,
  options: LoaderOptions,
  facilities?: Facilities,
): Promise<LoaderPlan> {
  const found = facilities ?? (wantsProcesses(options) ? await probeFacilities() : threadFacilities());
  const request = requestFor(needs, options, found);
  // Asked without a measurement first: what cannot run at all says so before anything is made.
  const guess = decide(request);
  if (request.jobs !== null || needs.batches < CALIBRATED_BATCHES || guess.pieces > 1) return guess;
  return decide({ ...request, batchSeconds: await needs.calibrate() });
}
