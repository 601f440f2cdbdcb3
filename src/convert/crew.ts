import { Worker } from 'node:worker_threads';
import { DTYPES, dtypeOfArray, type NumericArray } from '../core/dtype.js';
import { fromWire, LayoutError, UsageError } from '../core/errors.js';
import { availableCores } from '../io/machine.js';
import { threadStart } from '../io/worker-start.js';
import { convertInto } from './index.js';
import type { ConvertAnswer, ConvertJob } from './messages.js';
import { type ConvertOptions, checkPair, refuseNan, scalingOf } from './scaling.js';
import { commonMemory } from './shared.js';

/** Source bytes that a worker takes at a time. */
const BLOCK_BYTES = 4 * 2 ** 20;

/** Who converted. */
export interface ConvertOutcome {
  /** Worker threads that shared the work; 0 when the calling thread did it alone. */
  readonly workers: number;
  /** Why the calling thread did it, or null. */
  readonly reason: string | null;
}

interface Pending {
  left: number;
  strange: boolean;
  resolve(strange: boolean): void;
  reject(error: Error): void;
}

/** Worker threads that wait for arrays to convert; `close` ends them. */
export class Converter {
  readonly #workers: readonly Worker[];
  readonly #pending = new Map<number, Pending>();
  #jobs = 0;
  #ended: LayoutError | null = null;

  /** @param workers number of threads. @throws UsageError unless it is a whole number from 1 on */
  constructor(workers: number) {
    if (!Number.isInteger(workers) || workers < 1)
      throw new UsageError('bad-value', `workers is a whole number from 1 on, not ${workers}.`);
    const entry = new URL('./entry.js', import.meta.url);
    this.#workers = Array.from({ length: workers }, (_, i) => {
      const worker = new Worker(entry, { name: `fanfold-convert-${i}`, ...threadStart() });
      worker.on('message', (answer: ConvertAnswer) => this.#take(answer));
      worker.on('error', (error) => this.#fail(`Worker thread ${i} died: ${error.message}.`));
      worker.on('exit', () => this.#fail('A worker thread has ended.'));
      // A crew that waits for work does not keep the program alive.
      worker.unref();
      return worker;
    });
  }

  #take(answer: ConvertAnswer): void {
    const pending = this.#pending.get(answer.id);
    if (!pending) return;
    pending.left -= 1;
    if ('error' in answer) pending.reject(fromWire(answer.error));
    else if (answer.strange) pending.strange = true;
    if (pending.left > 0) return;
    this.#pending.delete(answer.id);
    if (this.#pending.size === 0) for (const worker of this.#workers) worker.unref();
    pending.resolve(pending.strange);
  }

  #fail(why: string): void {
    this.#ended ??= new LayoutError('worker-died', why);
    for (const pending of this.#pending.values()) pending.reject(this.#ended);
    this.#pending.clear();
    // Whoever closes it waits for the end of all.
    if (this.#ended.code !== 'closed') for (const worker of this.#workers) worker.unref();
  }

  /** Resolves when every worker has found no block any more. */
  #share(job: Omit<ConvertJob, 'id'>): Promise<boolean> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#jobs++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { left: this.#workers.length, strange: false, resolve, reject });
      for (const worker of this.#workers) {
        worker.ref();
        worker.postMessage({ ...job, id });
      }
    });
  }

  /**
   * As the function of the same name, with the workers: both arrays must lie on shared memory, best on that of `allocateShared`.
   * Other arrays, and small ones, are converted in the calling thread, and the outcome says so.
   */
  async convertInto(source: NumericArray, target: NumericArray, options: ConvertOptions = {}): Promise<ConvertOutcome> {
    checkPair(source, target);
    const unshared = [source, target].some(({ buffer }) => buffer instanceof ArrayBuffer);
    const isSmall = source.byteLength <= BLOCK_BYTES;
    if (unshared || isSmall) {
      convertInto(source, target, options);
      return {
        workers: 0,
        reason: unshared ? 'an array lies on memory that is not shared' : 'a block is all there is',
      };
    }
    const by = scalingOf(options);
    const strange = await this.#share({
      source,
      target,
      memory: commonMemory(source, target),
      by,
      block: BLOCK_BYTES / DTYPES[dtypeOfArray(source)].bytes,
      next: new Int32Array(new SharedArrayBuffer(4)),
    });
    if (strange && by.nan === 'error') refuseNan(source, by);
    return { workers: this.#workers.length, reason: null };
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    this.#ended ??= new LayoutError('closed', 'This converter has ended its threads. Open another one.');
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  /** Ends the threads when an `await using` block does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Starts worker threads that convert arrays. @param options.workers by default, one a core. @throws UsageError */
export function openConverter({ workers = availableCores() }: { readonly workers?: number } = {}): Converter {
  return new Converter(workers);
}
