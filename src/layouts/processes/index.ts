import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DTYPES, type NumericArray, viewOf } from '../../core/dtype.js';
import { fromWire, LayoutError, Stopped } from '../../core/errors.js';
import type { Crew, CrewOptions, Layout, Partial, RunHooks, Task, WorkerReport } from '../../core/layout.js';
import type { Prepared } from '../../core/operator.js';
import { frameCount, product } from '../../core/stack.js';
import { makeSparse, openScratch, readAndRemove, type Scratch } from '../../io/scratch.js';
import { workerEnvironment } from '../../io/worker-start.js';
import { allocateResults } from '../worker/targets.js';
import { bindingFor, launchOn } from './binding.js';
import type { FromChild, ToChild } from './messages.js';
import { makeParcel, openParcel } from './parcel.js';

/** Parts handed out at once at most, so that progress and fair shares stay fine-grained. */
const LARGEST_BATCH = 16;

function resultBytes(task: Task, slot: number): number {
  const spec = task.slots[slot]?.slot;
  if (spec?.kind !== 'each' || task.destinations[slot]) return 0;
  return frameCount(task.source.stack) * product(spec.shape) * DTYPES[spec.dtype].bytes;
}

/** The same task with results going to files of the scratch folder that every process can write. */
function throughFiles(task: Task, scratch: Scratch | null): Task {
  if (!scratch) return task;
  const destinations = task.destinations.map((destination, i) => {
    const bytes = resultBytes(task, i);
    if (bytes === 0) return destination;
    const path = join(scratch.path, `slot-${i}`);
    makeSparse(path, bytes);
    return { kind: 'region', path, offset: 0, frameBytes: bytes / frameCount(task.source.stack) } as const;
  });
  return { ...task, destinations };
}

/**
 * A coordinator and W worker processes of T threads each. It hands out parts as they are asked for, or, with `plain`,
 * gives every process its fixed share before it starts.
 */
class ProcessesCrew implements Crew {
  readonly #task: Task;
  readonly #options: CrewOptions;
  readonly #scratch: Scratch | null;
  readonly #children: readonly ChildProcess[];
  #results: (NumericArray | null)[];

  private constructor(task: Task, options: CrewOptions, scratch: Scratch | null, children: readonly ChildProcess[]) {
    this.#task = task;
    this.#options = options;
    this.#scratch = scratch;
    this.#children = children;
    this.#results = scratch ? [] : allocateResults(task, false, options);
  }

  static async open(task: Task, options: CrewOptions): Promise<ProcessesCrew> {
    const need = task.slots.reduce((total, _, i) => total + resultBytes(task, i), 2 ** 20);
    const { scratch, notes } = openScratch(need, options.sharedMemory);
    for (const note of notes) options.warn(note);
    const entry = fileURLToPath(new URL('./child.js', import.meta.url));
    const count = Math.max(1, Math.ceil(task.plan.workers / options.threadsPerWorker));
    const { lists, notes: unbound } = options.bind
      ? bindingFor(count, options.threadsPerWorker)
      : { lists: [], notes: [] };
    for (const note of unbound) options.warn(note);
    const children = Array.from({ length: count }, (_, worker) =>
      fork(entry, [], {
        ...launchOn(lists[worker]),
        env: workerEnvironment(),
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      }),
    );
    // What is wrong with a process shows in its end; without a listener the event would end this one.
    for (const child of children) child.on('error', () => undefined);
    const crew = new ProcessesCrew(task, options, scratch, children);
    try {
      await crew.#startAll();
    } catch (error) {
      await crew.close();
      throw error;
    }
    return crew;
  }

  async #startAll(): Promise<void> {
    const scratch = this.#scratch?.path ?? null;
    const task = makeParcel(throughFiles(this.#task, this.#scratch), scratch);
    await Promise.all(
      this.#children.map((child, worker) => {
        const ready = converse<void>(child, worker, (message, settle) => {
          if (message.kind === 'ready') settle(undefined);
        });
        send(child, {
          kind: 'start',
          worker,
          // The plan may have room for fewer threads than were asked for.
          threads: Math.max(
            1,
            Math.min(this.#options.threadsPerWorker, Math.floor(this.#task.plan.workers / this.#children.length)),
          ),
          task,
          scratch,
          memoryLimit: this.#options.memoryPerWorker,
        });
        return ready;
      }),
    );
  }

