import { ARENA_BASE, LARGEST_MEMORY, SLACK } from './arena.js';
import { amplification, blockBytes, chunkBytes, fetchBytes, groupEdgeAfter, grouping } from './blocks.js';
import { DTYPES, needsWidening } from './dtype.js';
import { PlanError } from './errors.js';
import type { Cost, Slot } from './operator.js';
import { formatBytes } from './size.js';
import type { SourceHandle } from './source.js';
import { frameBytes, frameCount, product, type Stack, stackBytes } from './stack.js';

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
  /** Most workers that share each frame; 1 when frames are dealt out whole, infinite for all of them. */
  readonly team: number;
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
  /** Floating-point operations of a frame, as far as operators say. */
  readonly frameFlops?: number;
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
  /** Workers that share each frame; `workers` is a multiple of it. */
  readonly team: number;
  /** Bytes of one worker's memory window. */
  readonly windowBytes: number;
  /** Bytes of the window with the frames that a team shares; 0 when every worker has its own. */
  readonly teamBytes: number;
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

/** Enough arithmetic for a part of few bytes: 40 ms at a thousand million operations a second. */
const PART_FLOPS = 4e7;

/** Parts of such a stack, about, when it is long: what workers keep is handed over and merged after every part. */
const HEAVY_PARTS = 64;

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

function preferredPartFrames(source: SourceHandle, frameFlops: number): number {
  const bytes = stackBytes(source.stack) / PART_BYTES.perStack;
  const wanted = Math.min(PART_BYTES.largest, Math.max(PART_BYTES.smallest, bytes));
  const heavy = Math.max(Math.round(PART_FLOPS / frameFlops), frameCount(source.stack) / HEAVY_PARTS);
  return Math.max(1, Math.floor(Math.min(wanted / frameBytes(source.stack), heavy)));
}

/** Bytes that stored and decoded frames take in blocks of `blockFrames`. */
function framesBytes(source: SourceHandle, blockFrames: number): number {
  if (source.kind === 'selected') return framesBytes(source.base, blockFrames);
  const block = blockBytes(source.stack, blockFrames) + SLACK + 64;
  if (source.kind !== 'stored') return block;
  const fetch = fetchBytes(source, blockFrames) + 3 * 4096 + SLACK;
  const { type, layout } = source.storage;
  const stored = blockFrames * product(source.stack.frameShape) * type.bytes + SLACK + 64;
  const widened = needsWidening(type) ? block : 0;
  return fetch + stored + widened + (layout.kind === 'contiguous' ? 0 : 8 * SLACK);
}

/** Bytes that decoding one chunk takes besides. @param decoders of each worker: a team has a second one for parts of a chunk */
function decoderBytes(source: SourceHandle, decodeScratch: number, decoders: number): number {
  if (source.kind === 'selected') return decoderBytes(source.base, decodeScratch, decoders);
  if (source.kind !== 'stored' || source.storage.layout.kind === 'contiguous') return 0;
  return decoders * (decodeScratch + SLACK) + chunkBytes(source.storage);
}

/** Bytes a reader of `source` takes from a worker's window for blocks of `blockFrames`. */
export function readerBytes(source: SourceHandle, blockFrames: number, decodeScratch: number): number {
  return framesBytes(source, blockFrames) + decoderBytes(source, decodeScratch, 1);
}

interface Sizes {
  readonly blockFrames: number;
  readonly tileFrames: number;
  readonly windowBytes: number;
  readonly teamBytes: number;
}

/** How workers are grouped: `teams` of `size`. */
interface Teams {
  readonly teams: number;
  readonly size: number;
}

/**
 * Prepared arrays are gone through once a tile. When they are larger than the cache, larger tiles fetch them less often
 * from memory: with 16 masks on gzip frames that is worth a tenth of the whole time.
 */
function tileBytesFor({ sharedBytes, limits }: PlanInput): number {
  return Math.min(LARGEST_TILE * limits.tileBytes, Math.max(limits.tileBytes, sharedBytes));
}

