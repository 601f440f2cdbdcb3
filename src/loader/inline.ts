import { ARENA_BASE, makeMemory } from '../core/arena.js';
import type { NumericArray } from '../core/dtype.js';
import { asFanfoldError } from '../core/errors.js';
import type { Prepared } from '../core/operator.js';
import type { BatchCrew, BatchRequest, CrewTask, Filled } from './crew.js';
import { BatchFiller } from './fill.js';
import { frameViews, ringViews } from './ring.js';
import { layOut } from './task.js';

/** Batches made by the calling thread, one a turn of the event loop. */
class InlineCrew implements BatchCrew {
  readonly workers = 0;
  readonly slots: number;
  readonly bytes: number;
  readonly copies = 0;
  readonly #filler: BatchFiller;
  readonly #views: readonly Readonly<Record<string, NumericArray>>[];
  readonly #frames: readonly NumericArray[];
  #isClosed = false;

  constructor(
    filler: BatchFiller,
    views: readonly Readonly<Record<string, NumericArray>>[],
    frames: readonly NumericArray[],
    bytes: number,
  ) {
    this.#filler = filler;
    this.#views = views;
    this.#frames = frames;
    this.slots = views.length;
    this.bytes = bytes;
  }

  views(slot: number): Readonly<Record<string, NumericArray>> {
    return this.#views[slot] ?? {};
  }

  frames(slot: number): NumericArray | null {
    return this.#frames[slot] ?? null;
  }

  fill(slot: number, request: BatchRequest, done: (filled: Filled | Error) => void): void {
    setImmediate(() => {
      if (this.#isClosed) return;
      let filled: Filled | Error;
      try {
        filled = this.#filler.fill(slot, request);
      } catch (error) {
        filled = asFanfoldError(error, `Batch ${request.number}`);
      }
      done(filled);
    });
  }

  async close(): Promise<void> {
    if (!this.#isClosed) this.#filler.close();
    this.#isClosed = true;
  }
}

/** Makes batches in the calling thread. @throws PlanError when everything passes 4 GiB; as `BatchFiller.open` */
export async function startInline(task: CrewTask, prepared: readonly Prepared[]): Promise<BatchCrew> {
  const { ring, bytes } = layOut(task, 1);
  const memory = makeMemory(bytes);
  // The one worker places prepared arrays itself: its arena begins where they do.
  const where = { memory, base: ARENA_BASE, length: ring - ARENA_BASE, ring };
  const filler = await BatchFiller.open(task, prepared, where);
  const { buffer } = memory;
  return new InlineCrew(filler, ringViews(task, buffer, ring), frameViews(task, buffer, ring), bytes);
}
