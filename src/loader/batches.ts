import { asFanfoldError, type FanfoldError, fromWire, LayoutError, Stopped } from '../core/errors.js';
import { type BatchParts, RingBatch } from './batch.js';
import type { BatchCrew, Field, Filled } from './crew.js';
import { clock } from './fill.js';
import type { LoaderOptions } from './options.js';
import type { Order } from './order.js';
import type { Ring } from './ring.js';
import type { Tally } from './statistics.js';

/** How long a consumer may hold all slots of the ring, in seconds. */
const PATIENCE = 60;

/** What an epoch works with. */
export interface EpochWork {
  readonly crew: BatchCrew;
  readonly ring: Ring;
  readonly order: Order;
  readonly fields: readonly Field[];
  readonly labels: Int32Array | null;
  readonly options: Pick<LoaderOptions, 'ordered' | 'onError' | 'debug' | 'patience' | 'signal'>;
  readonly tally: Tally;
  /** Told after every batch that was handed over. */
  onBatch?(): void;
}

/** The error of a sample, with its number. */
function failureOf({ failed, number }: Filled): FanfoldError | null {
  const [first] = failed;
  if (!first) return null;
  const others = failed.length > 1 ? ` So do ${failed.length - 1} others of its batch.` : '';
  const { kind, code, message, fields } = first.error;
  const named = `Sample ${first.sample} (batch ${number}) fails: ${message}${others}`;
  return fromWire({ kind, code, message: named, fields: { ...fields, sample: first.sample, batch: number } });
}

/** 0 where it is not known yet how many there are. */
const knownCount = (samples: number): number => (Number.isFinite(samples) ? samples : 0);

/** One pass over the samples: asks for batches ahead as far as the ring has room, and hands them over. */
export class Epoch {
  readonly #work: EpochWork;
  readonly #samples = new Map<number, Uint32Array>();
  readonly #ready = new Map<number, Filled>();
  readonly #started = performance.now();
  readonly #onAbort = (): void =>
    this.#fail(new Stopped(this.#delivered * this.#work.order.batch, knownCount(this.#work.order.samples)));
  #asked = 0;
  #delivered = 0;
  #outstanding = 0;
  #failure: { readonly error: unknown } | null = null;
  #wake: (() => void) | null = null;
  #last: RingBatch | null = null;
  #lastAt = 0;
  #isOver = false;

  constructor(work: EpochWork) {
    this.#work = work;
    const { signal } = work.options;
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
    work.ring.listen(() => {
      this.#pump();
      this.#wake?.();
    });
    work.tally.epochs++;
  }

  /** Ends it from outside: whoever waits for a batch gets `Stopped`. */
  stop(): void {
    this.#onAbort();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake?.();
  }

  /** Gives every free slot something to do. */
  #pump(): void {
    const { ring, crew, order } = this.#work;
    while (!this.#isOver && this.#failure === null && this.#asked < order.batches) {
      const slot = ring.take();
      if (slot === null) return;
      const number = this.#asked++;
      const samples = order.of(number);
      this.#samples.set(number, samples);
      this.#outstanding++;
      crew.fill(slot, { number, samples }, (filled) => this.#take(slot, filled));
    }
  }

