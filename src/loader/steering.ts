import { availableCores, availableMemory } from '../io/machine.js';
import { Adaptation } from './adapt.js';
import type { BatchCrew } from './crew.js';
import type { LoaderPlan } from './plan.js';
import type { Ring } from './ring.js';
import type { Tally } from './statistics.js';

/** Seconds between two looks at how it goes. */
const EVERY = 1;

/** With less of the free memory there was at the start, the ring becomes smaller. */
const RESERVE = 0.1;

/** Watches a loader at work and lets the adaptation choose how many workers and slots it uses, and how long tasks are. */
export class Steering {
  readonly #adaptation: Adaptation;
  readonly #crew: BatchCrew;
  readonly #ring: Ring;
  readonly #tally: Tally;
  readonly #load: () => number;
  #at = performance.now();
  #seen: Pick<Tally, 'batches' | 'waitForDataSeconds' | 'workerSeconds'>;
  #workers: number;

  /** @param load processes that want a core */
  constructor(
    plan: LoaderPlan,
    batch: number,
    work: { readonly crew: BatchCrew; readonly ring: Ring; readonly tally: Tally },
    log: (line: string) => void,
    load: () => number,
  ) {
    const { slots, batchBytes, chunk, largestChunk } = plan;
    const { workers } = work.crew;
    const cores = availableCores();
    const reserveBytes = RESERVE * availableMemory();
    const limits = { workers, slots, largestChunk, batch, batchBytes, cores, reserveBytes };
    // The ring was allocated for the longest tasks; it is used as far as those of now need it.
    const inUse = Math.min(slots, workers * Math.ceil(chunk / batch) + 1);
    this.#adaptation = new Adaptation(limits, { workers, slots: inUse, chunk }, log);
    work.ring.limit = inUse;
    this.#crew = work.crew;
    this.#ring = work.ring;
    this.#tally = work.tally;
    this.#load = load;
    this.#seen = { ...work.tally };
    this.#workers = workers;
  }

  /** Called after every batch; looks once a second. */
  look(): void {
    const now = performance.now();
    const seconds = (now - this.#at) / 1000;
    if (seconds < EVERY) return;
    const { batches, waitForDataSeconds, workerSeconds } = this.#tally;
    const busySeconds = workerSeconds - this.#seen.workerSeconds;
    const { workers, slots, chunk } = this.#adaptation.measure({
      seconds,
      waitForData: waitForDataSeconds - this.#seen.waitForDataSeconds,
      waitForConsumer: Math.max(0, this.#workers * seconds - busySeconds),
      batches: batches - this.#seen.batches,
      busySeconds,
      load: this.#load(),
      freeBytes: availableMemory(),
    });
    this.#crew.limit?.(workers);
    this.#crew.task?.(chunk);
    this.#ring.limit = slots;
    this.#workers = workers;
    this.#seen = { batches, waitForDataSeconds, workerSeconds };
    this.#at = now;
  }
}
