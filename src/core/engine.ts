import { allocate, type NumericArray } from './dtype.js';
import { asFanfoldError, OperatorError, Stopped } from './errors.js';
import { countNonFinite } from './finite.js';
import { givenArrays } from './into.js';
import { contextOf, type EngineHost, isOrdered, type Job, type Planned, slotLabel } from './job.js';
import type { Crew, Task, WorkerReport } from './layout.js';
import { Merger, pendingPartials } from './merge.js';
import { nameSlot } from './named.js';
import type { Arrays, FolderFile, Prepared, ReadBack } from './operator.js';
import type { Page } from './page.js';
import { findLimiter, type Report, totalSeconds } from './report.js';
import type { ChunkEntries, NamedArray } from './sink.js';
import { fileOfFrame, filesOf } from './source.js';
import { frameBytes, frameCount, fullShape, product } from './stack.js';

export interface Outcome {
  readonly arrays: readonly NamedArray[];
  readonly report: Report;
  /** Files that the operator puts beside those of its slots; none unless the results go to a folder. */
  readonly beside: readonly FolderFile[];
  /** The operator's sheet, where it is wanted. */
  readonly sheet: Page | null;
  /** What the operators have to say of the results. */
  readonly remarks: readonly string[];
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
    firstWorker: 0,
    partwise: job.log !== undefined || isMergedInOrder(job, { slots, bound }),
    destinations: slots.map(
      (slot) => job.streams.find((stream) => stream.slot === slotLabel(slot, bound))?.sink.ref ?? null,
    ),
  };
}

function isMergedInOrder(job: Job, { slots, bound }: Pick<Planned, 'slots' | 'bound'>): boolean {
  return isOrdered(job, bound) && slots.some(({ slot }) => slot.kind === 'whole');
}

interface Pass {
  readonly reports: readonly WorkerReport[];
  readonly merger: Merger;
  readonly outs: readonly Record<string, NumericArray>[];
  /** Of every operator. */
  readonly read: readonly ReadBack[];
}

async function runPass(
  job: Job,
  planned: Planned,
  task: Task,
  crew: Crew,
  prepared: readonly Prepared[],
  host: EngineHost,
): Promise<Pass> {
  const { plan, slots, bound } = planned;
  const total = frameCount(job.source.handle.stack);
  const before = framesBefore(job, planned);
  const parts = Array.from({ length: plan.parts.length - 1 }, (_, i) => i).filter((part) => !job.log?.done.has(part));
  const partCount = parts.length;
  const ordered = isMergedInOrder(job, planned);
  const merger = new Merger(
    slots,
    bound.map(({ operator }) => operator),
    ordered ? parts : null,
  );
  // A static split asks for everything at once, so nothing may be held back from it.
  const window = job.crew.plain ? partCount : pendingPartials(plan.workers);
  let handedOut = 0;
  let frames = before;
  const next = async (max: number): Promise<readonly number[]> => {
    if (handedOut === partCount) return [];
    let room = partCount;
    if (ordered) {
      while (merger.backlog(handedOut) >= window) await merger.nextMerge();
      room = window - merger.backlog(handedOut);
    }
    const batch = parts.slice(handedOut, Math.min(partCount, handedOut + Math.min(max, room)));
    handedOut += batch.length;
    return batch;
  };
  try {
    if (job.signal.aborted) throw new Stopped();
    const reports = await crew.run(prepared, {
      next,
      onPartial: (partial) => {
        merger.add(partial);
        job.log?.note(partial.parts);
      },
      onProgress: (count) => {
        frames = before + count;
        job.onProgress?.(frames, total);
      },
      signal: job.signal,
    });
    if (job.signal.aborted) throw new Stopped();
    return { reports, merger, ...collect(job, planned, task, crew, merger, host) };
  } catch (error) {
    if (error instanceof Stopped || job.signal.aborted) throw new Stopped(frames, total);
    throw error;
  }
}

/** Frames that earlier runs have done. */
function framesBefore({ log }: Job, { plan: { parts } }: Planned): number {
  let frames = 0;
  for (const part of log?.done ?? []) frames += (parts[part + 1] ?? 0) - (parts[part] ?? 0);
  return frames;
}

