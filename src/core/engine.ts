import { ARENA_BASE, Arena, makeMemory } from './arena.js';
import { allocate, type NumericArray } from './dtype.js';
import { asFanfoldError, Stopped, UsageError } from './errors.js';
import type { BoundSlot, Crew, CrewOptions, Layout, OperatorRef, Task, WorkerReport } from './layout.js';
import { Merger } from './merge.js';
import type { AnyOperator, Arrays, Cost, LoadedArray, PrepareContext, Prepared, Slot } from './operator.js';
import { type ArrayInput, checkValues, type Params, type Values } from './params.js';
import { type Limits, makePlan, type Plan, readerBytes } from './plan.js';
import { findLimiter, type Report, totalSeconds } from './report.js';
import type { ChunkEntries, NamedArray, Provenance, StreamSink } from './sink.js';
import type { BadFramePolicy, FrameReader, ReadOptions, Source, SourceHandle } from './source.js';
import { type Axis, frameCount, fullShape, plainAxis, product, stackBytes } from './stack.js';

/** What the engine cannot do itself because it does no I/O. */
export interface EngineHost {
  attach(handle: SourceHandle, arena: Arena, options: ReadOptions): Promise<FrameReader>;
  loadArray(input: ArrayInput): Promise<LoadedArray>;
  loadOperator(ref: OperatorRef): Promise<AnyOperator>;
  /** Bytes a worker's decoder of this source takes beside the decoded chunk. */
  decodeScratch(handle: SourceHandle): number;
  /** Highest resident size of this process so far. */
  peakBytes(): number;
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
  /** Writes one `each` slot to a file while running, instead of keeping it. */
  readonly stream?: { readonly slot: string; readonly sink: StreamSink; readonly provenance: Provenance };
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

export interface Outcome {
  readonly arrays: readonly NamedArray[];
  readonly report: Report;
}

function preparedBytes(prepared: Prepared): number {
  return Object.values(prepared).reduce<number>(
    (total, value) => total + (typeof value === 'object' ? value.byteLength + 192 : 0),
    0,
  );
}

/** Reads frames on the host for `prepare`; the small reader is opened when first needed. */
async function readOnHost(host: EngineHost, job: Job, first: number, count: number): Promise<NumericArray> {
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
    return reader.load(first, count).slice();
  } finally {
    reader.close();
  }
}

