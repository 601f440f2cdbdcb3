import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { NumericArray } from '../../core/dtype.js';
import { asFanfoldError, fromWire, LayoutError } from '../../core/errors.js';
import type { Prepared } from '../../core/operator.js';
import { workerEnvironment } from '../../io/worker-start.js';
import type { BatchCrew, BatchRequest, CrewTask, Filled } from '../crew.js';
import { type BatchOrder, type BatchWorker, Dispatcher, type WorkerAnswer } from '../dispatch.js';
import type { FromChild, ToChild } from './messages.js';
import { openRing, type ProcessRing, type Sharing } from './ring.js';

const ENTRY = fileURLToPath(new URL('./child.js', import.meta.url));

const isGone = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

/** One worker process, started again when it has died. */
class Worker implements BatchWorker {
  readonly #number: number;
  readonly #start: ToChild;
  readonly #ring: ProcessRing;
  #child: ChildProcess | null = null;
  #answer: ((answer: WorkerAnswer) => void) | null = null;
  #isStopped = false;

  constructor(number: number, start: ToChild, ring: ProcessRing) {
    this.#number = number;
    this.#start = start;
    this.#ring = ring;
  }

  /** Starts it, and returns when it can take orders. @throws FanfoldError when it cannot */
  async restart(): Promise<void> {
    await this.#kill();
    if (this.#isStopped) throw this.#died('was stopped');
    const child = fork(ENTRY, [], {
      execArgv: [],
      env: workerEnvironment(),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      const gone = (error: Error): void => {
        reject(error);
        if (this.#child === child) this.#answer?.(error);
      };
      child.on('message', (message: FromChild) => {
        if (message.kind === 'ready') resolve();
        else if (this.#child !== child) return;
        else if (message.kind === 'filled') this.#answer?.(this.#receive(message));
        else if (message.during === 'start') reject(fromWire(message.error));
        else this.#answer?.({ refused: fromWire(message.error) });
      });
      child.on('error', (error) => gone(this.#died(`could not start (${error.message})`)));
      child.on('exit', (code, signal) =>
        gone(this.#died(signal === null ? `ended with code ${code}` : `was killed (${signal})`)),
      );
      this.#tell(this.#start);
    });
    this.hold(false);
  }

  #died(how: string): LayoutError {
    const why = how.includes('SIGKILL')
      ? ' If nobody did that, the machine ran out of memory: use fewer workers or smaller batches.'
      : '';
    return new LayoutError('worker-died', `Worker process ${this.#number} of the loader ${how}.${why}`, {
      worker: this.#number,
    });
  }

  #receive({ filled, at, samples, entries }: Extract<FromChild, { kind: 'filled' }>): WorkerAnswer {
    try {
      this.#ring.receive(filled.slot, at, samples, entries);
      return filled;
    } catch (error) {
      return { refused: asFanfoldError(error, `Batch ${filled.number}`) };
    }
  }

  /** A process that dies cannot take messages; whoever waits for it hears of its end. */
  #tell(message: ToChild): void {
    this.#child?.send(message, () => undefined);
  }

  listen(answer: (answer: WorkerAnswer) => void): void {
    this.#answer = answer;
  }

  send(orders: readonly BatchOrder[]): void {
    // It may have died while nobody listened.
    if (this.#child === null || isGone(this.#child)) setImmediate(() => this.#answer?.(this.#died('was gone')));
    else
      this.#tell({ kind: 'fill', orders, frames: orders.map(({ slot, request }) => this.#ring.send(slot, request)) });
  }

  hold(isBusy: boolean): void {
    const child = this.#child;
    if (isBusy) {
      child?.ref();
      child?.channel?.ref();
    } else {
      child?.unref();
      child?.channel?.unref();
    }
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#kill();
  }

  async #kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || isGone(child)) return;
    child.ref();
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
    });
    child.kill('SIGKILL');
    await gone;
  }
}

/** Batches made by worker processes, in a ring that all map, or brought there by copies. */
class ProcessesCrew implements BatchCrew {
  readonly #workers: readonly Worker[];
  readonly #ring: ProcessRing;
  readonly #dispatcher: Dispatcher;

  constructor(workers: readonly Worker[], ring: ProcessRing) {
    this.#workers = workers;
    this.#ring = ring;
    this.#dispatcher = new Dispatcher(workers);
  }

  get workers(): number {
    return this.#workers.length;
  }

  get slots(): number {
    return this.#ring.views.length;
  }

  get bytes(): number {
    return this.#ring.bytes;
  }

  get copies(): number {
    return this.#ring.copies;
  }

  get redone(): number {
    return this.#dispatcher.redone;
  }

  views(slot: number): Readonly<Record<string, NumericArray>> {
    return this.#ring.views[slot] ?? {};
  }

  frames(slot: number): NumericArray | null {
    return this.#ring.frames[slot] ?? null;
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
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    this.#ring.close();
  }
}

/**
 * Starts worker processes that hand batches over as `sharing` says. Whatever stands against that is found before a process starts.
 *
 * @throws LayoutError with a `SharingObstacle` as its code; as `BatchFiller.open`
 */
export async function startProcesses(
  task: CrewTask,
  prepared: readonly Prepared[],
  sharing: Sharing,
): Promise<BatchCrew> {
  const ring = await openRing({ task, prepared }, sharing);
  const { work, ref, leftovers } = ring;
  const workers = Array.from(
    { length: task.workers },
    (_, number) => new Worker(number, { kind: 'start', work, ring: ref, leftovers }, ring),
  );
  try {
    await Promise.all(workers.map((worker) => worker.restart()));
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.stop()));
    ring.close();
    throw error;
  }
  return new ProcessesCrew(workers, ring);
}
