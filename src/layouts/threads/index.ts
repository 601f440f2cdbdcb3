import { Worker } from 'node:worker_threads';
import { ARENA_BASE, Arena, LARGEST_MEMORY, makeMemory, SLACK } from '../../core/arena.js';
import { dtypeOfArray, type NumericArray } from '../../core/dtype.js';
import { fromWire, LayoutError, Stopped } from '../../core/errors.js';
import type { Crew, CrewOptions, Layout, RunHooks, Task, WorkerReport } from '../../core/layout.js';
import type { Prepared } from '../../core/operator.js';
import type { Plan } from '../../core/plan.js';
import { threadStart } from '../../io/worker-start.js';
import { allocateResults } from '../worker/targets.js';
import type { PlacedPrepared, StartMessage, TeamStart, WorkerMessage } from './messages.js';
import { PartQueue } from './queue.js';
import { onSharedMemory } from './share.js';
import { SharedTeam } from './team.js';

/** How often the host looks at the workers' counters, in milliseconds. */
const PROGRESS_INTERVAL = 100;

/** The window of one worker. */
interface Window {
  readonly memory: WebAssembly.Memory;
  readonly base: number;
  readonly length: number;
  /** Where the window of its team begins. */
  readonly teamBase: number;
}

/** Windows of all workers; in `shared` when that is not null, else in a memory for each team. */
function layWindows({ workers, team, windowBytes, teamBytes, sharedBytes }: Plan, shared: WebAssembly.Memory | null) {
  const length = shared ? windowBytes : windowBytes + sharedBytes;
  const perTeam = teamBytes + team * length;
  const windows: Window[] = [];
  for (let first = 0; first < workers; first += team) {
    const memory = shared ?? makeMemory(perTeam);
    const teamBase = shared ? ARENA_BASE + sharedBytes + (first / team) * perTeam : ARENA_BASE;
    for (let rank = 0; rank < team; rank++)
      windows.push({ memory, base: teamBase + teamBytes + rank * length, length, teamBase });
  }
  return windows;
}

/**
 * Worker threads whose windows lie in one shared memory, beside the prepared arrays, which stand there once. When all
 * windows together pass the 4 GiB of one WebAssembly memory, every worker, or team of workers that share frames, gets a
 * memory, and prepared arrays, of its own.
 */
class ThreadsCrew implements Crew {
  readonly #task: Task;
  readonly #workers: readonly Worker[];
  readonly #results: readonly (NumericArray | null)[];
  readonly #windows: readonly Window[];
  readonly #shared: WebAssembly.Memory | null;

  constructor(task: Task, options: CrewOptions) {
    this.#task = { ...task, source: onSharedMemory(task.source) };
    this.#results = allocateResults(task, true, options);
    const { workers, team, windowBytes, teamBytes, sharedBytes } = task.plan;
    const together = workers * windowBytes + (workers / team) * teamBytes + sharedBytes;
    this.#shared = together <= LARGEST_MEMORY ? makeMemory(together) : null;
    this.#windows = layWindows(task.plan, this.#shared);
    const entry = new URL('./entry.js', import.meta.url);
    this.#workers = this.#windows.map(
      (_, i) =>
        new Worker(entry, {
          name: `fanfold-${i}`,
          ...threadStart(),
          workerData: { source: this.#task.source, operators: task.operators },
        }),
    );
  }

  /** Waits until every thread has loaded its code; when one cannot, none is left. */
  async ready(): Promise<this> {
    try {
      await Promise.all(
        this.#workers.map((worker, i) => answer(worker, i, (message) => (message.kind === 'ready' ? true : null))),
      );
    } catch (error) {
      await this.close();
      throw error;
    }
    return this;
  }

  #place(prepared: readonly Prepared[]): PlacedPrepared[] {
    const shared = this.#shared;
    if (!shared) return [...prepared];
    const arena = new Arena(shared, ARENA_BASE, this.#task.plan.sharedBytes + SLACK);
    return prepared.map((one) =>
      Object.fromEntries(
        Object.entries(one).map(([name, value]) => {
          if (typeof value !== 'object') return [name, value];
          const placed = arena.place(value);
          return [name, { dtype: dtypeOfArray(placed), address: placed.byteOffset, length: placed.length }];
        }),
      ),
    );
  }