function contextOf(host: EngineHost, job: Job, values: Values<Params>): PrepareContext<Params> {
  return {
    stack: job.source.handle.stack,
    values,
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

/** Checks operators and values and lets the operators prepare. @throws UsageError */
export async function bindJob(job: Job, host: EngineHost): Promise<BoundJob> {
  const started = performance.now();
  const { stack } = job.source.handle;
  if (stackBytes(stack) === 0) {
    const shape = fullShape(stack).join(' x ');
    throw new UsageError('no-frames', `${job.source.location} holds no frames: its shape is ${shape}.`);
  }
  const bound: Bound[] = [];
  const slots: BoundSlot[] = [];
  const costs: Cost[] = [];
  for (const [i, ref] of job.operators.entries()) {
    const operator = await host.loadOperator(ref);
    const values = checkValues(operator.params, ref.values, operator.name);
    const prepared = (await operator.prepare?.(contextOf(host, job, values))) ?? {};
    for (const [name, slot] of Object.entries(operator.outputs(stack, values, prepared))) {
      slots.push({ operator: i, name, slot });
    }
    costs.push(operator.cost?.(stack, values, prepared) ?? { workerBytes: 0 });
    bound.push({ ref, operator, values, prepared });
  }
  return { bound, slots, costs, prepareSeconds: (performance.now() - started) / 1000 };
}

/** Plans a bound job. @throws PlanError when it does not fit */
export function planBound(job: Job, host: EngineHost, { bound, slots, costs, prepareSeconds }: BoundJob): Planned {
  const plan = makePlan({
    source: job.source.handle,
    slots: slots.map(({ slot }) => slot),
    costs,
    sharedBytes: bound.reduce((total, { prepared }) => total + preparedBytes(prepared), 0),
    limits: job.limits,
    decodeScratch: host.decodeScratch(job.source.handle),
    streamed: slots.map((slot) => slotLabel(slot, bound) === job.stream?.slot),
    pendingPartials: isOrdered(job, bound) ? 2 * (job.limits.workers ?? job.limits.cores) + 2 : 2,
  });
  return { plan, slots, bound, prepareSeconds };
}

/** Binds and plans. @throws UsageError, PlanError */
export async function planJob(job: Job, host: EngineHost): Promise<Planned> {
  return planBound(job, host, await bindJob(job, host));
}

function isOrdered(job: Job, bound: readonly Bound[]): boolean {
  return job.deterministic || bound.some(({ operator }) => operator.ordered);
}

/** `image` for a single operator, `mask.image` in a fused run. */
export function slotLabel({ operator, name }: BoundSlot, bound: readonly Bound[]): string {
  return bound.length === 1 ? name : `${bound[operator]?.operator.name ?? operator}.${name}`;
}

function makeTask(job: Job, { plan, slots, bound }: Planned): Task {
  return {
    source: job.source.handle,
    operators: job.operators,
    slots,
    plan,
    kernel: job.kernel,
    direct: job.direct,
    onBadFrame: job.onBadFrame,
    replicas: job.replicas,
    ordered: isOrdered(job, bound) && slots.some(({ slot }) => slot.kind === 'whole'),
    destinations: slots.map((slot) =>
      job.stream && slotLabel(slot, bound) === job.stream.slot ? job.stream.sink.ref : null,
    ),
  };
}

interface Pass {
  readonly reports: readonly WorkerReport[];
  readonly merger: Merger;
  readonly outs: readonly Record<string, NumericArray>[];
}

async function runPass(
  job: Job,
  planned: Planned,
  task: Task,
  crew: Crew,
  prepared: readonly Prepared[],
): Promise<Pass> {
  const { plan, slots, bound } = planned;
  const total = frameCount(job.source.handle.stack);
  const partCount = plan.parts.length - 1;
  const parts = Array.from({ length: partCount }, (_, i) => i);
  const merger = new Merger(
    slots,
    bound.map(({ operator }) => operator),
    task.ordered ? parts : null,
  );
  // A static split asks for everything at once, so nothing may be held back from it.
  const window = job.crew.plain ? partCount : 2 * plan.workers + 2;
  let handedOut = 0;
  let frames = 0;
  const next = async (max: number): Promise<readonly number[]> => {
    let room = partCount;
    if (task.ordered) {
      while (merger.backlog(handedOut) >= window) await merger.nextMerge();
      room = window - merger.backlog(handedOut);
    }
    const batch = parts.slice(handedOut, Math.min(partCount, handedOut + Math.min(max, room)));
    handedOut += batch.length;
    return batch;
  };
  try {
    const reports = await crew.run(prepared, {
      next,
      onPartial: (partial) => merger.add(partial),
      onProgress: (count) => {
        frames = count;
        job.onProgress?.(count, total);
      },
      signal: job.signal,
    });
    if (job.signal.aborted) throw new Stopped(frames);
    return { reports, merger, outs: collect(job, planned, crew, merger) };
  } catch (error) {
    if (error instanceof Stopped || job.signal.aborted) throw new Stopped(frames);
    throw error;
  }
}

/** All slots of every operator after a pass, finished. */
function collect(job: Job, { slots, bound }: Planned, crew: Crew, merger: Merger): Record<string, NumericArray>[] {
  const results = crew.results();
  const outs: Record<string, NumericArray>[] = bound.map(() => ({}));
  let whole = 0;
  for (const [i, { operator, name, slot }] of slots.entries()) {
    const out = outs[operator];
    const array =
      slot.kind === 'whole'
        ? merger.totals[whole++]
        : slot.kind === 'derived'
          ? allocate(slot.dtype, product(slot.shape))
          : results[i];
    if (out && array) out[name] = array;
  }
  for (const [i, { operator, values }] of bound.entries()) {
    operator.finish?.((outs[i] ?? {}) as Arrays<string>, job.source.handle.stack, values);
  }
  return outs;
}

function axesOf(slot: Slot, job: Job): { shape: number[]; axes: Axis[] } {
  const { stack } = job.source.handle;
  const positions = stack.axes.slice(0, stack.stackShape.length);
  if (slot.kind === 'each') {
    const shape = [...stack.stackShape, ...slot.shape];
    return { shape, axes: shape.map((_, i) => positions[i] ?? plainAxis(i)) };
  }
  const frame = stack.axes.slice(stack.stackShape.length);
  const [asFrame, asScan] = [stack.frameShape, stack.stackShape].map((shape) => shape.join() === slot.shape.join());
  const axes = asFrame ? frame : asScan ? positions : slot.shape.map((_, i) => plainAxis(i));
  return { shape: [...slot.shape], axes };
}

function countNonFinite(arrays: readonly NamedArray[]): number {
  let count = 0;
  for (const { data } of arrays) {
    if (data instanceof Float64Array || data instanceof Float32Array)
      for (const value of data) if (!Number.isFinite(value)) count++;
  }
  return count;
}

/**
 * Runs a planned job to its end: as many passes as its operators ask for, every part once a pass.
 *
 * @throws Stopped when the signal aborts; otherwise the first error of any worker. A streamed output is then gone.
 */
export async function runPlanned(job: Job, planned: Planned, host: EngineHost): Promise<Outcome> {
  const started = performance.now();
  const task = makeTask(job, planned);
  let crew: Crew | null = null;
  try {
    crew = await job.layout.start(task, job.crew);
    const startSeconds = (performance.now() - started) / 1000;
    const running = performance.now();
    let prepared = planned.bound.map((one) => one.prepared);
    let pass = await runPass(job, planned, task, crew, prepared);
    for (let number = 0; ; number++) {
      const again = await Promise.all(
        planned.bound.map(({ operator, values }, i) =>
          operator.again?.(contextOf(host, job, values), number, (pass.outs[i] ?? {}) as Arrays<string>),
        ),
      );
      if (again.every((one) => !one)) break;
      prepared = prepared.map((one, i) => again[i] ?? one);
      pass = await runPass(job, planned, task, crew, prepared);
    }
    const runSeconds = (performance.now() - running) / 1000;
    await crew.close();
    crew = null;
    await commitStream(job, pass.reports);
    const arrays = nameArrays(job, planned, pass.outs);
    const report = makeReport(job, planned, pass, host, arrays, { started, startSeconds, runSeconds });
    return { arrays, report };
  } catch (error) {
    await crew?.close();
    job.stream?.sink.abort();
    if (error instanceof Stopped) throw error;
    throw asFanfoldError(error, 'The run');
  }
}

async function commitStream(job: Job, reports: readonly WorkerReport[]): Promise<void> {
  if (!job.stream) return;
  const entries = reports.map(({ entries }) => entries).filter((one): one is ChunkEntries => one !== null);
  await job.stream.sink.commit(entries, job.stream.provenance);
}

function nameArrays(job: Job, planned: Planned, outs: Pass['outs']): NamedArray[] {
  const arrays: NamedArray[] = [];
  for (const bound of planned.slots) {
    const data = outs[bound.operator]?.[bound.name];
    if (!data || bound.slot.private) continue;
    const { shape, axes } = axesOf(bound.slot, job);
    const name = slotLabel(bound, planned.bound);
    arrays.push({ name, shape, data, axes, unit: bound.slot.unit ?? '', label: bound.slot.label ?? name });
  }
  return arrays;
}

function makeReport(
  job: Job,
  { plan, bound, prepareSeconds }: Planned,
  { reports, merger }: Pass,
  host: EngineHost,
  arrays: readonly NamedArray[],
  times: { readonly started: number; readonly startSeconds: number; readonly runSeconds: number },
): Report {
  const { stack } = job.source.handle;
  return {
    operator: bound.map(({ operator }) => operator.name).join('+'),
    source: job.source.location,
    layout: job.layout.name,
    kernel: job.kernel,
    workers: reports.length,
    shape: fullShape(stack),
    dtype: stack.dtype,
    frames: frameCount(stack),
    bytes: stackBytes(stack),
    bytesRead: reports.reduce((total, { bytesRead }) => total + bytesRead, 0),
    seconds: {
      prepare: prepareSeconds,
      start: times.startSeconds,
      ...totalSeconds(reports),
      merge: merger.seconds,
      run: times.runSeconds,
      wall: (performance.now() - times.started) / 1000 + prepareSeconds,
    },
    peakBytes: host.peakBytes() + reports.reduce((total, { processPeakBytes }) => total + processPeakBytes, 0),
    projectedBytes: plan.projectedBytes,
    direct: job.direct,
    amplification: plan.amplification,
    badFrames: [...new Set(reports.flatMap(({ badFrames }) => badFrames))].sort((a, b) => a - b),
    nonFinite: countNonFinite(arrays),
    fallbacks: job.fallbacks,
    limiter: findLimiter(reports, job.direct),
    perWorker: reports,
  };
}
