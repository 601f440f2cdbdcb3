import { Worker } from 'node:worker_threads';
import { ARENA_BASE, Arena, makeMemory, SLACK } from '../core/arena.js';
import { dtypeOfArray, type NumericArray } from '../core/dtype.js';
import { fromWire, LayoutError } from '../core/errors.js';
import type { Prepared } from '../core/operator.js';
import { threadStart } from '../io/worker-start.js';
import type { PlacedPrepared } from '../layouts/threads/messages.js';
import { onSharedMemory } from '../layouts/threads/share.js';
import type { BatchCrew, BatchRequest, CrewTask, Filled } from './crew.js';
import { type BatchOrder, type BatchWorker, Dispatcher, type WorkerAnswer } from './dispatch.js';
import type { ThreadAnswer, ThreadStart } from './messages.js';
import { frameViews, ringViews } from './ring.js';
import { layOut } from './task.js';

type Views = Readonly<Record<string, NumericArray>>;

/** Prepared arrays placed once, where all threads find them by address. */
function placeAll(prepared: readonly Prepared[], memory: WebAssembly.Memory, bytes: number): PlacedPrepared[] {
  const arena = new Arena(memory, ARENA_BASE, bytes + SLACK);
  return prepared.map((one) =>
    Object.fromEntries(
      Object.entries(one).map(([name, value]) => {
        if (typeof value !== 'object') return [name, value];
        const { byteOffset, length } = arena.place(value);
        return [name, { dtype: dtypeOfArray(value), address: byteOffset, length }];
      }),
    ),
  );
}

/** One thread, started again in the same place when it has died. */
class Thread implements BatchWorker {
  readonly #start: ThreadStart;
  readonly #name: string;
  #worker: Worker | null = null;
  #answer: (answer: WorkerAnswer) => void = () => undefined;

  constructor(start: ThreadStart, number: number) {
    this.#start = start;
    this.#name = `fanfold-loader-${number}`;
  }

  /** Starts it, and returns when it can take orders. @throws FanfoldError when it cannot */
  restart(): Promise<void> {
    const worker = new Worker(new URL('./entry.js', import.meta.url), {
      name: this.#name,
      ...threadStart(),
      workerData: this.#start,
    });
    this.#worker = worker;
    return new Promise((resolve, reject) => {
      worker.on('message', (answer: ThreadAnswer) => {
        // What an older thread of this place still had to say is of orders that others have by now.
        if (this.#worker !== worker) return;
        if (answer.kind === 'filled') this.#answer(answer.filled);
        else if (answer.kind === 'refused') this.#answer({ refused: fromWire(answer.error) });
        else if (answer.kind === 'failed') reject(fromWire(answer.error));
        else {
          worker.unref();
          resolve();
        }
      });
      const died = (why: string): void => {
        const error = new LayoutError('worker-died', `A worker thread of the loader ${why}.`);
        reject(error);
        // An older thread of this place may still be on its way out.
        if (this.#worker === worker) this.#answer(error);
      };
      worker.on('error', (error: Error) => died(`died: ${error.message}`));
      worker.on('exit', (code) => died(`ended with code ${code}`));
    });
  }

  send(orders: readonly BatchOrder[]): void {
    this.#worker?.postMessage(orders);
  }

  listen(answer: (answer: WorkerAnswer) => void): void {
    this.#answer = answer;
  }

  hold(isBusy: boolean): void {
    if (isBusy) this.#worker?.ref();
    else this.#worker?.unref();
  }

  async end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }
}

/** Batches made by worker threads, in one memory with the ring: kernels write entries where the consumer reads them. */
class ThreadsCrew implements BatchCrew {
  readonly slots: number;
  readonly bytes: number;
  readonly copies = 0;
  readonly #threads: readonly Thread[];
  readonly #views: readonly Views[];
  readonly #frames: readonly NumericArray[];
  readonly #dispatcher: Dispatcher;

  constructor(threads: readonly Thread[], views: readonly Views[], frames: readonly NumericArray[], bytes: number) {
    this.#threads = threads;
    this.#views = views;
    this.#frames = frames;
    this.slots = views.length;
    this.bytes = bytes;
    this.#dispatcher = new Dispatcher(threads);
  }

  get workers(): number {
    return this.#threads.length;
  }

  get redone(): number {
    return this.#dispatcher.redone;
  }

  views(slot: number): Views {
    return this.#views[slot] ?? {};
  }

  frames(slot: number): NumericArray | null {
    return this.#frames[slot] ?? null;
  }

  fill(slot: number, request: BatchRequest, done: (filled: Filled | Error) => void): void {
    this.#dispatcher.fill({ slot, request }, done);
  }

  limit(workers: number): void {
    this.#dispatcher.limit(workers);
  }

  task(samples: number): void {
    this.#dispatcher.task(samples);
  }

  async close(): Promise<void> {
    this.#dispatcher.close();
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }
}

/** Starts worker threads on one shared memory. @throws PlanError when everything passes 4 GiB; as `BatchFiller.open` */
export async function startThreads(task: CrewTask, prepared: readonly Prepared[]): Promise<BatchCrew> {
  const { first, ring, bytes } = layOut(task, task.workers);
  const memory = makeMemory(bytes);
  const shared: CrewTask = { ...task, source: onSharedMemory(task.source) };
  const placed = placeAll(prepared, memory, task.preparedBytes);
  const threads = Array.from({ length: task.workers }, (_, i) => {
    const base = first + i * task.windowBytes;
    return new Thread({ task: shared, memory, base, ring, prepared: placed }, i);
  });
  try {
    await Promise.all(threads.map((thread) => thread.restart()));
  } catch (error) {
    await Promise.all(threads.map((thread) => thread.end()));
    throw error;
  }
  const { buffer } = memory;
  return new ThreadsCrew(threads, ringViews(task, buffer, ring), frameViews(task, buffer, ring), bytes);
}
