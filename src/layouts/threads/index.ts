import { Worker } from 'node:worker_threads';
import { ARENA_BASE, Arena, makeMemory, SLACK } from '../../core/arena.js';
import { dtypeOfArray, type NumericArray } from '../../core/dtype.js';
import { fromWire, LayoutError, Stopped } from '../../core/errors.js';
import type { Crew, Layout, RunHooks, Task, WorkerReport } from '../../core/layout.js';
import type { Prepared } from '../../core/operator.js';
import { allocateResults } from '../worker/targets.js';
import type { PlacedPrepared, StartMessage, WorkerMessage } from './messages.js';
import { PartQueue } from './queue.js';

const LARGEST_MEMORY = 2 ** 32 - 2 ** 20;

/** How often the host looks at the workers' counters, in milliseconds. */
const PROGRESS_INTERVAL = 100;

/** The window of one worker. */
interface Window {
  readonly memory: WebAssembly.Memory;
  readonly base: number;
  readonly length: number;
}

/**
 * Worker threads whose windows lie in one shared memory, beside the prepared arrays, which stand there once. When all
 * windows together pass the 4 GiB of one WebAssembly memory, every worker gets a memory, and prepared arrays, of its own.
 */
class ThreadsCrew implements Crew {
  readonly #task: Task;
  readonly #workers: readonly Worker[];
  readonly #results: readonly (NumericArray | null)[];
  readonly #windows: readonly Window[];
  readonly #shared: WebAssembly.Memory | null;

  constructor(task: Task) {
    this.#task = task;
    this.#results = allocateResults(task, true);
    const { workers, windowBytes, sharedBytes } = task.plan;
    const together = workers * windowBytes + sharedBytes;
    this.#shared = together <= LARGEST_MEMORY ? makeMemory(together) : null;
    this.#windows = Array.from({ length: workers }, (_, i) =>
      this.#shared
        ? { memory: this.#shared, base: ARENA_BASE + sharedBytes + i * windowBytes, length: windowBytes }
        : { memory: makeMemory(windowBytes + sharedBytes), base: ARENA_BASE, length: windowBytes + sharedBytes },
    );
    const entry = new URL('./entry.js', import.meta.url);
    this.#workers = this.#windows.map((_, i) => new Worker(entry, { name: `fanfold-${i}` }));
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

  async run(prepared: readonly Prepared[], hooks: RunHooks): Promise<readonly WorkerReport[]> {
    const task = this.#task;
    const queue = PartQueue.ofCapacity(task.plan.parts.length);
    const progress = new Int32Array(new SharedArrayBuffer(4 * this.#workers.length));
    const placed = this.#place(prepared);
    const count = () => hooks.onProgress(progress.reduce((total, frames) => total + frames, 0));
    const timer = setInterval(count, PROGRESS_INTERVAL);
    const stop = () => queue.stop();
    hooks.signal.addEventListener('abort', stop, { once: true });

    let pumping = false;
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

    try {
      const runs = this.#workers.map((worker, i) => {
        const window = this.#windows[i];
        if (!window) throw new LayoutError('internal', 'A worker has no memory window.');
        const start: StartMessage = {
          task,
          worker: i,
          ...window,
          prepared: placed,
          results: this.#results,
          queue: queue.buffer,
          progress,
        };
        return runWorker(worker, start, hooks, pump);
      });
      const first = Promise.all(runs);
      // The first failure stops the others at their next tile; then all have answered and memory is quiet.
      first.catch(stop);
      const pumped = pump().catch((error: unknown) => {
        stop();
        throw error;
      });
      await Promise.allSettled([...runs, pumped]);
      await pumped;
      return await first;
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

function runWorker(
  worker: Worker,
  start: StartMessage,
  hooks: RunHooks,
  low: () => Promise<void>,
): Promise<WorkerReport> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: WorkerMessage): void => {
      if (message.kind === 'low') low().catch(reject);
      else if (message.kind === 'partial') hooks.onPartial(message.partial);
      else {
        settle();
        if (message.kind === 'done') resolve(message.report);
        else reject(message.kind === 'stopped' ? new Stopped() : fromWire(message.error));
      }
    };
    const onError = (error: Error): void => {
      settle();
      reject(
        new LayoutError('worker-died', `Worker thread ${start.worker} died: ${error.message}.`, {}, { cause: error }),
      );
    };
    const onExit = (code: number): void => {
      settle();
      reject(new LayoutError('worker-died', `Worker thread ${start.worker} ended early with code ${code}.`));
    };
    const settle = (): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.off('exit', onExit);
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
    worker.postMessage(start);
  });
}

/** Worker threads in this process, on shared memory. */
export const threads: Layout = {
  name: 'threads',
  summary: 'worker threads on shared memory',
  available: () => ({ ok: true, note: 'always in Node' }),
  start: async (task) => new ThreadsCrew(task),
};
