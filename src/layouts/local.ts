import { scratchBytes } from '../codecs/pipeline.js';
import { chunkBytes } from '../core/blocks.js';
import type { NumericArray } from '../core/dtype.js';
import { type Outcome, runPlanned } from '../core/engine.js';
import { LayoutError, PlanError, UsageError } from '../core/errors.js';
import { type EngineHost, type Job, type Planned, planJob } from '../core/job.js';
import type { CrewOptions, Layout, OperatorRef } from '../core/layout.js';
import { checkValues } from '../core/params.js';
import type { Limits } from '../core/plan.js';
import { selectFrames, selectRegion, selectSource } from '../core/selection.js';
import { formatBytes } from '../core/size.js';
import { type BadFramePolicy, filesOf, type Source, type SourceHandle } from '../core/source.js';
import { frameCount, reshapeStack, stackBytes } from '../core/stack.js';
import type { Storage } from '../core/storage.js';
import { loadInput } from '../formats/load-input.js';
import { attachSource } from '../formats/registry.js';
import { chooseDirect } from '../io/direct.js';
import { REMOTE_BYTES } from '../io/http/remote-file.js';
import { isUrl } from '../io/http/url.js';
import { availableCores, availableMemory, peakResidentBytes, residentBytes } from '../io/machine.js';
import { readRegion } from '../io/sink-part.js';
import { readText } from '../io/text.js';
import { loadOperator } from '../operators/load.js';
import { insideOperators } from '../operators/registry.js';
import { chooseLayout } from './choose.js';
import { findLayout, LAYOUTS } from './registry.js';
import { checkReplica, replicaFiles } from './replicas.js';

/** How to run; everything has a default. */
export interface RunOptions {
  /** `auto`, `serial`, `threads` or `processes`. */
  readonly layout?: string;
  /** Worker threads or processes; -1 or absent: as many as cores; 0: the calling thread. */
  readonly workers?: number;
  readonly threadsPerWorker?: number;
  /** Deal frames out whole (`frames`), or let workers share each one (`inside`). */
  readonly split?: 'frames' | 'inside';
  /** Workers that share a frame when `split` is `inside`; absent: all of them. */
  readonly team?: number;
  /** Bytes for everything together, runtime included. */
  readonly memory?: number;
  /** Resident bytes one worker process may reach. */
  readonly memoryPerWorker?: number;
  readonly kernel?: 'auto' | 'wasm' | 'ts';
  /** Read past the page cache; absent: when the file is larger than free memory and it is not slower. */
  readonly direct?: boolean;
  readonly onBadFrame?: BadFramePolicy;
  /** Exact copies of the source's file on other disks, read at the same time. */
  readonly replicas?: readonly string[];
  readonly deterministic?: boolean;
  /** Fixed shares instead of a queue (layout `processes`). */
  readonly plain?: boolean;
  readonly sharedMemory?: boolean;
  /** Hold each worker process to processors of its own (layout `processes`). */
  readonly bind?: 'none' | 'cores';
  /** `start:stop` of the frames in stored order. */
  readonly frames?: string;
  /** `y0:y1,x0:x1` of the scan. */
  readonly roi?: string;
  /** Another grid of positions for the same frames. */
  readonly scan?: readonly number[];
  /**
   * Arrays for results with an entry for every frame, by name, instead of new ones: memory that was written before is several times as
   * fast. Threads write into them when they lie on shared memory (`allocateShared`); into others results are copied at the end.
   */
  readonly into?: Readonly<Record<string, NumericArray>>;
  readonly signal?: AbortSignal;
  onProgress?(frames: number, total: number): void;
}

/** Resident bytes of a worker thread before it works: an isolate with its modules loaded. */
const THREAD_BYTES = 16 * 2 ** 20;
/** Resident bytes of a worker process before it works. */
const PROCESS_BYTES = 64 * 2 ** 20;
/** What a worker that reads from a server takes beside: its cache, and the thread that does its requests. */
const REMOTE_WORKER_BYTES = REMOTE_BYTES + THREAD_BYTES;
/** What the host still grows while it runs: kernels compiled, results written. */
const HOST_MARGIN = 48 * 2 ** 20;

function storageOf(handle: SourceHandle): Storage | null {
  if (handle.kind === 'selected') return storageOf(handle.base);
  return handle.kind === 'stored' ? handle.storage : null;
}

const isRemote = (handle: SourceHandle): boolean => filesOf(handle).some(isUrl);

/** The engine's access to files, operators and this process. */
export const localHost: EngineHost = {
  attach: attachSource,
  loadArray: loadInput,
  readText: async (path) => readText(path),
  loadOperator,
  insideOperators,
  readBack: readRegion,
  decodeScratch: (handle) => {
    const storage = storageOf(handle);
    return storage?.layout.kind === 'chunked' ? scratchBytes(storage.pipeline, chunkBytes(storage)) : 0;
  },
  peakBytes: peakResidentBytes,
};

