import { LayoutError } from '../core/errors.js';
import type { BatchRequest, Filled } from './crew.js';

/** A batch for a slot of the ring. */
export interface BatchOrder {
  readonly slot: number;
  readonly request: BatchRequest;
}

/** What a worker says of the oldest of its orders: made; refused, for a reason that would come again; or, as an error, that it died. */
export type WorkerAnswer = Filled | { readonly refused: Error } | Error;

/** A worker thread or process as the host sees it: it makes orders one by one, in the order it gets them. */
export interface BatchWorker {
  send(order: BatchOrder): void;
  /** Where answers go from now on. */
  listen(answer: (answer: WorkerAnswer) => void): void;
  /** Starts it again after its death. @throws FanfoldError when it cannot */
  restart(): Promise<void>;
  /** Whether the process must stay alive for its answers. */
  hold(isBusy: boolean): void;
}

interface Job {
  readonly order: BatchOrder;
  readonly done: (filled: Filled | Error) => void;
  deaths: number;
}

interface Seat {
  readonly worker: BatchWorker;
  readonly jobs: Job[];
  state: 'up' | 'starting' | 'gone';
}

function names(samples: Uint32Array): string {
  const shown = samples.subarray(0, 8).join(', ');
  return samples.length > 8 ? `${shown}, ... (${samples.length})` : shown;
}

/**
 * Deals orders out to the workers with the fewest, several to each, so that none waits for a busy host. What a worker was making when
 * it died is made once more, by another where there is one; what it had not begun goes to others.
 */
export class Dispatcher {
  readonly #seats: readonly Seat[];
  /** Orders that wait until a worker has been started again. */
  readonly #waiting: Job[] = [];
  #limit: number;
  #redone = 0;
  #isClosed = false;
  /** Why there is no worker left, nor one on its way. */
  #failure: Error | null = null;

  constructor(workers: readonly BatchWorker[]) {
    this.#limit = workers.length;
    this.#seats = workers.map((worker) => ({ worker, jobs: [], state: 'up' }));
    for (const seat of this.#seats) seat.worker.listen((answer) => this.#take(seat, answer));
  }

  /** Batches that were made again because their worker had died. */
  get redone(): number {
    return this.#redone;
  }

  /** Only the first `workers` get orders from now on. */
  limit(workers: number): void {
    this.#limit = Math.max(1, Math.min(this.#seats.length, workers));
  }

  fill(order: BatchOrder, done: (filled: Filled | Error) => void): void {
    this.#assign({ order, done, deaths: 0 });
  }

  #assign(job: Job): void {
    const able = this.#seats.slice(0, this.#limit).filter(({ state }) => state === 'up');
    const [first, ...others] = able.length > 0 ? able : this.#seats.filter(({ state }) => state === 'up');
    if (!first) {
      if (this.#failure) job.done(this.#failure);
      else this.#waiting.push(job);
      return;
    }
    const seat = others.reduce((least, one) => (one.jobs.length < least.jobs.length ? one : least), first);
    seat.jobs.push(job);
    if (seat.jobs.length === 1) seat.worker.hold(true);
    seat.worker.send(job.order);
  }

  #take(seat: Seat, answer: WorkerAnswer): void {
    if (this.#isClosed || seat.state !== 'up') return;
    if (answer instanceof Error) {
      this.#bury(seat, answer);
      return;
    }
    const job = seat.jobs.shift();
    if (seat.jobs.length === 0) seat.worker.hold(false);
    job?.done('refused' in answer ? answer.refused : answer);
  }

  #bury(seat: Seat, error: Error): void {
    seat.state = 'starting';
    const jobs = seat.jobs.splice(0);
    seat.worker.restart().then(
      () => this.#rise(seat),
      (failure: unknown) => this.#giveUp(seat, failure instanceof Error ? failure : error),
    );
    for (const [i, job] of jobs.entries()) {
      if (i === 0) job.deaths++;
      if (job.deaths < 2) {
        if (i === 0) this.#redone++;
        this.#assign(job);
        continue;
      }
      const { number, samples } = job.order.request;
      job.done(
        new LayoutError(
          'worker-died',
          `Two workers died while they made batch ${number}: samples ${names(samples)}. The last one: ${error.message}`,
          { batch: number, samples: samples.join(',') },
          { cause: error },
        ),
      );
    }
  }

  #rise(seat: Seat): void {
    if (this.#isClosed) return;
    seat.state = 'up';
    for (const job of this.#waiting.splice(0)) this.#assign(job);
  }

  #giveUp(seat: Seat, failure: Error): void {
    seat.state = 'gone';
    if (this.#isClosed || this.#seats.some(({ state }) => state !== 'gone')) return;
    this.#failure = failure;
    for (const job of this.#waiting.splice(0)) job.done(failure);
  }

  /** No answer is passed on any more. */
  close(): void {
    this.#isClosed = true;
  }
}
