import { ARENA_BASE, LARGEST_MEMORY, SLACK } from './arena.js';
import { amplification, blockBytes, chunkBytes, fetchBytes, groupEdgeAfter, grouping } from './blocks.js';
import { DTYPES, needsWidening } from './dtype.js';
import { PlanError } from './errors.js';
import type { Cost, Slot } from './operator.js';
import { formatBytes } from './size.js';
import type { SourceHandle } from './source.js';
import { frameBytes, frameCount, product, stackBytes } from './stack.js';

/** Limits a plan must respect. */
export interface Limits {
  /** Bytes for the whole run, runtime included; null: no limit was given and `free` decides. */
  readonly memory: number | null;
  /** Free memory of the machine in bytes. */
  readonly free: number;
  /** Workers asked for; null: as many as `cores`. */
  readonly workers: number | null;
  /** Cores this process may use. */
  readonly cores: number;
  /** Resident bytes of the runtime itself, before any work. */
  readonly hostBytes: number;
  /** Resident bytes one more worker adds. */
  readonly workerRuntimeBytes: number;
  /** How often prepared arrays stand in memory whatever the number of workers: made, and placed or packed for others. */
  readonly preparedCopies: number;
  /** How often they stand in memory once more for each worker. */
  readonly preparedPerWorker: number;
  /** How often results stand in memory at the end. */
  readonly resultCopies: number;
  /** Most bytes of one worker's window (from --memory-per-worker), or null. */
  readonly windowBytes: number | null;
  /** Preferred bytes of a tile; the layout gives it. */
  readonly tileBytes: number;
  /** Preferred bytes read at a time. */
  readonly blockBytes: number;
}

export interface PlanInput {
  readonly source: SourceHandle;
  readonly slots: readonly Slot[];
  readonly costs: readonly Cost[];
  /** Bytes of all prepared arrays. */
  readonly sharedBytes: number;
  readonly limits: Limits;
  /** Bytes the decoder of one worker needs beside the decoded chunk. */
  readonly decodeScratch: number;
  /** Slots that are streamed to a file instead of being kept. */
  readonly streamed: readonly boolean[];
  /** Arrays of `whole` slots waiting to be merged in part order, at most this many sets. */
  readonly pendingPartials: number;
}

/** How a job will run; worked out before anything is read. */
export interface Plan {
  /** Part k covers frames `parts[k]` to `parts[k + 1]`. */
  readonly parts: Float64Array;
  readonly tileFrames: number;
  readonly blockFrames: number;
  readonly workers: number;
  /** Bytes of one worker's memory window. */
  readonly windowBytes: number;
  /** Bytes of prepared arrays. */
  readonly sharedBytes: number;
  /** Bytes of results and merged accumulators on the host. */
  readonly resultBytes: number;
  /** Everything together, runtime included. */
  readonly projectedBytes: number;
  /** How often each stored chunk is decoded; 1 is ideal. */
  readonly amplification: number;
  /** Why it is so, in sentences, in the order the decisions were made. */
  readonly reasons: readonly string[];
}

/** Tiles grow at most to this multiple of what the layout prefers. */
const LARGEST_TILE = 4;

/** A part should be long enough to hide the handing-out and short enough to end evenly. */
const PART_BYTES = { smallest: 4 * 2 ** 20, largest: 256 * 2 ** 20, perStack: 512 };

const slotBytes = (slot: Slot): number => product(slot.shape) * DTYPES[slot.dtype].bytes;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * Cuts a stack into parts on the edges of chunk groups. Depends on the stack and `partFrames` only, never on the number
 * of workers.
 *
 * @returns starts of all parts and, last, the number of frames
 */