/**
 * Frames of a tile of about `tileBytes`: images made of short series are a hundred times as large as these, and they too should still
 * be in cache when they are written.
 */
export function framesPerTile(stack: Stack, slots: readonly Slot[], tileBytes: number): number {
  const made = sum(slots.map((slot) => (slot.kind === 'each' ? slotBytes(slot) : 0)));
  return Math.max(1, Math.floor(tileBytes / Math.max(frameBytes(stack), made / LARGEST_TILE)));
}

/** Bytes that operators take in a window beside frames and prepared arrays, with room for the entries of `frames` frames. */
export function workingBytes(slots: readonly Slot[], costs: readonly Cost[], frames: number): number {
  const each = sum(slots.map((slot) => (slot.kind === 'each' ? slotBytes(slot) * frames + 2 * SLACK : 0)));
  const whole = sum(slots.map((slot) => (slot.kind === 'whole' ? slotBytes(slot) + 2 * SLACK : 0)));
  return each + whole + sum(costs.map((cost) => cost.workerBytes)) + 64 * SLACK;
}

function sizesFor(input: PlanInput, blockFrames: number): Sizes {
  const { source, slots, costs } = input;
  const tileFrames = Math.min(blockFrames, framesPerTile(source.stack, slots, tileBytesFor(input)));
  const working = workingBytes(slots, costs, tileFrames);
  const frames = framesBytes(source, blockFrames);
  const isShared = input.limits.team > 1;
  const decoder = decoderBytes(source, input.decodeScratch, isShared ? 2 : 1);
  const own = working + decoder + (isShared ? 0 : frames);
  const pages = (bytes: number) => Math.ceil(bytes / 4096 + 1) * 4096;
  return { blockFrames, tileFrames, windowBytes: pages(own), teamBytes: isShared ? pages(frames) : 0 };
}