function select(source: Source, { frames, scan, roi }: RunOptions): Source {
  let selected = source;
  if (frames !== undefined) selected = selectSource(selected, (base) => selectFrames(base, frames));
  if (scan) selected = selectSource(selected, (base) => ({ ...base, stack: reshapeStack(base.stack, scan) }));
  if (roi !== undefined) selected = selectSource(selected, (base) => selectRegion(base, roi));
  return selected;
}

function pickLayout(
  source: Source,
  options: RunOptions,
  flops: number,
): { layout: Layout; reasons: string[]; fallbacks: string[] } {
  const workers = options.workers === undefined || options.workers < 0 ? null : options.workers;
  const wanted = options.layout ?? 'auto';
  if (workers === 0) return { layout: findLayout('serial'), reasons: ['serial: --workers 0.'], fallbacks: [] };
  if (wanted !== 'auto') {
    const layout = findLayout(wanted);
    const available = layout.available();
    if (!available.ok)
      throw new LayoutError('layout-missing', `Layout ${wanted} cannot run here: ${available.reason}.`);
    return { layout, reasons: [`${wanted}: as asked.`], fallbacks: [] };
  }
  const threads = LAYOUTS.find(({ name }) => name === 'threads')?.available() ?? { ok: false, reason: 'not built in' };
  const choice = chooseLayout(
    { bytes: stackBytes(source.handle.stack), flops, isRemote: isRemote(source.handle) },
    workers,
    threads,
  );
  return { layout: findLayout(choice.name), reasons: [choice.reason], fallbacks: [...choice.fallbacks] };
}

function limitsFor(layout: Layout, options: RunOptions, direct: boolean, remote: boolean): Limits {
  const cores = availableCores();
  const perProcess = options.threadsPerWorker ?? 1;
  const asked = options.workers === undefined || options.workers <= 0 ? null : options.workers;
  const isProcesses = layout.name === 'processes';
  const threadBytes = isProcesses && perProcess === 1 ? 0 : THREAD_BYTES;
  const workers = layout.name === 'serial' ? 1 : isProcesses && asked !== null ? asked * perProcess : asked;
  const perWorker = isProcesses
    ? PROCESS_BYTES / perProcess + threadBytes
    : layout.name === 'threads'
      ? THREAD_BYTES
      : 0;
  const limit = options.memoryPerWorker;
  return {
    memory: options.memory ?? null,
    free: availableMemory(),
    workers,
    cores,
    team: options.split === 'inside' ? (options.team ?? Number.POSITIVE_INFINITY) : 1,
    hostBytes: residentBytes() + HOST_MARGIN,
    workerRuntimeBytes: perWorker + (remote ? REMOTE_WORKER_BYTES : 0),
    preparedCopies: 2,
    // A process unpacks them and places them; its threads share that.
    preparedPerWorker: isProcesses ? 2 / perProcess : 0,
    // Processes write them to a shared file, which is read and then cut to its arrays.
    resultCopies: isProcesses ? 3 : 1,
    windowBytes: limit === undefined ? null : windowWithin(limit, perProcess, threadBytes),
    tileBytes: 2 ** 20,
    blockBytes: direct ? 4 * 2 ** 20 : 2 ** 20,
  };
}

function windowWithin(limit: number, threads: number, threadBytes: number): number {
  const left = Math.floor((limit - PROCESS_BYTES) / threads - threadBytes);
  if (left > 0) return left;
  throw new PlanError(
    'does-not-fit',
    `--memory-per-worker ${formatBytes(limit)} is less than a worker needs to start. Give at least ${formatBytes(PROCESS_BYTES + threads * (threadBytes + 8 * 2 ** 20))}.`,
    { limitBytes: limit },
  );
}

/** A job for this machine, with the reasons of every choice that was made for it. */
export interface LocalJob {
  readonly job: Job;
  readonly reasons: readonly string[];
}

function checkOptions(options: RunOptions, layout: Layout): void {
  const onlyProcesses: [boolean, string][] = [
    [options.plain === true, '--plain'],
    [options.memoryPerWorker !== undefined, '--memory-per-worker'],
    [options.threadsPerWorker !== undefined, '--threads-per-worker'],
  ];
  for (const [given, flag] of onlyProcesses) {
    if (given && layout.name !== 'processes') {
      throw new UsageError(
        'bad-option',
        `${flag} belongs to --layout processes, but the layout is ${layout.name}. Add --layout processes.`,
      );
    }
  }
  if (options.team !== undefined && options.split !== 'inside')
    throw new UsageError('bad-option', '--team says how many workers share a frame: add --split inside.');
  if (options.split === 'inside' && layout.name === 'processes') {
    throw new UsageError(
      'bad-option',
      '--split inside needs workers in one memory, which processes do not have. Use --layout threads.',
    );
  }
}