/** Reads entries of one operator's `each` slots, from memory or from the file they went to. */
function readBackOf(
  operator: number,
  { slots }: Planned,
  { destinations }: Task,
  results: readonly (NumericArray | null)[],
  host: EngineHost,
): ReadBack {
  return (name, first, count) => {
    const i = slots.findIndex((one) => one.operator === operator && one.name === name);
    const [slot, ref, array] = [slots[i]?.slot, destinations[i], results[i]];
    const size = product(slot?.shape ?? []);
    if (slot && ref) return host.readBack(ref, slot.dtype, first, count);
    if (array) return array.subarray(first * size, (first + count) * size);
    throw new OperatorError(
      'no-slot',
      `There are no entries of '${name}' to read: it is no slot of one entry per frame.`,
    );
  };
}

/** A result in the caller's array, where there is one. */
function moved(result: NumericArray | null, given: NumericArray | null): NumericArray | null {
  if (result && given && result !== given) given.set(result);
  return given ?? result;
}

/** All slots of every operator after a pass, finished. */
function collect(
  job: Job,
  planned: Planned,
  task: Task,
  crew: Crew,
  merger: Merger,
  host: EngineHost,
): Pick<Pass, 'outs' | 'read'> {
  const { slots, bound } = planned;
  const into = givenArrays(job, planned);
  const results = crew.results().map((result, i) => moved(result, into[i] ?? null));
  const outs: Record<string, NumericArray>[] = bound.map(() => ({}));
  let whole = 0;
  for (const [i, { operator, name, slot }] of slots.entries()) {
    const out = outs[operator];
    const array =
      slot.kind === 'whole'
        ? merger.totals[whole++]
        : slot.kind === 'derived'
          ? allocate(slot.dtype, product(slot.shape))
          : (results[i] ?? recall(job, planned, task, i, host));
    if (out && array) out[name] = array;
  }
  const read = bound.map((_, i) => readBackOf(i, planned, task, results, host));
  for (const [i, { operator, values, prepared }] of bound.entries()) {
    const back = read[i];
    if (back) operator.finish?.((outs[i] ?? {}) as Arrays<string>, job.source.handle.stack, values, prepared, back);
  }
  return { outs, read };
}

/** All entries of a slot that has to be taken back from its file. */
function recall(job: Job, { slots, bound }: Planned, { destinations }: Task, i: number, host: EngineHost) {
  const [slot, ref] = [slots[i], destinations[i]];
  if (!slot || !ref || !job.streams.some((one) => one.recalled && one.slot === slotLabel(slot, bound))) return null;
  return host.readBack(ref, slot.slot.dtype, 0, frameCount(job.source.handle.stack));
}

/** What follows from the results in `finish`, and uncertainties, may have no value on purpose: they are not counted. */
function countOf(arrays: readonly NamedArray[], { slots, bound }: Planned): number {
  const measured = slots.filter(({ slot }) => slot.kind !== 'derived' && slot.errorsOf === undefined);
  const names = new Set(measured.map((slot) => slotLabel(slot, bound)));
  return arrays.reduce((total, { name, data }) => total + (names.has(name) ? countNonFinite(data) : 0), 0);
}

/**
 * Runs a planned job to its end: as many passes as its operators ask for, every part once a pass.
 *
 * @throws Stopped when the signal aborts; otherwise the first error of any worker. A streamed output is then gone.
 */