  async run(prepared: readonly Prepared[], hooks: RunHooks): Promise<readonly WorkerReport[]> {
    const parcel = makeParcel(prepared, this.#scratch?.path ?? null);
    const frames = this.#children.map(() => 0);
    // Large batches first, single parts at the end: few messages, and nobody is left alone with the last one.
    let left = this.#task.plan.parts.length - 1;
    const supply = async (): Promise<readonly number[]> => {
      const share = Math.ceil(left / (4 * this.#task.plan.workers));
      const parts = await hooks.next(Math.max(1, Math.min(LARGEST_BATCH, share)));
      left -= parts.length;
      return parts;
    };
    // A stop cannot wait for a busy process to look at its messages; results live with the coordinator, so it is safe.
    const stop = () => this.#kill();
    hooks.signal.addEventListener('abort', stop, { once: true });
    try {
      const shares = this.#options.plain ? await this.#fixedShares(hooks) : null;
      const reports = await Promise.all(
        this.#children.map((child, worker) => {
          const done = converse<readonly WorkerReport[]>(child, worker, (message, settle, reject) => {
            if (message.kind === 'next') {
              Promise.resolve(supply()).then((parts) => send(child, { kind: 'parts', parts }), reject);
            } else if (message.kind === 'partial') hooks.onPartial(openParcel(message.partial, false) as Partial);
            else if (message.kind === 'slices')
              for (const { slot, at, data } of message.slices) this.#results[slot]?.set(data, at);
            else if (message.kind === 'progress') {
              frames[worker] = message.frames;
              hooks.onProgress(frames.reduce((total, count) => total + count, 0));
            } else if (message.kind === 'done') settle(message.reports);
          });
          send(child, { kind: 'pass', prepared: parcel, parts: shares?.[worker] ?? null });
          return done;
        }),
      );
      this.#collect();
      return reports.flat();
    } catch (error) {
      this.#kill();
      throw hooks.signal.aborted ? new Stopped() : error;
    } finally {
      hooks.signal.removeEventListener('abort', stop);
    }
  }

  /** Runs of parts of equal length, give or take one, in order. */
  async #fixedShares(hooks: RunHooks): Promise<number[][]> {
    const all: number[] = [];
    for (;;) {
      const batch = await hooks.next(Number.POSITIVE_INFINITY);
      if (batch.length === 0) break;
      all.push(...batch);
    }
    const count = this.#children.length;
    return this.#children.map((_, i) =>
      all.slice(Math.floor((i * all.length) / count), Math.floor(((i + 1) * all.length) / count)),
    );
  }

  #collect(): void {
    const scratch = this.#scratch;
    if (!scratch) return;
    this.#results = this.#task.slots.map(({ slot }, i) => {
      const bytes = resultBytes(this.#task, i);
      if (bytes === 0) return null;
      const file = readAndRemove(join(scratch.path, `slot-${i}`), true);
      return viewOf(
        slot.dtype,
        file.buffer.slice(file.byteOffset, file.byteOffset + bytes),
        0,
        bytes / DTYPES[slot.dtype].bytes,
      );
    });
  }

  results(): readonly (NumericArray | null)[] {
    return this.#results;
  }

  #kill(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }

  async close(): Promise<void> {
    const gone = this.#children.map(
      (child) =>
        new Promise<void>((resolve) => {
          if (isGone(child)) resolve();
          else child.once('exit', () => resolve());
        }),
    );
    this.#kill();
    await Promise.all(gone);
    this.#scratch?.remove();
  }
}

/** True for a process that has ended, or never began. */
function isGone(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/** A process that dies cannot take messages; whoever listens to it hears of its end, so the message is dropped. */
function send(child: ChildProcess, message: ToChild): void {
  child.send(message, () => undefined);
}

/** Listens to one child until its answer is settled, it reports an error, or it dies. */
function converse<T>(
  child: ChildProcess,
  worker: number,
  listen: (message: FromChild, settle: (value: T) => void, reject: (error: unknown) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      act();
    };
    const onMessage = (message: FromChild): void => {
      if (message.kind === 'error') finish(() => reject(fromWire(message.error)));
      else
        listen(
          message,
          (value) => finish(() => resolve(value)),
          (error) => finish(() => reject(error)),
        );
    };
    const onExit = (code: number | null, signal: string | null): void => {
      // Ctrl-C at the terminal reaches a process that is only just starting, too.
      const error = signal === 'SIGINT' ? new Stopped() : workerDied(worker, code, signal);
      finish(() => reject(error));
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
    if (isGone(child)) onExit(child.exitCode, child.signalCode);
  });
}

function workerDied(worker: number, code: number | null, signal: string | null): LayoutError {
  const how = signal ? `was killed (${signal})` : code === null ? 'could not start' : `ended with code ${code}`;
  const why = signal === 'SIGKILL' ? ' If nobody did that, the machine ran out of memory: use fewer workers.' : '';
  return new LayoutError('worker-died', `Worker process ${worker} ${how} before its work was done.${why}`, { worker });
}

/** Child processes that share results through files in shared memory. */
export const processes: Layout = {
  name: 'processes',
  summary: 'worker processes, with a coordinator or (--plain) without',
  available: () => ({ ok: true, note: 'always in Node' }),
  start: (task, options) => ProcessesCrew.open(task, options),
};