/** What `--on-bad-frame` cannot do for this source. @throws UsageError for NaN among integers */
function checkBadFrames({ handle }: Source, { onBadFrame = 'fail' }: RunOptions): string[] {
  if (onBadFrame === 'nan' && !handle.stack.dtype.startsWith('float')) {
    throw new UsageError(
      'bad-value',
      `--on-bad-frame nan needs floating-point frames, but these are ${handle.stack.dtype}. Use --on-bad-frame zero.`,
    );
  }
  return onBadFrame !== 'fail' && filesOf(handle).length > 0 && storageOf(handle) === null
    ? ['--on-bad-frame has no effect on frames read through the HDF5 library: a damaged one ends the run.']
    : [];
}

/** Arithmetic of all frames together, as far as the operators say; 0 where nothing hangs on it. @throws UsageError */
async function flopsOf({ handle }: Source, operators: readonly OperatorRef[], options: RunOptions): Promise<number> {
  if ((options.layout ?? 'auto') !== 'auto' || (options.workers ?? -1) >= 0) return 0;
  let flops = 0;
  for (const ref of operators) {
    const { name, params, flops: ofFrame } = await loadOperator(ref);
    flops += ofFrame?.(handle.stack, checkValues(params, ref.values, name)) ?? 0;
  }
  return flops * frameCount(handle.stack);
}

/** Puts a job together: selection, layout, limits, direct I/O. @throws UsageError, LayoutError, PlanError */
export async function makeJob(
  source: Source,
  operators: readonly OperatorRef[],
  options: RunOptions,
  streams: Job['streams'] = [],
): Promise<LocalJob> {
  const selected = select(source, options);
  const { layout, reasons, fallbacks } = pickLayout(selected, options, await flopsOf(selected, operators, options));
  checkOptions(options, layout);
  fallbacks.push(...checkBadFrames(selected, options));
  if (options.bind === 'cores' && layout.name !== 'processes')
    fallbacks.push(
      `--bind cores is for worker processes: Node cannot bind ${layout.name === 'threads' ? 'its threads' : 'itself'}. Use --layout processes.`,
    );
  const storage = storageOf(selected.handle);
  const path = storage?.files[0];
  const choice =
    path === undefined
      ? null
      : chooseDirect(path, stackBytes(selected.handle.stack), availableMemory(), options.direct ?? false);
  if (choice?.considered) reasons.push(choice.reason);
  const direct = choice?.direct ?? false;
  if (options.direct && !direct) fallbacks.push(choice?.reason ?? 'This source has no file to read directly.');
  const replicas = (options.replicas ?? []).map((replica) => replicaFiles(storage, replica));
  fallbacks.push(...(options.replicas ?? []).flatMap((replica) => checkReplica(path, replica)));
  const crew: CrewOptions = {
    plain: options.plain ?? false,
    threadsPerWorker: options.threadsPerWorker ?? 1,
    memoryPerWorker: options.memoryPerWorker ?? null,
    sharedMemory: options.sharedMemory ?? true,
    bind: options.bind === 'cores',
    warn: (message) => fallbacks.push(message),
  };
  const job: Job = {
    source: selected,
    operators,
    layout,
    limits: limitsFor(layout, options, direct, isRemote(selected.handle)),
    crew,
    kernel: options.kernel === 'ts' ? 'ts' : 'wasm',
    direct,
    onBadFrame: options.onBadFrame ?? 'fail',
    replicas,
    deterministic: options.deterministic ?? false,
    streams,
    fallbacks,
    signal: options.signal ?? new AbortController().signal,
    ...(options.into ? { into: options.into } : {}),
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
  };
  return { job, reasons };
}

/** Runs operators over a source on this machine. */
export async function runLocal(
  source: Source,
  operators: readonly OperatorRef[],
  options: RunOptions = {},
  streams: Job['streams'] = [],
): Promise<Outcome> {
  try {
    const { job } = await makeJob(source, operators, options, streams);
    return await runPlanned(job, await planJob(job, localHost), localHost);
  } catch (error) {
    // The engine does this only for a job that came as far as being run.
    for (const { sink } of streams) sink.abort();
    throw error;
  }
}

/** Plans the same without running it. */
export async function planLocal(
  source: Source,
  operators: readonly OperatorRef[],
  options: RunOptions = {},
): Promise<{ planned: Planned; local: LocalJob }> {
  const local = await makeJob(source, operators, options);
  return { planned: await planJob(local.job, localHost), local };
}
