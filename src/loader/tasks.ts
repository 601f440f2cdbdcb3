import type { BatchRequest, FailedSample, Filled } from './crew.js';

/** A batch, or a piece of one, for a slot of the ring. */
export interface BatchOrder {
  readonly slot: number;
  readonly request: BatchRequest;
}

/** A batch that was asked for, made in one piece or in several. */
export class AskedBatch {
  readonly order: BatchOrder;
  readonly #done: (filled: Filled | Error) => void;
  /** Samples that belong to no piece yet. */
  #uncut: number;
  /** Pieces that are not back. */
  #out = 0;
  #failed: FailedSample[] = [];
  #seconds = 0;
  #finishedAt = 0;
  #error: Error | null = null;

  constructor(order: BatchOrder, done: (filled: Filled | Error) => void) {
    this.order = order;
    this.#done = done;
    this.#uncut = order.request.samples.length;
  }

  get isCut(): boolean {
    return this.#uncut === 0;
  }

  /** The next piece of at most `samples`; what is left is cut into pieces of about equal size. */
  cut(samples: number): Piece {
    const { slot, request } = this.order;
    const whole = request.samples.length;
    const at = whole - this.#uncut;
    const count = Math.ceil(this.#uncut / Math.max(1, Math.ceil(this.#uncut / samples)));
    this.#uncut -= count;
    this.#out++;
    if (count === whole) return { batch: this, order: this.order, deaths: 0 };
    // A view would be sent with all that lies around it.
    const piece = { ...request, samples: request.samples.slice(at, at + count), at };
    return { batch: this, order: { slot, request: piece }, deaths: 0 };
  }

  /** Takes in what became of a piece; the batch is done when all are back, so that nobody writes into its slot any more. */
  take(made: Filled | Error): void {
    this.#out--;
    if (made instanceof Error) {
      this.#error ??= made;
      this.#uncut = 0;
    } else {
      this.#failed.push(...made.failed);
      this.#seconds += made.seconds;
      this.#finishedAt = Math.max(this.#finishedAt, made.finishedAt);
    }
    if (this.#out > 0 || this.#uncut > 0) return;
    const { slot, request } = this.order;
    const failed = this.#failed.sort((a, b) => a.place - b.place);
    const { number } = request;
    this.#done(this.#error ?? { slot, number, failed, seconds: this.#seconds, finishedAt: this.#finishedAt });
  }
}

/** What one worker makes at a time of a batch. */
export interface Piece {
  readonly batch: AskedBatch;
  readonly order: BatchOrder;
  /** Workers that died over it. */
  deaths: number;
}

/**
 * The next task: whole batches until there are `chunk` samples, or one piece of a batch where a batch is more than that. Null: one
 * batch. Batches that are in pieces altogether leave `waiting`.
 */
export function nextTask(waiting: AskedBatch[], chunk: number | null): Piece[] {
  const task: Piece[] = [];
  const wanted = chunk ?? 1;
  for (let samples = 0; samples < wanted; ) {
    const [batch] = waiting;
    if (!batch) break;
    const piece = batch.cut(chunk ?? Number.POSITIVE_INFINITY);
    if (batch.isCut) waiting.shift();
    task.push(piece);
    samples += piece.order.request.samples.length;
    if (piece.order.request.at !== undefined) break;
  }
  return task;
}