export function cutParts(source: SourceHandle, partFrames: number): Float64Array {
  const frames = frameCount(source.stack);
  const group = grouping(source);
  const edges: number[] = [0];
  const runs =
    source.kind === 'selected' ? source.runs : { first: Float64Array.of(0), length: Float64Array.of(frames) };
  let done = 0;
  for (let k = 0; k < runs.length.length; k++) {
    const [base, length] = [runs.first[k] ?? 0, runs.length[k] ?? 0];
    let at = 0;
    while (at < length) {
      const open = done + at - (edges[edges.length - 1] ?? 0);
      const wanted = Math.max(1, partFrames - open);
      const edge = groupEdgeAfter(group, base + at + wanted) - base;
      if (edge >= length) break;
      edges.push(done + edge);
      at = edge;
    }
    done += length;
  }
  if (edges[edges.length - 1] !== frames) edges.push(frames);
  return Float64Array.from(edges);
}

function preferredPartFrames(source: SourceHandle): number {
  const bytes = stackBytes(source.stack) / PART_BYTES.perStack;
  const wanted = Math.min(PART_BYTES.largest, Math.max(PART_BYTES.smallest, bytes));
  return Math.max(1, Math.floor(wanted / frameBytes(source.stack)));
}

/** Bytes a reader of `source` takes from a worker's window for blocks of `blockFrames`. */
export function readerBytes(source: SourceHandle, blockFrames: number, decodeScratch: number): number {
  if (source.kind === 'selected') return readerBytes(source.base, blockFrames, decodeScratch);
  const block = blockBytes(source.stack, blockFrames) + SLACK + 64;
  if (source.kind !== 'stored') return block;
  const fetch = fetchBytes(source, blockFrames) + 3 * 4096 + SLACK;
  const { type, layout } = source.storage;
  const stored = blockFrames * product(source.stack.frameShape) * type.bytes + SLACK + 64;
  const widened = needsWidening(type) ? block : 0;
  if (layout.kind === 'contiguous') return fetch + stored + widened;
  return fetch + stored + widened + decodeScratch + chunkBytes(source.storage) + 8 * SLACK;
}

interface Sizes {
  readonly blockFrames: number;
  readonly tileFrames: number;
  readonly windowBytes: number;
}

/**
 * Prepared arrays are gone through once a tile. When they are larger than the cache, larger tiles fetch them less often
 * from memory: with 16 masks on gzip frames that is worth a tenth of the whole time.
 */
function tileBytesFor({ sharedBytes, limits }: PlanInput): number {
  return Math.min(LARGEST_TILE * limits.tileBytes, Math.max(limits.tileBytes, sharedBytes));
}

function sizesFor(input: PlanInput, blockFrames: number): Sizes {
  const { source, slots, costs } = input;
  const perTile = Math.max(1, Math.floor(tileBytesFor(input) / frameBytes(source.stack)));
  const tileFrames = Math.min(blockFrames, perTile);
  const each = sum(slots.map((slot) => (slot.kind === 'each' ? slotBytes(slot) * tileFrames + 2 * SLACK : 0)));
  const whole = sum(slots.map((slot) => (slot.kind === 'whole' ? slotBytes(slot) + 2 * SLACK : 0)));
  const working = sum(costs.map((cost) => cost.workerBytes)) + 64 * SLACK;
  const reader = readerBytes(source, blockFrames, input.decodeScratch);
  return { blockFrames, tileFrames, windowBytes: Math.ceil((each + whole + working + reader) / 4096 + 1) * 4096 };
}

function resultBytes(input: PlanInput): number {
  const frames = frameCount(input.source.stack);
  return sum(
    input.slots.map((slot, i) => {
      if (slot.kind === 'each') return input.streamed[i] ? 0 : slotBytes(slot) * frames;
      return slotBytes(slot) * (slot.kind === 'whole' ? 1 + input.pendingPartials : 1);
    }),
  );
}

/**
 * Works out parts, tiles, workers and memory. Pure: the same input gives the same plan, and nothing is allocated.
 *
 * @throws PlanError when not even one worker with one frame at a time fits
 */
