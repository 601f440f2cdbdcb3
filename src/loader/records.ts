import { allocate, type Dtype, dtypeOfArray, type NumericArray } from '../core/dtype.js';
import { type FanfoldError, UsageError } from '../core/errors.js';
import type { Source } from '../core/source.js';
import { product } from '../core/stack.js';
import type { BatchRequest, FailedSample } from './crew.js';
import { either, type Feed, type Feeding, feedError, isPromise, missingAt, unlessStopped } from './feed.js';
import type { Order } from './order.js';
import { stackOf } from './read-at.js';
import { faultOf, isNumeric, type RecordForm, type SampleRecord } from './record.js';

/** Anything that gives records one by one: an async generator, a stream, a list. */
export type Records = AsyncIterable<SampleRecord> | Iterable<SampleRecord | PromiseLike<SampleRecord>>;

/** Records with what is known of them beforehand; what is not told is taken from the first one. */
export interface RecordSource {
  readonly records: Records;
  readonly frameShape?: readonly number[];
  readonly dtype?: Dtype;
  /** Records there will be: needed to write them to a file, and checked. */
  readonly length?: number;
}

/** Frames that the stack of an iterable has as long as nobody knows how many come: as many as samples can be numbered. */
const UNKNOWN_LENGTH = 2 ** 32;

type Iterating = AsyncIterator<SampleRecord> | Iterator<SampleRecord | PromiseLike<SampleRecord>>;

const onePass = (why: string): UsageError =>
  new UsageError(
    'one-pass',
    `${why}: records of an iterable come once, in their order. Go through them into a file first, ` +
      "dataLoader(source, { map: 'copy' }).materialize('set.npy'), and load that, or give a source with readAt.",
  );

/** Feeds records in the order they come, once. */
export class RecordsFeed implements Feed {
  readonly isRandom = false;
  readonly #given: RecordSource;
  readonly #stop = new AbortController();
  readonly #log: (line: string) => void;
  #iterator: Iterating | null = null;
  #isWaiting = false;
  #isDone = false;
  #isTaken = false;
  /** The first record, until it is fed. */
  #first: { readonly value: unknown } | null = null;
  #form: RecordForm = { shape: [], dtype: 'float64' };
  #fed = 0;
  #dropLast = false;
  /** Counted once the last record has come. */
  #total: number | null;
  #labels: Int32Array | null = null;
  #groups: Int32Array | null = null;

  constructor(given: RecordSource, log: (line: string) => void) {
    this.#given = given;
    this.#log = log;
    this.#total = given.length ?? null;
  }

  get samples(): number | null {
    return this.#given.length ?? null;
  }

  get labels(): Int32Array | null {
    return this.#labels;
  }

  get groups(): Int32Array | null {
    return this.#groups;
  }

