import { ARENA_BASE, LARGEST_MEMORY } from '../core/arena.js';
import { PlanError } from '../core/errors.js';
import { formatBytes, parseSize } from '../core/size.js';
import { availableCores, availableMemory } from '../io/machine.js';
import type { LoaderOptions } from './options.js';

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
  /** Bytes of one worker's arena, without prepared arrays. */
  readonly windowBytes: number;
  readonly preparedBytes: number;
  /** Makes batches in the calling thread, twice, and tells the seconds of the second. */
  calibrate(): Promise<number>;
}

/** How batches will be made; worked out before any sample is read. */
export interface LoaderPlan {
  readonly layout: 'inline' | 'threads' | 'processes';
  /** 0 in the calling thread. */
  readonly workers: number;
  /** Bytes of one slot of the ring. */
  readonly batchBytes: number;
  readonly slots: number;
  readonly ringBytes: number;
  /** Bytes of ring, arenas and prepared arrays together. */
  readonly totalBytes: number;
  /** Why it is so, in sentences. */
  readonly reasons: readonly string[];
  /** Every step down from what was wished for, in sentences. */
  readonly fallbacks: readonly string[];
}

/** Below this many bytes of entries an epoch is done before threads have started. */
const INLINE_BYTES = 64 * 2 ** 20;
const RING_BYTES = 64 * 2 ** 20;

const bytesOf = (size: number | string, name: string): number =>
  typeof size === 'number' ? size : parseSize(size, name);

/** Layout, workers and ring for what there is to do. @throws PlanError when not even one batch fits */
export async function makeLoaderPlan(needs: LoaderNeeds, options: LoaderOptions): Promise<LoaderPlan> {
  const { batchBytes, batches, windowBytes, preparedBytes } = needs;
  const asked =
    options.workers === undefined || options.workers === 'auto' || options.workers < 0 ? null : options.workers;
  const isSmall = asked === null && batches * batchBytes <= INLINE_BYTES;
  const layout =
    options.layout === 'threads' || options.layout === 'processes'
      ? options.layout
      : options.layout === 'inline' || asked === 0 || isSmall
        ? 'inline'
        : 'threads';
  const reasons =
    isSmall && layout === 'inline'
      ? ['inline: all batches are made before threads would have started.']
      : [`${layout}.`];
  const workers = layout === 'inline' ? 0 : Math.max(1, Math.min(asked ?? availableCores(), batches));
  const budget =
    options.memory?.max === undefined ? Math.floor(availableMemory() / 2) : bytesOf(options.memory.max, 'memory');
  const fixed = ARENA_BASE + preparedBytes + Math.max(1, workers) * windowBytes;
  const limit = Math.min(budget, LARGEST_MEMORY) - fixed;
  const ring =
    options.memory?.ring === undefined
      ? Math.max(RING_BYTES, (workers + 1) * batchBytes)
      : bytesOf(options.memory.ring, 'ring');
  const wanted = workers === 0 ? 2 : workers * (options.prefetch ?? 2) + 1;
  const slots = Math.min(wanted, Math.max(batches, 2), Math.floor(Math.min(ring, limit) / batchBytes));
  if (slots < 1)
    throw new PlanError(
      'does-not-fit',
      `One batch takes ${formatBytes(batchBytes)}, but ${formatBytes(Math.min(ring, limit))} are left for the ring. Use smaller batches, or give more memory.`,
    );
  return {
    layout,
    workers,
    batchBytes,
    slots,
    ringBytes: slots * batchBytes,
    totalBytes: fixed + slots * batchBytes,
    reasons,
    fallbacks: [],
  };
}