export function makePlan(input: PlanInput): Plan {
  const { source, limits } = input;
  const reasons: string[] = [];
  const budget = limits.memory ?? Math.floor(limits.free / 2);
  const frames = frameCount(source.stack);
  const shared = input.sharedBytes;
  const results = resultBytes(input);
  const fixed = limits.hostBytes + shared * limits.preparedCopies + results * limits.resultCopies + ARENA_BASE;
  const perWorker = (sizes: Sizes) => sizes.windowBytes + limits.workerRuntimeBytes + shared * limits.preparedPerWorker;
  const total = (sizes: Sizes, workers: number) => fixed + workers * perWorker(sizes);

  const group = grouping(source).frames;
  const wantedBlock = Math.max(
    1,
    Math.floor(Math.max(limits.blockBytes, tileBytesFor(input)) / frameBytes(source.stack)),
  );
  const aligned = group >= wantedBlock ? group : Math.floor(wantedBlock / group) * group;
  let sizes = sizesFor(input, Math.min(frames, aligned));
  const smallest = sizesFor(input, 1);

  const partFrames = preferredPartFrames(source);
  const parts = cutParts(source, partFrames);
  const partCount = parts.length - 1;
  let workers = Math.max(1, Math.min(limits.workers ?? limits.cores, partCount));
  reasons.push(
    limits.workers === null
      ? `${workers} workers: ${workers < limits.cores ? `only ${partCount} parts to share` : 'the cores available'}.`
      : `${workers} workers: ${workers < limits.workers ? `${limits.workers} asked for, but only ${partCount} parts to share` : 'as asked'}.`,
  );

  // Chunks that hold many frames: rather decode them again in smaller blocks than give up.
  const windowLimit = Math.min(limits.windowBytes ?? Number.POSITIVE_INFINITY, LARGEST_MEMORY - shared);
  while (sizes.blockFrames > 1 && (total(sizes, 1) > budget || sizes.windowBytes > windowLimit)) {
    sizes = sizesFor(input, Math.max(1, Math.floor(sizes.blockFrames / 2)));
  }
  if (total(smallest, 1) > budget) {
    const need = total(smallest, 1);
    throw new PlanError(
      'does-not-fit',
      `Needs ${formatBytes(need)} but ${limits.memory === null ? 'half of the free memory' : '--memory'} is ${formatBytes(budget)}. ` +
        `Try --memory ${Math.ceil(need / 2 ** 20)}MiB.`,
      { needBytes: need, limitBytes: budget },
    );
  }
  if (smallest.windowBytes > windowLimit) {
    const need = perWorker(smallest) - windowLimit;
    throw new PlanError(
      'does-not-fit',
      `One worker needs ${formatBytes(smallest.windowBytes)} for a single frame, but ${limits.windowBytes === null ? 'one memory holds' : '--memory-per-worker leaves'} ${formatBytes(windowLimit)}. ` +
        (limits.windowBytes === null
          ? 'Frames this large cannot be read.'
          : `Give each worker ${formatBytes(need)} more.`),
      { needBytes: smallest.windowBytes, limitBytes: windowLimit },
    );
  }
  const fitting = Math.max(1, Math.floor((budget - fixed) / perWorker(sizes)));
  if (fitting < workers) {
    reasons.push(
      `${fitting} of ${workers} workers: each needs ${formatBytes(perWorker(sizes))} of ${formatBytes(budget)}.`,
    );
    workers = fitting;
  }
  const repeats = amplification(source, sizes.blockFrames);
  if (repeats > 1) {
    const whole = total(sizesFor(input, group), 1);
    reasons.push(
      `Each chunk is decoded ${repeats}x, because ${group} frames share a row of chunks: give --memory ${Math.ceil(whole / 2 ** 20)}MiB to decode once.`,
    );
  }
  return {
    parts,
    tileFrames: sizes.tileFrames,
    blockFrames: sizes.blockFrames,
    workers,
    windowBytes: sizes.windowBytes,
    sharedBytes: shared,
    resultBytes: results,
    projectedBytes: total(sizes, workers),
    amplification: repeats,
    reasons,
  };
}
