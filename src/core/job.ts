import { ARENA_BASE, Arena, makeMemory } from './arena.js';
import { allocate, type Dtype, type NumericArray } from './dtype.js';
import { SourceError, Stopped, UsageError } from './errors.js';
import type { BoundSlot, CrewOptions, Layout, OperatorRef } from './layout.js';
import { pendingPartials } from './merge.js';
import {
  type AnyOperator,
  type Cost,
  type LoadedArray,
  type PrepareContext,
  type Prepared,
  preparedBytes,
} from './operator.js';
import { type ArrayInput, checkValues, type Params, type Values } from './params.js';
import { type Limits, makePlan, type Plan, readerBytes } from './plan.js';
import type { Provenance, SinkRef, StreamSink } from './sink.js';
import type { BadFramePolicy, FrameReader, ReadOptions, Source, SourceHandle } from './source.js';
import { frameCount, fullShape, product, stackBytes } from './stack.js';

/** What the engine cannot do itself because it does no I/O. */
export interface EngineHost {
  attach(handle: SourceHandle, arena: Arena, options: ReadOptions): Promise<FrameReader>;
  loadArray(input: ArrayInput): Promise<LoadedArray>;
  readText(path: string): Promise<string>;
  loadOperator(ref: OperatorRef): Promise<AnyOperator>;
  /** Names of the built-in operators that a team can run inside a frame. */
  insideOperators(): Promise<readonly string[]>;
  /** Bytes a worker's decoder of this source takes beside the decoded chunk. */
  decodeScratch(handle: SourceHandle): number;
  /** Frames of a source that only the host can get at, for `prepare`. */
  read?(first: number, count: number): Promise<NumericArray>;
  /** Entries of a streamed slot that were written to a `region`. */
  readBack(ref: SinkRef, dtype: Dtype, first: number, count: number): NumericArray;
  /** Highest resident size of this process so far. */
  peakBytes(): number;
}

/** An `each` slot that goes to a file while running. */
export interface Stream {
  readonly slot: string;
  readonly sink: StreamSink;
  readonly provenance: Provenance;
  /** Taken back from its file at the end, for `finish`, and counted as results in memory are. */
  readonly recalled?: true;
}

/** What earlier runs have done of a job, and where this one notes what it does. */
export interface PartLog {
  readonly done: ReadonlySet<number>;
  /** Called when the entries of these parts have been written. */
  note(parts: readonly number[]): void;
}

/** One run, complete. */
export interface Job {
  readonly source: Source;
  readonly operators: readonly OperatorRef[];
  readonly layout: Layout;
  readonly limits: Limits;
  readonly crew: CrewOptions;
  readonly kernel: 'wasm' | 'ts';
  readonly direct: boolean;
  readonly onBadFrame: BadFramePolicy;
  readonly replicas: readonly (readonly string[])[];
  readonly deterministic: boolean;
  /** `each` slots that are written to files while running, instead of being kept. */
  readonly streams: readonly Stream[];
  /** Absent for a run that does every part. All its `each` slots are streams then, and none is `whole`. */
  readonly log?: PartLog;
  /** What the source is called, when the results of its one operator go to a folder. */
  readonly folder?: string;
  /** What the source is called, when a sheet of its one operator is wanted. */
  readonly sheet?: string;
  /** Arrays of the caller that results are written to, by slot. */
  readonly into?: Readonly<Record<string, NumericArray>>;
  readonly fallbacks: readonly string[];
  readonly signal: AbortSignal;
  onProgress?(frames: number, total: number): void;
}

/** An operator of a job with its checked values and what it made ready. */
interface Bound {
  readonly ref: OperatorRef;
  readonly operator: AnyOperator;
  readonly values: Values<Params>;
  readonly prepared: Prepared;
}

/** A job that has been checked and planned, but not started. */
export interface Planned {
  readonly plan: Plan;
  readonly slots: readonly BoundSlot[];
  readonly bound: readonly Bound[];
  readonly prepareSeconds: number;
}

/** Reads frames on the host for `prepare`; the small reader is opened when first needed. */
async function readOnHost(host: EngineHost, job: Job, first: number, count: number): Promise<NumericArray> {
  if (host.read) return host.read(first, count);
  const handle = job.source.handle;
  const bytes = readerBytes(handle, count, host.decodeScratch(handle)) + 2 ** 20;
  const arena = new Arena(makeMemory(bytes), ARENA_BASE, bytes);
  const reader = await host.attach(handle, arena, {
    blockFrames: count,
    direct: false,
    onBadFrame: job.onBadFrame,
    replica: null,
    kernel: job.kernel,
  });
  try {
    const { dtype, frameShape } = handle.stack;
    const size = product(frameShape);
    const frames = allocate(dtype, count * size);
    // Frames of a selection that follow each other need not do so in the file.
    for (let at = 0; at < count; ) {
      const end = reader.blockEnd(first + at, count - at) - first;
      frames.set(reader.load(first + at, end - at), at * size);
      at = end;
    }
    return frames;
  } finally {
    reader.close();
  }
}