  #take(slot: number, filled: Filled | Error): void {
    this.#outstanding--;
    const isNone = !(filled instanceof Error) && filled.fed?.samples.length === 0 && filled.fed.error === null;
    if (filled instanceof Error) this.#fail(filled);
    else if (isNone && !this.#isOver) this.#work.ring.give(slot);
    else if (!this.#isOver) this.#ready.set(filled.number, filled);
    if (this.#isOver || filled instanceof Error) this.#work.ring.give(slot);
    this.#wake?.();
  }

  /** The batch that is handed over next, when it is ready. */
  #due(): Filled | undefined {
    if (this.#work.options.ordered ?? true) return this.#ready.get(this.#delivered);
    return this.#ready.values().next().value;
  }

  /** Where the consumer keeps as many batches as the ring may use, all of it may be used. */
  #openRing(): void {
    const { ring } = this.#work;
    if (this.#outstanding > 0 || ring.limit === ring.slots) return;
    ring.limit = ring.slots;
    this.#pump();
  }

  /** Waits until something happens, for a limited time where it is the consumer's turn. */
  async #wait(): Promise<void> {
    const { ring, options } = this.#work;
    const patience = options.patience ?? PATIENCE;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#outstanding > 0) return;
      timer = setTimeout(() => {
        const { slots } = ring;
        const message =
          `The ring of batches is full (${slots}): all are kept and not released within ${patience} s, so that no other can be made. ` +
          'Call release() on batches, copy what must last, or give a larger memory.ring.';
        this.#fail(new LayoutError('batches-kept', message, { slots, patience }));
      }, patience * 1000);
    });
    this.#wake = null;
    clearTimeout(timer);
  }

  /** The next batch, or null at the end. Releases the one before, unless it is kept. @throws FanfoldError, Stopped */
  async next(): Promise<RingBatch | null> {
    const { tally, order } = this.#work;
    const asked = clock();
    if (this.#lastAt > 0) tally.waitForConsumerSeconds += (performance.now() - this.#lastAt) / 1000;
    if (this.#last && !this.#last.isKept) this.#last.release();
    this.#last = null;
    this.#pump();
    const from = performance.now();
    while (this.#failure === null && this.#delivered < order.batches) {
      const filled = this.#due();
      if (!filled) {
        this.#openRing();
        await this.#wait();
        continue;
      }
      tally.count(filled, asked, clock());
      const batch = this.#open(filled);
      if (!batch) continue;
      tally.waitForDataSeconds += (performance.now() - from) / 1000;
      this.#lastAt = performance.now();
      return batch;
    }
    if (this.#failure)
      throw this.#failure.error instanceof Stopped
        ? this.#failure.error
        : asFanfoldError(this.#failure.error, 'Loading');
    return null;
  }

  /** The samples of a batch and their classes, as the source or whoever fed them knows them. */
  #sourceOf({ number, fed }: Filled): Pick<BatchParts, 'samples' | 'labelOf'> {
    const samples = fed?.samples ?? this.#samples.get(number) ?? new Uint32Array(0);
    const { labels } = this.#work;
    const own = fed?.labels;
    // Without classes in the source, samples are fed in the order of their numbers.
    const labelOf = own
      ? (sample: number) => own[sample - (samples[0] ?? 0)] ?? -1
      : (sample: number) => labels?.[sample] ?? -1;
    return { samples, labelOf };
  }

  /** A batch as the consumer gets it; null when nothing of it is left, or when it ends the epoch. */
  #open(filled: Filled): RingBatch | null {
    const { crew, ring, fields, options, tally } = this.#work;
    const { slot, number, failed } = filled;
    const onError = options.onError ?? 'throw';
    const { samples, labelOf } = this.#sourceOf(filled);
    this.#ready.delete(number);
    this.#samples.delete(number);
    this.#delivered++;
    const failure = filled.fed?.error ?? (onError === 'throw' ? failureOf(filled) : null);
    if (failure) {
      this.#fail(failure);
      ring.give(slot);
      return null;
    }
    const debug = options.debug ?? false;
    const kind = onError === 'substitute' ? 'substitute' : 'skip';
    const views = crew.views(slot);
    const batch = new RingBatch({
      number,
      fields,
      views,
      samples,
      failed,
      labelOf,
      onError: kind,
      debug,
      onRelease: () => ring.give(slot),
    });
    tally.failed += failed.length;
    if (batch.count === 0) {
      batch.release();
      return null;
    }
    this.#last = batch;
    tally.batches++;
    tally.samples += batch.count;
    tally.bytes += batch.bytes;
    tally.copiedBytes += batch.bytes * (crew.copies + (debug ? 1 : 0));
    this.#work.onBatch?.();
    return batch;
  }

  /** Ends it: what is being made is thrown away when it comes, and batches that were not kept are released. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { ring, tally, options } = this.#work;
    options.signal?.removeEventListener('abort', this.#onAbort);
    if (this.#last && !this.#last.isKept) this.#last.release();
    for (const { slot } of this.#ready.values()) ring.give(slot);
    this.#ready.clear();
    ring.listen(null);
    tally.seconds += (performance.now() - this.#started) / 1000;
  }
}