export async function runPlanned(job: Job, planned: Planned, host: EngineHost): Promise<Outcome> {
  const started = performance.now();
  const { stack } = job.source.handle;
  const task = makeTask(job, planned);
  const into = givenArrays(job, planned);
  let crew: Crew | null = null;
  try {
    crew = await job.layout.start(task, { ...job.crew, into });
    const startSeconds = (performance.now() - started) / 1000;
    const running = performance.now();
    let prepared = planned.bound.map((one) => one.prepared);
    let pass = await runPass(job, planned, task, crew, prepared, host);
    for (let number = 0; ; number++) {
      const again = await Promise.all(
        planned.bound.map(({ operator, values }, i) =>
          operator.again?.(contextOf(host, job, values), number, (pass.outs[i] ?? {}) as Arrays<string>),
        ),
      );
      if (again.every((one) => !one)) break;
      prepared = prepared.map((one, i) => again[i] ?? one);
      pass = await runPass(job, planned, task, crew, prepared, host);
    }
    const runSeconds = (performance.now() - running) / 1000;
    await crew.close();
    crew = null;
    const { beside, sheet } = await besideOf(job, planned, pass, prepared, host);
    await commitStreams(job, pass.reports);
    const arrays = nameArrays(job, planned, pass.outs);
    const report = makeReport(job, planned, pass, host, arrays, { started, startSeconds, runSeconds });
    const remarks = planned.bound.flatMap(
      ({ operator, values }, i) => operator.remarks?.((pass.outs[i] ?? {}) as Arrays<string>, stack, values) ?? [],
    );
    return { arrays, report, beside, sheet, remarks };
  } catch (error) {
    await crew?.close();
    for (const { sink } of job.streams) sink.abort();
    if (error instanceof Stopped && error.total > 0) throw error;
    if (error instanceof Stopped || job.signal.aborted) throw new Stopped(0, frameCount(job.source.handle.stack));
    throw asFanfoldError(error, 'The run');
  }
}

/** What the operator makes of its finished results beside them: the files of a folder, a sheet. */
async function besideOf(
  job: Job,
  { bound: [one] }: Planned,
  { outs: [out], read: [read] }: Pass,
  [prepared]: readonly Prepared[],
  host: EngineHost,
): Promise<Pick<Outcome, 'beside' | 'sheet'>> {
  const { folder, sheet, source } = job;
  if (!one || !out || !read || !prepared) return { beside: [], sheet: null };
  const { operator, values } = one;
  const { read: frames } = contextOf(host, job, values);
  const { labels, channels } = source;
  const belongs = { ...(labels ? { labels } : {}), ...(channels ? { channels } : {}) };
  const fileOf = (frame: number) => fileOfFrame(source.handle, frame);
  const known = { out, stack: source.handle.stack, values, prepared, ...belongs, read, frames, fileOf };
  return {
    beside: folder === undefined ? [] : ((await operator.files?.({ ...known, name: folder })) ?? []),
    sheet: sheet === undefined ? null : ((await operator.sheet?.({ ...known, name: sheet })) ?? null),
  };
}

async function commitStreams(job: Job, reports: readonly WorkerReport[]): Promise<void> {
  const entries = reports.map((report) => report.entries).filter((one): one is ChunkEntries => one !== null);
  for (const { sink, provenance } of job.streams) await sink.commit(entries, provenance);
}

function nameArrays(job: Job, planned: Planned, outs: Pass['outs']): NamedArray[] {
  const arrays: NamedArray[] = [];
  for (const bound of planned.slots) {
    const data = outs[bound.operator]?.[bound.name];
    if (!data || bound.slot.private) continue;
    const { dtype: _, ...named } = nameSlot(job, planned, bound);
    arrays.push({ ...named, data });
  }
  return arrays;
}

function readingOf({ source, direct }: Job): string {
  if (source.handle.kind === 'generated') return 'generating frames';
  if (filesOf(source.handle).some((file) => /^https?:/i.test(file))) return 'reading from the server';
  return direct ? 'reading from disk' : 'reading (page cache or disk)';
}

function makeReport(
  job: Job,
  planned: Planned,
  { reports, merger }: Pass,
  host: EngineHost,
  arrays: readonly NamedArray[],
  times: { readonly started: number; readonly startSeconds: number; readonly runSeconds: number },
): Report {
  const { stack } = job.source.handle;
  const { plan, bound, prepareSeconds } = planned;
  const frames = frameCount(stack) - framesBefore(job, planned);
  return {
    operator: bound.map(({ operator }) => operator.name).join('+'),
    source: job.source.location,
    layout: job.layout.name,
    kernel: job.kernel,
    workers: reports.length,
    team: plan.team,
    shape: fullShape(stack),
    dtype: stack.dtype,
    frames,
    bytes: frames * frameBytes(stack),
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
    nonFinite: countOf(arrays, planned),
    parts: plan.parts.length - 1 - (job.log?.done.size ?? 0),
    fallbacks: job.fallbacks,
    limiter: findLimiter(reports, readingOf(job), plan.team > 1 ? 'waiting for each other' : 'waiting for parts'),
    perWorker: reports.map(({ entries: _, ...rest }) => rest),
  };
}
