import { refsOf, type Work } from '../api/work.js';
import { ARENA_BASE, SLACK } from '../core/arena.js';
import { DTYPES } from '../core/dtype.js';
import { UsageError } from '../core/errors.js';
import { type BoundJob, bindJob, slotLabel } from '../core/job.js';
import { type Prepared, preparedBytes } from '../core/operator.js';
import { readerBytes } from '../core/plan.js';
import { selectPositions } from '../core/selection.js';
import type { Source } from '../core/source.js';
import { frameBytes, product } from '../core/stack.js';
import { localHost, makeJob } from '../layouts/local.js';
import type { CrewTask, Field } from './crew.js';
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

/**
 * Checks operators and values, and lets the operators prepare.
 *
 * @param training positions of the samples they may look at for that, ascending; null: all
 * @throws UsageError, SourceError, Stopped
 */
export async function workOf(
  source: Source,
  map: Work,
  options: LoaderOptions,
  batch: number,
  training: Uint32Array | null = null,
): Promise<LoaderWork> {
  const operators = refsOf(map);
  if (operators.length === 0) throw new UsageError('no-operator', 'A loader needs an operator to make batches with.');
  const { kernel = 'wasm', signal } = options;
  const seen = training ? { ...source, handle: selectPositions(source.handle, training) } : source;
  const { job } = await makeJob(seen, operators, { layout: 'serial', kernel, ...(signal ? { signal } : {}) });
  const whole = await bindJob(job, localHost);
  const { handle } = source;
  const blockFrames = Math.max(1, Math.min(batch, Math.floor(BLOCK_BYTES / frameBytes(handle.stack))));
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
      ...fieldsOf(whole, batch),
      windowBytes: round(readerBytes(handle, blockFrames, localHost.decodeScratch(handle)) + working + SLACK),
      preparedBytes: round(prepared.reduce((sum, one) => sum + preparedBytes(one), 0)),
    },
  };
}

/** The same work in smaller batches. */
export function inBatchesOf(batch: number, { outline, prepared, bound }: LoaderWork): LoaderWork {
  return { prepared, bound, outline: { ...outline, batch, ...fieldsOf(bound, batch) } };
}

/** Where everything lies in one memory: prepared arrays, the arenas of workers, the ring. */
export function layOut({ preparedBytes: prepared, windowBytes, slots, slotBytes }: CrewTask, arenas: number) {
  const first = ARENA_BASE + prepared;
  const ring = first + arenas * windowBytes;
  return { first, ring, bytes: ring + slots * slotBytes - ARENA_BASE };
}