  /** Takes the first record. */
  async open(signal: AbortSignal | undefined): Promise<Source> {
    const { records, frameShape, dtype, length } = this.#given;
    this.#iterator = Symbol.asyncIterator in records ? records[Symbol.asyncIterator]() : records[Symbol.iterator]();
    const first = await unlessStopped(Promise.resolve(this.#next()), either(this.#stop, signal));
    if (first === null)
      throw new UsageError('no-samples', 'The iterable ends before its first record: it holds no samples.');
    const { data, shape, label, group } = (first.value ?? {}) as Partial<SampleRecord>;
    const size = isNumeric(data) ? { shape: [data.length], dtype: dtypeOfArray(data) } : null;
    if (!size && !(frameShape && dtype))
      throw faultOf(first.value, 0, this.#form) ?? onePass('The first record says nothing of its frame');
    this.#form = { shape: frameShape ?? shape ?? size?.shape ?? [], dtype: dtype ?? size?.dtype ?? 'float64' };
    const stack = stackOf(this.#form.shape, this.#form.dtype, length ?? UNKNOWN_LENGTH);
    this.#first = first;
    if (length !== undefined && label !== undefined) this.#labels = new Int32Array(length).fill(-1);
    if (length !== undefined && group !== undefined) this.#groups = new Int32Array(length).fill(-1);
    return { format: 'iterable', location: 'records', notes: [], handle: { kind: 'fed', stack } };
  }

  order(batch: number, dropLast: boolean): Order {
    if (this.#isTaken) throw onePass('They were gone through, or closed');
    this.#isTaken = true;
    this.#dropLast = dropLast;
    const total = (): number => this.#total ?? Number.POSITIVE_INFINITY;
    return {
      batch,
      get samples() {
        return total();
      },
      get batches() {
        return dropLast ? Math.floor(total() / batch) : Math.ceil(total() / batch);
      },
      of: (number) =>
        Uint32Array.from({ length: Math.min(batch, total() - number * batch) }, (_, i) => number * batch + i),
    };
  }

  /** One step of the iterable. @returns null at its end */
  async #step(): Promise<{ value: unknown } | null> {
    const asked = this.#iterator?.next();
    const { done, value } = (isPromise(asked) ? await asked : asked) ?? { done: true, value: null };
    if (done) return null;
    return { value: isPromise(value) ? await value : value };
  }

  async #next(): Promise<{ value: unknown } | null> {
    if (this.#isDone) return null;
    this.#isWaiting = true;
    try {
      const step = await this.#step();
      this.#isDone = step === null;
      return step;
    } catch (error) {
      // An iterator that has thrown is over.
      this.#isDone = true;
      throw feedError(`Record ${this.#fed} could not be had`, error, { record: this.#fed });
    } finally {
      this.#isWaiting = false;
    }
  }

  async read(): Promise<NumericArray> {
    throw onePass('An operator reads frames before the first batch is made');
  }

  async typical(): Promise<NumericArray> {
    const { shape, dtype } = this.#form;
    const value = this.#first?.value;
    const isGood = faultOf(value, 0, this.#form) === null;
    return isGood ? (value as SampleRecord).data : allocate(dtype, product(shape));
  }

  /** The next record; null when there is none. @throws SourceError for one too few or too many */
  async #take(): Promise<{ value: unknown } | null> {
    const { length } = this.#given;
    const record = this.#first ?? (await this.#next());
    this.#first = null;
    if (length === undefined || (record === null) === (this.#fed === length)) return record;
    const why = record
      ? `it goes on after the ${length} records`
      : `it ends after ${this.#fed} of the ${length} records`;
    throw feedError('The iterable is not as long as it was said to be', `${why} that were announced`, { length });
  }

  /** @returns what is wrong with the record */
  #put(record: unknown, number: number, into: NumericArray): FanfoldError | null {
    const fault = faultOf(record, number, this.#form);
    const { data, label = -1, group = -1 } = record as SampleRecord;
    if (!fault) into.set(data);
    if (!fault && this.#labels) this.#labels[number] = label;
    if (!fault && this.#groups) this.#groups[number] = group;
    return fault;
  }

  async fill({ samples: asked }: BatchRequest, frames: NumericArray): Promise<Feeding> {
    const size = product(this.#form.shape);
    const first = this.#fed;
    const labels = new Int32Array(asked.length).fill(-1);
    const missing: FailedSample[] = [];
    let error: FanfoldError | null = null;
    try {
      for (let place = 0; place < asked.length; place++) {
        const record = await this.#take();
        if (record === null) {
          this.#total = this.#fed;
          break;
        }
        const fault = this.#put(record.value, this.#fed, frames.subarray(place * size, (place + 1) * size));
        if (fault) missing.push(missingAt(place, this.#fed, fault));
        else labels[place] = (record.value as SampleRecord).label ?? -1;
        this.#fed++;
      }
      if (this.#fed === this.#given.length) await this.#take();
    } catch (thrown) {
      error = thrown instanceof Error && 'kind' in thrown ? (thrown as FanfoldError) : feedError('Records', thrown, {});
    }
    const isCut = this.#dropLast && this.#fed - first < asked.length;
    const count = isCut ? 0 : this.#fed - first;
    const samples = Uint32Array.from({ length: count }, (_, i) => first + i);
    return { samples, labels, missing, error };
  }

  async close(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#isTaken = true;
    this.#stop.abort();
    const iterator = this.#iterator;
    if (this.#isDone || !iterator) return;
    this.#isDone = true;
    const ended = Promise.resolve()
      .then(() => iterator.return?.())
      .catch((error: unknown) => this.#log(feedError('The iterable could not be ended', error, {}).message));
    // A generator that waits for something ends when that has come.
    if (!this.#isWaiting) await ended;
  }
}
