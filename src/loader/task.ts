import { refsOf, type Work } from '../api/work.js';
import { ARENA_BASE, SLACK } from '../core/arena.js';
import { DTYPES } from '../core/dtype.js';
import { UsageError } from '../core/errors.js';
import { type BoundJob, bindJob, type EngineHost, slotLabel } from '../core/job.js';
import { type Prepared, preparedBytes } from '../core/operator.js';
import { readerBytes } from '../core/plan.js';
import { selectPositions } from '../core/selection.js';
import type { Source } from '../core/source.js';
import { frameBytes, framePixels, product, type Stack } from '../core/stack.js';
import { localHost, makeJob } from '../layouts/local.js';
import type { CrewTask, Field } from './crew.js';
import type { Feed } from './feed.js';
import type { LoaderOptions } from './options.js';

/** Frames of at most this many bytes are read and processed at a time. */
const BLOCK_BYTES = 2 ** 20;

/** Everything about the work but who does it. */
export type Outline = Omit<CrewTask, 'workers' | 'slots'>;

/** The work of a loader, checked, with what its operators prepared. */
export interface LoaderWork {
  readonly outline: Outline;
  readonly prepared: readonly Prepared[];
  readonly bound: BoundJob;
}

const round = (bytes: number): number => Math.ceil(bytes / 64) * 64;

function fieldsOf({ slots, bound }: BoundJob, batch: number): { fields: Field[]; slotBytes: number } {
  const fields: Field[] = [];
  let offset = 0;
  for (const one of slots) {
    const { slot, name, operator } = one;
    // What `finish` makes of all frames, or of what was prepared, is not of any sample.
    if (slot.kind === 'derived') continue;
    if (slot.kind !== 'each') {
      throw new UsageError(
        'not-each',
        `Operator ${bound[operator]?.operator.name} gives ${name} once for the whole stack, but batches are made of entries of every sample.`,
        { slot: name },
      );
    }
    const { shape, dtype } = slot;
    const size = product(shape);
    fields.push({ label: slotLabel(one, bound), operator, name, dtype, shape, size, offset });
    offset += round(batch * size * DTYPES[dtype].bytes + SLACK);
  }
  for (const { operator, values } of bound) {
    if (!(operator.revises?.(values) ?? Boolean(operator.finish ?? operator.again))) continue;
    throw new UsageError(
      'not-each',
      `Operator ${operator.name}, with these values, finishes its entries when it has seen all frames, but batches are made of a few at a time. Run it over the stack first, and load what it gives.`,
    );
  }
  return { fields, slotBytes: offset };
}

/** What a slot of the ring holds of a batch: entries and, where they are fed, the frames behind them. */
function slotOf(
  bound: BoundJob,
  batch: number,
  stack: Stack,
  isFed: boolean,
): Pick<CrewTask, 'fields' | 'room' | 'slotBytes'> {
  const { fields, slotBytes } = fieldsOf(bound, batch);
  if (!isFed) return { fields, room: null, slotBytes };
  const room = { dtype: stack.dtype, size: framePixels(stack), offset: slotBytes };
  return { fields, room, slotBytes: slotBytes + round(batch * frameBytes(stack) + SLACK) };
}

/** Who brings frames, and which of them operators may look at beforehand: positions, ascending; null: all. */
interface Beforehand {
  readonly training: Uint32Array | null;
  readonly feed: Feed | null;
}

/** The host of a job whose frames only the loader can get at. */
function hostOf({ feed, training }: Beforehand): EngineHost {
  if (!feed) return localHost;
  const samplesOf = (first: number, count: number): Uint32Array =>
    training?.subarray(first, first + count) ?? Uint32Array.from({ length: count }, (_, i) => first + i);
  return { ...localHost, read: (first, count) => feed.read(samplesOf(first, count)) };
}

/** Checks operators and values, and lets the operators prepare. @throws UsageError, SourceError, Stopped */
export async function workOf(
  source: Source,
  map: Work,
  options: LoaderOptions,
  batch: number,
  beforehand: Beforehand = { training: null, feed: null },
): Promise<LoaderWork> {
  const operators = refsOf(map);
  if (operators.length === 0) throw new UsageError('no-operator', 'A loader needs an operator to make batches with.');
  const { kernel = 'wasm', signal } = options;
  const { training, feed } = beforehand;
  const seen = training ? { ...source, handle: selectPositions(source.handle, training) } : source;
  const { job } = await makeJob(seen, operators, { layout: 'serial', kernel, ...(signal ? { signal } : {}) });
  const whole = await bindJob(job, hostOf(beforehand));
  const { handle } = source;
  const { stack } = handle;
  const blockFrames = Math.max(1, Math.min(batch, Math.floor(BLOCK_BYTES / frameBytes(stack))));
  const readingBytes = feed ? 0 : readerBytes(handle, blockFrames, localHost.decodeScratch(handle));
  const working = whole.costs.reduce((sum, { workerBytes }) => sum + workerBytes + 64 * SLACK, 0);
  const prepared = whole.bound.map((one) => one.prepared);
  return {
    prepared,
    bound: whole,
    outline: {
      source: handle,
      operators,
      kernel,
      batch,
      blockFrames,
      ...slotOf(whole, batch, stack, feed !== null),
      windowBytes: round(readingBytes + working + SLACK),
      preparedBytes: round(prepared.reduce((sum, one) => sum + preparedBytes(one), 0)),
    },
  };
}

/** The same work in smaller batches. */
export function inBatchesOf(batch: number, { outline, prepared, bound }: LoaderWork): LoaderWork {
  return {
    prepared,
    bound,
    outline: { ...outline, batch, ...slotOf(bound, batch, outline.source.stack, outline.room !== null) },
  };
}

/** Where everything lies in one memory: prepared arrays, the arenas of workers, the ring. */
export function layOut({ preparedBytes: prepared, windowBytes, slots, slotBytes }: CrewTask, arenas: number) {
  const first = ARENA_BASE + prepared;
  const ring = first + arenas * windowBytes;
  return { first, ring, bytes: ring + slots * slotBytes - ARENA_BASE };
}
