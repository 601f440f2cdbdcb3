import { type NumericArray, viewOf } from '../core/dtype.js';
import type { CrewTask } from './crew.js';

/** Entries of every slot of a ring that begins at `base` of a memory, by label. */
export function ringViews(
  { fields, slots, slotBytes, batch }: CrewTask,
  memory: ArrayBufferLike,
  base: number,
): Readonly<Record<string, NumericArray>>[] {
  return Array.from({ length: slots }, (_, slot) =>
    Object.fromEntries(
      fields.map(({ label, dtype, size, offset }) => [
        label,
        viewOf(dtype, memory, base + slot * slotBytes + offset, batch * size),
      ]),
    ),
  );
}

/** Room for the frames of every slot of the same ring; none where workers read the source themselves. */
export function frameViews(
  { room, slots, slotBytes, batch }: CrewTask,
  memory: ArrayBufferLike,
  base: number,
): readonly NumericArray[] {
  if (!room) return [];
  const { dtype, size, offset } = room;
  return Array.from({ length: slots }, (_, slot) =>
    viewOf(dtype, memory, base + slot * slotBytes + offset, batch * size),
  );
}

/** Which slots of a ring are free. */
export class Ring {
  readonly slots: number;
  readonly #free: number[];
  #limit: number;
  #peak = 0;
  #onFree: (() => void) | null = null;

  constructor(slots: number) {
    this.slots = slots;
    this.#limit = slots;
    this.#free = Array.from({ length: slots }, (_, slot) => slots - 1 - slot);
  }

  /** Slots that may be in use at a time: a ring that is too large for the cache is slower. */
  get limit(): number {
    return this.#limit;
  }

  set limit(slots: number) {
    this.#limit = Math.max(1, Math.min(this.slots, slots));
  }

  get used(): number {
    return this.slots - this.#free.length;
  }

  /** Most slots that were in use at a time. */
  get peak(): number {
    return this.#peak;
  }

  /** A free slot, the one that came back last: its memory may still be in cache. Null when there is none. */
  take(): number | null {
    if (this.used >= this.#limit) return null;
    const slot = this.#free.pop() ?? null;
    this.#peak = Math.max(this.#peak, this.used);
    return slot;
  }

  give(slot: number): void {
    this.#free.push(slot);
    this.#onFree?.();
  }

  /** Whom to tell of every slot that comes back, also of batches that were kept since an earlier epoch; null: nobody. */
  listen(onFree: (() => void) | null): void {
    this.#onFree = onFree;
  }
}
