import type { NumericArray } from '../core/dtype.js';
import { fromWire, UsageError } from '../core/errors.js';
import type { FailedSample, Field } from './crew.js';
import type { Batch } from './options.js';

type Entries = Readonly<Record<string, NumericArray>>;

/** What a batch is made from. */
export interface BatchParts {
  readonly number: number;
  readonly fields: readonly Field[];
  /** Room for a whole batch, by label. */
  readonly views: Entries;
  readonly samples: Uint32Array;
  readonly failed: readonly FailedSample[];
  /** The class of a sample of the stack; -1 for none. */
  labelOf(sample: number): number;
  readonly onError: 'skip' | 'substitute';
  readonly debug: boolean;
  /** Called once. */
  onRelease(): void;
}

/** Moves the entries that were made together, over those that were not. */
function closeUp(views: Entries, { fields, samples, failed }: BatchParts): Uint32Array {
  const gone = new Set(failed.map(({ place }) => place));
  let count = 0;
  for (let place = 0; place < samples.length; place++) {
    if (gone.has(place)) continue;
    if (count !== place) {
      for (const { label, size } of fields) views[label]?.copyWithin(count * size, place * size, (place + 1) * size);
    }
    count++;
  }
  return samples.filter((_, place) => !gone.has(place));
}

function clear(views: Entries, { fields, failed }: BatchParts): void {
  for (const { place } of failed)
    for (const { label, size } of fields) views[label]?.fill(0, place * size, (place + 1) * size);
}

/** Ends a buffer, so that every view of it has no elements left. */
function detach({ buffer }: NumericArray): void {
  structuredClone(buffer, { transfer: [buffer] });
}

/** Entries of a batch in the ring or, in debug mode, in memory of its own that is gone when it is released. */
export class RingBatch implements Batch {
  readonly number: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly y: Int32Array;
  readonly index: Uint32Array;
  readonly count: number;
  readonly failed: Batch['failed'];
  readonly bytes: number;
  readonly #x: Entries;
  readonly #isOwn: boolean;
  readonly #onRelease: () => void;
  #isKept = false;
  #isReleased = false;

  constructor(parts: BatchParts) {
    const { number, fields, views, samples, failed, labelOf, onError, debug } = parts;
    this.number = number;
    this.failed = failed.map(({ sample, error }) => ({ sample, reason: fromWire(error).message }));
    const skips = failed.length > 0 && onError === 'skip';
    if (failed.length > 0 && !skips) clear(views, parts);
    this.index = skips ? closeUp(views, parts) : samples;
    const count = this.index.length;
    this.count = count;
    this.y = Int32Array.from(this.index, (sample) => labelOf(sample));
    if (!skips) for (const { place } of failed) this.y[place] = -1;
    const cut = (array: NumericArray | undefined, length: number): [NumericArray] | [] =>
      !array ? [] : debug ? [array.slice(0, length)] : [array.length === length ? array : array.subarray(0, length)];
    const entries = fields.flatMap(({ label, size }) =>
      cut(views[label], count * size).map((array) => [label, array] as const),
    );
    this.#x = Object.fromEntries(entries);
    this.bytes = entries.reduce((sum, [, array]) => sum + array.byteLength, 0);
    this.shapes = Object.fromEntries(fields.map(({ label, shape }) => [label, [count, ...shape]]));
    this.#isOwn = debug;
    this.#onRelease = parts.onRelease;
  }

  /** @throws UsageError after `release` */
  get x(): Entries {
    if (!this.#isReleased) return this.#x;
    throw new UsageError(
      'released',
      `Batch ${this.number} was released, and its memory may hold another one by now. Read it before release(), and keep() it where it must outlast the next batch.`,
      { batch: this.number },
    );
  }

  keep(): this {
    this.#isKept = true;
    return this;
  }

  get isKept(): boolean {
    return this.#isKept;
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    if (this.#isOwn) for (const array of Object.values(this.#x)) detach(array);
    this.#onRelease();
  }
}
