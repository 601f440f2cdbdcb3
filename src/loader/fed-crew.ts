import type { NumericArray } from '../core/dtype.js';
import { asFanfoldError } from '../core/errors.js';
import type { BatchCrew, BatchRequest, Filled } from './crew.js';
import type { Feed } from './feed.js';
import { clock } from './fill.js';

/** Lets other events of this process come before the next batch is fed, also where frames are had without waiting. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Puts frames into a slot before a crew is asked to make entries of them: one batch at a time, in the order they are asked for. */
export class FedCrew implements BatchCrew {
  readonly #crew: BatchCrew;
  readonly #feed: Feed;
  #queue: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(crew: BatchCrew, feed: Feed) {
    this.#crew = crew;
    this.#feed = feed;
  }

  get workers(): number {
    return this.#crew.workers;
  }

  get slots(): number {
    return this.#crew.slots;
  }

  get bytes(): number {
    return this.#crew.bytes;
  }

  get copies(): number {
    return this.#crew.copies;
  }

  get redone(): number {
    return this.#crew.redone ?? 0;
  }

  views(slot: number): Readonly<Record<string, NumericArray>> {
    return this.#crew.views(slot);
  }

  task(samples: number): void {
    this.#crew.task?.(samples);
  }

  limit(workers: number): void {
    this.#crew.limit?.(workers);
  }

  fill(slot: number, request: BatchRequest, done: (filled: Filled | Error) => void): void {
    this.#queue = this.#queue.then(() => this.#next(slot, request, done));
  }

  /** Returns when the frames lie in the slot. */
  async #next(slot: number, request: BatchRequest, done: (filled: Filled | Error) => void): Promise<void> {
    await turn();
    const frames = this.#crew.frames?.(slot);
    if (this.#isClosed || !frames) return;
    const { number } = request;
    try {
      const { missing, ...fed } = await this.#feed.fill(request, frames);
      if (this.#isClosed) return;
      const { samples } = fed;
      if (fed.error || samples.length === 0) {
        done({ slot, number, failed: [], seconds: 0, finishedAt: clock(), fed });
        return;
      }
      const places = missing.map(({ place }) => place);
      this.#crew.fill(slot, { number, samples, missing: places }, (filled) => {
        if (filled instanceof Error) return done(filled);
        const failed = [...missing, ...filled.failed].sort((a, b) => a.place - b.place);
        done({ ...filled, failed, fed });
      });
    } catch (error) {
      if (!this.#isClosed) done(asFanfoldError(error, `Feeding batch ${number}`));
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#crew.close();
  }
}
