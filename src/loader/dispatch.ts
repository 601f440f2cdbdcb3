import { LayoutError } from '../core/errors.js';
import type { Filled } from './crew.js';
import { AskedBatch, type BatchOrder, nextTask, type Piece } from './tasks.js';

export type { BatchOrder } from './tasks.js';

/** What a worker says of the oldest of its orders: made; refused, for a reason that would come again; or, as an error, that it died. */
export type WorkerAnswer = Filled | { readonly refused: Error } | Error;

/** A worker thread or process as the host sees it: it makes orders one by one, in the order it gets them. */
export interface BatchWorker {
  /** A task, in one message; every order in it is answered by itself. */
  send(orders: readonly BatchOrder[]): void;
  /** Where answers go from now on. */
  listen(answer: (answer: WorkerAnswer) => void): void;
  /** Starts it again after its death. @throws FanfoldError when it cannot */
  restart(): Promise<void>;
  /** Whether the process must stay alive for its answers. */
  hold(isBusy: boolean): void;
}

interface Seat {
  readonly worker: BatchWorker;
  readonly jobs: Piece[];
  state: 'up' | 'starting' | 'gone';
}

/** A worker gets its next task while it makes the last order of the one it has, so that it never waits for a message. */
const LAST = 1;

function names(samples: Uint32Array): string {
  const shown = samples.subarray(0, 8).join(', ');
  return samples.length > 8 ? `${shown}, ... (${samples.length})` : shown;
}

/**
 * Deals batches out to the workers with the least to do, a task of several or a piece of one at a time. What a worker was making when
 * it died is made once more, by another where there is one; what it had not begun goes to others.
 */
export class Dispatcher {
  readonly #seats: readonly Seat[];
  /** Batches of which at least a piece was not dealt out. */
  readonly #waiting: AskedBatch[] = [];
  /** Pieces that a worker left when it died. */
  readonly #again: Piece[] = [];
  #limit: number;
  #chunk: number | null = null;
  #redone = 0;
  #isClosed = false;
  #isDealing = false;
  /** Why no worker is left. */
  #failure: Error | null = null;

  constructor(workers: readonly BatchWorker[]) {
    this.#limit = workers.length;
    this.#seats = workers.map((worker) => ({ worker, jobs: [], state: 'up' }));
    for (const seat of this.#seats) seat.worker.listen((answer) => this.#take(seat, answer));
  }

  /** Batches, or pieces of them, that were made again because their worker had died. */
  get redone(): number {
    return this.#redone;
  }

  /** Only the first `workers` get orders from now on. */
  limit(workers: number): void {
    this.#limit = Math.max(1, Math.min(this.#seats.length, workers));
  }

  /** Samples of every task from now on: whole batches until there are as many, or pieces of a batch. Until it is told, a batch. */
  task(samples: number): void {
    this.#chunk = Math.max(1, samples);
  }

  fill(order: BatchOrder, done: (filled: Filled | Error) => void): void {
    this.#waiting.push(new AskedBatch(order, done));
    if (this.#isDealing) return;
    // Batches that are asked for in one breath go into one task.
    this.#isDealing = true;
    queueMicrotask(() => {
      this.#isDealing = false;
      this.#deal();
    });
  }

  /** The worker with the least to do of those that may get a task. */
  #free(): Seat | null {
    const able = this.#seats.slice(0, this.#limit).filter(({ state }) => state === 'up');
    const seats = able.length > 0 ? able : this.#seats.filter(({ state }) => state === 'up');
    const [first, ...others] = seats.filter(({ jobs }) => jobs.length <= LAST);
    return first ? others.reduce((least, one) => (one.jobs.length < least.jobs.length ? one : least), first) : null;
  }

  #deal(): void {
    while (!this.#isClosed && this.#again.length + this.#waiting.length > 0) {
      const seat = this.#free();
      if (seat === null) {
        if (this.#failure) this.#refuse(this.#failure);
        return;
      }
      const again = this.#again.shift();
      const task = again ? [again] : nextTask(this.#waiting, this.#chunk);
      if (seat.jobs.length === 0) seat.worker.hold(true);
      seat.jobs.push(...task);
      seat.worker.send(task.map(({ order }) => order));
    }
  }

  #take(seat: Seat, answer: WorkerAnswer): void {
    if (this.#isClosed || seat.state !== 'up') return;
    if (answer instanceof Error) this.#bury(seat, answer);
    else {
      const piece = seat.jobs.shift();
      if (seat.jobs.length === 0) seat.worker.hold(false);
      if (piece) this.#settle(piece, 'refused' in answer ? answer.refused : answer);
    }
    this.#deal();
  }

  /** Passes on what became of a piece; of a batch that failed nothing more is made. */
  #settle({ batch }: Piece, made: Filled | Error): void {
    batch.take(made);
    if (made instanceof Error && this.#waiting[0] === batch) this.#waiting.shift();
  }

  #bury(seat: Seat, error: Error): void {
    seat.state = 'starting';
    const pieces = seat.jobs.splice(0);
    seat.worker.restart().then(
      () => this.#rise(seat),
      (failure: unknown) => this.#giveUp(seat, failure instanceof Error ? failure : error),
    );
    const [dying, ...others] = pieces;
    this.#again.push(...others);
    if (!dying) return;
    dying.deaths++;
    if (dying.deaths < 2) {
      this.#redone++;
      this.#again.unshift(dying);
      return;
    }
    const { number, samples } = dying.order.request;
    this.#settle(
      dying,
      new LayoutError(
        'worker-died',
        `Two workers died while they made batch ${number}: samples ${names(samples)}. The last one: ${error.message}`,
        { batch: number, samples: samples.join(',') },
        { cause: error },
      ),
    );
  }

  #rise(seat: Seat): void {
    if (this.#isClosed) return;
    seat.state = 'up';
    this.#deal();
  }

  #giveUp(seat: Seat, failure: Error): void {
    seat.state = 'gone';
    if (this.#isClosed || this.#seats.some(({ state }) => state !== 'gone')) return;
    this.#failure = failure;
    this.#refuse(failure);
  }

  /** Nobody is left to make what was asked for. */
  #refuse(failure: Error): void {
    for (const piece of this.#again.splice(0)) this.#settle(piece, failure);
    for (const batch of this.#waiting.splice(0)) batch.cut(Number.POSITIVE_INFINITY).batch.take(failure);
  }

  /** No answer is passed on any more. */
  close(): void {
    this.#isClosed = true;
  }
}