export function contextOf(host: EngineHost, job: Job, values: Values<Params>): PrepareContext<Params> {
  return {
    stack: job.source.handle.stack,
    values,
    detector: job.source.detector ?? {},
    ...(job.source.affine ? { affine: job.source.affine } : {}),
    kernel: job.kernel,
    readText: (path) => host.readText(path),
    read: (first, count) => readOnHost(host, job, first, count),
    load: (input) => host.loadArray(input),
  };
}

/** Operators of a job with checked values and what they prepared, and the slots they will fill. */
export interface BoundJob {
  readonly bound: readonly Bound[];
  readonly slots: readonly BoundSlot[];
  readonly costs: readonly Cost[];
  readonly prepareSeconds: number;
}

async function notInside({ name }: AnyOperator, host: EngineHost): Promise<UsageError> {
  const able = await host.insideOperators();
  return new UsageError(
    'not-inside',
    `Operator ${name} cannot share a frame between workers: leave --split inside out.${able.length > 0 ? ` It is for ${able.join(', ')}.` : ''}`,
    { operator: name },
  );
}

/** Checks operators and values and lets the operators prepare. @throws UsageError, SourceError, Stopped */
export async function bindJob(job: Job, host: EngineHost): Promise<BoundJob> {
  const started = performance.now();
  const { stack } = job.source.handle;
  if (stackBytes(stack) === 0) {
    const shape = fullShape(stack).join(' x ');
    throw new SourceError('no-frames', `${job.source.location} holds no frames: its shape is ${shape}.`);
  }
  const bound: Bound[] = [];
  const slots: BoundSlot[] = [];
  const costs: Cost[] = [];
  for (const [i, ref] of job.operators.entries()) {
    const operator = await host.loadOperator(ref);
    if (job.limits.team > 1 && !operator.inside) throw await notInside(operator, host);
    const values = checkValues(operator.params, ref.values, operator.name);
    const prepared = (await operator.prepare?.(contextOf(host, job, values))) ?? {};
    if (job.signal.aborted) throw new Stopped(0, frameCount(stack));
    for (const [name, slot] of Object.entries(operator.outputs(stack, values, prepared))) {
      slots.push({ operator: i, name, slot });
    }
    costs.push(operator.cost?.(stack, values, prepared) ?? { workerBytes: 0 });
    bound.push({ ref, operator, values, prepared });
  }
  return { bound, slots, costs, prepareSeconds: (performance.now() - started) / 1000 };
}

/** Slots that go to files while running, and are not kept. */
function streamedOf({ streams }: Job): ReadonlySet<string> {
  return new Set(streams.filter(({ recalled }) => !recalled).map(({ slot }) => slot));
}

/**
 * Plans a bound job.
 *
 * @param streamed labels of slots that are not kept in memory: those of its streams, unless told before these are started
 * @throws PlanError when it does not fit
 */
export function planBound(
  job: Job,
  host: EngineHost,
  { bound, slots, costs, prepareSeconds }: BoundJob,
  streamed: ReadonlySet<string> = streamedOf(job),
): Planned {
  const { stack } = job.source.handle;
  const plan = makePlan({
    source: job.source.handle,
    slots: slots.map(({ slot }) => slot),
    costs,
    sharedBytes: bound.reduce(
      (total, { prepared }, i) => total + Math.max(preparedBytes(prepared), costs[i]?.laterPreparedBytes ?? 0),
      0,
    ),
    limits: job.limits,
    frameFlops: bound.reduce((sum, { operator, values }) => sum + (operator.flops?.(stack, values) ?? 0), 0),
    decodeScratch: host.decodeScratch(job.source.handle),
    streamed: slots.map((slot) => streamed.has(slotLabel(slot, bound))),
    pendingPartials: isOrdered(job, bound) ? pendingPartials(job.limits.workers ?? job.limits.cores) : 2,
  });
  return { plan, slots, bound, prepareSeconds };
}

/** Binds and plans. @throws UsageError, PlanError */
export async function planJob(job: Job, host: EngineHost): Promise<Planned> {
  return planBound(job, host, await bindJob(job, host));
}

export function isOrdered(job: Job, bound: readonly Bound[]): boolean {
  return job.deterministic || bound.some(({ operator }) => operator.ordered);
}

/** `image` for a single operator, `mask.image` in a fused run. */
export function slotLabel({ operator, name }: BoundSlot, bound: readonly Bound[]): string {
  return bound.length === 1 ? name : `${bound[operator]?.operator.name ?? operator}.${name}`;
}