  /** Every worker's place in its team, for one pass; null for workers that have their frames to themselves. */
  #makeTeams(): (TeamStart | null)[] {
    const { workers, team: size, teamBytes: length } = this.#task.plan;
    const teams = Array.from({ length: size > 1 ? workers / size : 0 }, () => SharedTeam.memoryFor(size));
    return this.#windows.map(({ teamBase: base }, i) => {
      const cells = teams[Math.floor(i / size)];
      return cells ? { rank: i % size, size, cells, base, length } : null;
    });
  }

  async run(prepared: readonly Prepared[], hooks: RunHooks): Promise<readonly WorkerReport[]> {
    const task = this.#task;
    const queue = PartQueue.ofCapacity(task.plan.parts.length);
    const progress = new Int32Array(new SharedArrayBuffer(4 * this.#workers.length));
    const placed = this.#place(prepared);
    const count = () => hooks.onProgress(progress.reduce((total, frames) => total + frames, 0));
    const timer = setInterval(count, PROGRESS_INTERVAL);
    const teams = this.#makeTeams();
    const stop = (): void => {
      queue.stop();
      // Those who wait for a member that failed or died would wait for ever.
      for (const team of teams) if (team) SharedTeam.breakUp(team.cells);
    };
    hooks.signal.addEventListener('abort', stop, { once: true });

    let pumping = false;
    let failure: { readonly error: unknown } | null = null;
    const pump = async (): Promise<void> => {
      if (pumping || queue.closed) return;
      pumping = true;
      const parts = await hooks.next(Number.POSITIVE_INFINITY);
      pumping = false;
      if (parts.length === 0) queue.close();
      else {
        queue.append(parts);
        if (queue.waiting <= this.#workers.length) await pump();
      }
    };

    // A queue that cannot be filled must not leave workers waiting at it.
    const feed = (): void => {
      pump().catch((error: unknown) => {
        failure ??= { error };
        stop();
      });
    };

    try {
      const runs = this.#workers.map((worker, i) => {
        const window = this.#windows[i];
        if (!window) throw new LayoutError('internal', 'A worker has no memory window.');
        const { memory, base, length } = window;
        const start: StartMessage = {
          task,
          worker: i,
          memory,
          base,
          length,
          team: teams[i] ?? null,
          prepared: placed,
          results: this.#results,
          queue: queue.buffer,
          progress,
        };
        return runWorker(worker, start, hooks, feed);
      });
      feed();
      const all = Promise.all(runs);
      // The first failure stops the others at their next tile; only when all have answered is the memory quiet.
      all.catch(stop);
      const ends = await Promise.allSettled(runs);
      if (failure) throw (failure as { readonly error: unknown }).error;
      // Members of a broken team stop; the one that broke it says why, perhaps after them.
      const why = ends.find((end) => end.status === 'rejected' && !(end.reason instanceof Stopped));
      if (why?.status === 'rejected') throw why.reason;
      return await all;
    } finally {
      clearInterval(timer);
      hooks.signal.removeEventListener('abort', stop);
      count();
    }
  }

  results(): readonly (NumericArray | null)[] {
    return this.#results;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** Listens to a thread until `take` makes something of a message, the thread reports an error, or it dies. */
function answer<T>(worker: Worker, number: number, take: (message: WorkerMessage) => T | null): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.off('exit', onExit);
      act();
    };
    const onMessage = (message: WorkerMessage): void => {
      if (message.kind === 'error') finish(() => reject(fromWire(message.error)));
      else if (message.kind === 'stopped') finish(() => reject(new Stopped()));
      else {
        const taken = take(message);
        if (taken !== null) finish(() => resolve(taken));
      }
    };
    const onError = (error: Error): void =>
      finish(() =>
        reject(new LayoutError('worker-died', `Worker thread ${number} died: ${error.message}.`, {}, { cause: error })),
      );
    const onExit = (code: number): void =>
      finish(() => reject(new LayoutError('worker-died', `Worker thread ${number} ended early with code ${code}.`)));
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
  });
}

function runWorker(worker: Worker, start: StartMessage, hooks: RunHooks, low: () => void): Promise<WorkerReport> {
  const done = answer(worker, start.worker, (message) => {
    if (message.kind === 'low') low();
    else if (message.kind === 'partial') hooks.onPartial(message.partial);
    return message.kind === 'done' ? message.report : null;
  });
  worker.postMessage(start);
  return done;
}

/** Worker threads in this process, on shared memory. */
export const threads: Layout = {
  name: 'threads',
  summary: 'worker threads on shared memory',
  available: () => ({ ok: true, note: 'always in Node' }),
  start: (task, options) => new ThreadsCrew(task, options).ready(),
};
