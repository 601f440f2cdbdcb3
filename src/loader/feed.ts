import type { NumericArray } from '../core/dtype.js';
import { type FanfoldError, SourceError, Stopped } from '../core/errors.js';
import type { Source } from '../core/source.js';
import type { BatchRequest, FailedSample, Fed } from './crew.js';
import type { Order } from './order.js';

/** What became of feeding a batch: the frames that came lie in their places, the others are named. */
export interface Feeding extends Fed {
  readonly missing: readonly FailedSample[];
}

/** Brings frames that only the host can get at into the ring, where workers make entries of them. */
export interface Feed {
  /** The stack and what is known of it. @throws FanfoldError, Stopped when the signal aborts or it is closed meanwhile */
  open(signal: AbortSignal | undefined): Promise<Source>;
  /** False where samples come in one order, once. */
  readonly isRandom: boolean;
  /** How many samples there are; null where that is not told. */
  readonly samples: number | null;
  /** The order of the one pass; null where samples can be had in any. @throws UsageError when the pass was taken */
  order(batch: number, dropLast: boolean): Order | null;
  /** Classes and groups of all samples, for files; null where the source has them, or none. Filled while the pass is taken. */
  readonly labels: Int32Array | null;
  readonly groups: Int32Array | null;
  /** Frames one behind the other, for what operators want to know before. @throws FanfoldError, Stopped */
  read(samples: Uint32Array): Promise<NumericArray>;
  /** A frame to measure with. @throws Stopped */
  typical(sample: number): Promise<NumericArray>;
  /** Fills the places of a batch. @param frames room for all of them, on memory that workers see */
  fill(request: BatchRequest, frames: NumericArray): Promise<Feeding>;
  /** Nothing is asked for any more. Safe to call twice. */
  close(): Promise<void>;
}

/** A failure of code that is not fanfold's, with what it was doing. */
export function feedError(what: string, thrown: unknown, fields: Readonly<Record<string, number>>): SourceError {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new SourceError('feed-failed', `${what}: ${why}`, fields, { cause: thrown });
}

export const missingAt = (place: number, sample: number, error: FanfoldError): FailedSample => ({
  place,
  sample,
  error: error.toWire(),
});

export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** The result of `work`, unless the signal aborts before. @throws Stopped; as `work` does */
export function unlessStopped<T>(work: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Stopped());
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    const done = (): void => signal.removeEventListener('abort', stop);
    work.then(
      (value) => {
        done();
        resolve(value);
      },
      (error: unknown) => {
        done();
        reject(error);
      },
    );
  });
}

/** The signal of a caller and one of one's own. */
export function either(own: AbortController, signal: AbortSignal | undefined): AbortSignal {
  return signal ? AbortSignal.any([own.signal, signal]) : own.signal;
}