/** Workers as asked for, in whole teams, and why. */
function askedTeams({ limits }: PlanInput, partCount: number): { readonly asked: Teams; readonly reason: string } {
  const wanted = limits.workers ?? limits.cores;
  const size = Math.min(limits.team, wanted);
  const teams = Math.max(1, Math.min(Math.floor(wanted / size), partCount));
  const workers = teams * size;
  const whole = size > 1 ? `only ${teams} whole team${teams === 1 ? '' : 's'} of ${size}` : '';
  const why =
    teams < Math.floor(wanted / size) ? `only ${partCount} part${partCount === 1 ? '' : 's'} to share` : whole;
  const reason =
    limits.workers === null
      ? `${workers} worker${workers === 1 ? '' : 's'}: ${workers < limits.cores ? why : 'the cores available'}.`
      : limits.workers === 1
        ? '1 worker: nothing is divided.'
        : `${workers} worker${workers === 1 ? '' : 's'}: ${workers < limits.workers ? `${limits.workers} asked for, but ${why}` : 'as asked'}.`;
  return { asked: { teams, size }, reason };
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
  const host = limits.hostBytes + sum(input.costs.map((cost) => cost.hostBytes ?? 0));
  const fixed = host + shared * limits.preparedCopies + results * limits.resultCopies + ARENA_BASE;
  const perWorker = (sizes: Sizes) => sizes.windowBytes + limits.workerRuntimeBytes + shared * limits.preparedPerWorker;
  const total = (sizes: Sizes, { teams, size }: Teams = { teams: 1, size: 1 }) =>
    fixed + teams * (size * perWorker(sizes) + sizes.teamBytes);
  const inOneMemory = (sizes: Sizes, size = 1) => sizes.teamBytes + size * (sizes.windowBytes + shared);

  const group = grouping(source).frames;
  const wantedBlock = Math.max(
    1,
    Math.floor(Math.max(limits.blockBytes, tileBytesFor(input)) / frameBytes(source.stack)),
  );
  const aligned = group >= wantedBlock ? group : Math.floor(wantedBlock / group) * group;
  const parts = cutParts(source, preferredPartFrames(source, input.frameFlops ?? 0));
  const longest = parts.reduce((most, start, k) => Math.max(most, start - (parts[k - 1] ?? 0)), 1);
  let sizes = sizesFor(input, Math.min(frames, aligned, longest));
  const smallest = sizesFor(input, 1);

  const partCount = parts.length - 1;
  const { asked, reason } = askedTeams(input, partCount);
  reasons.push(reason);

  // Chunks that hold many frames: rather decode them again in smaller blocks than give up.
  const windowLimit = Math.min(limits.windowBytes ?? Number.POSITIVE_INFINITY, LARGEST_MEMORY - shared);
  const window = (of: Sizes) => of.windowBytes + of.teamBytes;
  while (sizes.blockFrames > 1 && (total(sizes) > budget || window(sizes) > windowLimit)) {
    sizes = sizesFor(input, Math.max(1, Math.floor(sizes.blockFrames / 2)));
  }
  if (total(smallest) > budget) {
    const need = total(smallest);
    throw new PlanError(
      'does-not-fit',
      `Needs ${formatBytes(need)} but ${limits.memory === null ? 'half of the free memory' : '--memory'} is ${formatBytes(budget)}. ` +
        `Try --memory ${Math.ceil(need / 2 ** 20)}MiB.`,
      { needBytes: need, limitBytes: budget },
    );
  }
  if (window(smallest) > windowLimit) {
    const need = perWorker(smallest) + smallest.teamBytes - windowLimit;
    throw new PlanError(
      'does-not-fit',
      `One worker needs ${formatBytes(window(smallest))} for a single frame, but ${limits.windowBytes === null ? 'one memory holds' : '--memory-per-worker leaves'} ${formatBytes(windowLimit)}. ` +
        (limits.windowBytes === null
          ? 'Frames this large cannot be read.'
          : `Give each worker ${formatBytes(need)} more.`),
      { needBytes: window(smallest), limitBytes: windowLimit },
    );
  }
  let { teams, size } = asked;
  while (teams * size > 1 && (total(sizes, { teams, size }) > budget || inOneMemory(sizes, size) > LARGEST_MEMORY)) {
    if (teams > 1) teams--;
    else size--;
  }
  const workers = teams * size;
  if (workers < asked.teams * asked.size) {
    reasons.push(
      `${workers} of ${asked.teams * asked.size} workers: each needs ${formatBytes(perWorker(sizes))} of ${formatBytes(budget)}.`,
    );
  }
  if (limits.team > 1) reasons.push(describeTeams({ teams, size }, sizes));
  const repeats = amplification(source, sizes.blockFrames);
  if (repeats > 1) {
    const whole = total(sizesFor(input, group));
    reasons.push(
      `Each chunk is decoded ${repeats}x, because ${group} frames share a row of chunks: give --memory ${Math.ceil(whole / 2 ** 20)}MiB to decode once.`,
    );
  }
  const isShared = size > 1;
  return {
    parts,
    tileFrames: sizes.tileFrames,
    blockFrames: sizes.blockFrames,
    workers,
    team: size,
    windowBytes: isShared ? sizes.windowBytes : window(sizes),
    teamBytes: isShared ? sizes.teamBytes : 0,
    sharedBytes: shared,
    resultBytes: results,
    projectedBytes: total(sizes, { teams, size }),
    amplification: repeats,
    reasons,
  };
}

function describeTeams({ teams, size }: Teams, { teamBytes }: Sizes): string {
  if (size === 1) return 'Split inside frames: one worker has nobody to share a frame with.';
  const who = teams === 1 ? `all ${size} workers` : `${teams} teams of ${size} workers`;
  return `Split inside frames: ${who} decode and process each frame together, in ${formatBytes(teamBytes)} that they share.`;
}
