import { FanfoldError, fromWire, OperatorError, Stopped } from '../core/errors.js';
import type { ImageCrew } from './crew.js';
import type { Listing, Portion } from './listing.js';
import type { Scored, Spent, Task } from './messages.js';

/** What is asked for. */
export interface Request {
  readonly task: Omit<Task, 'id' | 'items' | 'stop'>;
  /** Images of one task. */
  readonly batch: number;
  readonly onError: 'throw' | 'skip';
  readonly signal?: AbortSignal;
  onSpent?(spent: Spent, images: number): void;
}

/** One image, its place in the order, and its scores, or why it has none. */
export interface ScoredImage {
  readonly index: number;
  readonly name: string;
  readonly result: Float32Array | FanfoldError;
}

interface Asked {
  readonly portion: Portion;
  readonly scored: Promise<readonly Scored[]>;
}

/** What went wrong with an image, with its name in front. */
function failureOf(wire: Extract<Scored, { error: unknown }>['error'], name: string): FanfoldError {
  const message = wire.message.includes(name) ? wire.message : `${name}: ${wire.message.replace(/\.$/, '')}.`;
  return fromWire({ ...wire, message, fields: { ...wire.fields, image: name } });
}

/** Rejects when the signal aborts; `dispose` lets go of it. */
function abortion(signal: AbortSignal | undefined): { readonly promise: Promise<never> | null; dispose(): void } {
  if (!signal) return { promise: null, dispose: () => undefined };
  let stop = (): void => undefined;
  const promise = new Promise<never>((_, reject) => {
    stop = () => reject(new Stopped());
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  promise.catch(() => undefined);
  return { promise, dispose: () => signal.removeEventListener('abort', stop) };
}

/**
 * Scores of all images, in their order, while workers are at those behind them: at most two tasks a worker are ahead of what was taken.
 * Leaving the loop stops them at their next image.
 *
 * @throws FanfoldError of the first image without a result when `onError` is `throw`, or of a network that fails; Stopped
 */
export async function* scoresOf(crew: ImageCrew, listing: Listing, request: Request): AsyncGenerator<ScoredImage> {
  const { task, batch, onError, signal, onSpent } = request;
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const { promise: aborted, dispose } = abortion(signal);
  const orStopped = <T>(promise: Promise<T>): Promise<T> => (aborted ? Promise.race([promise, aborted]) : promise);
  let source: number | null = null;
  const portions = listing
    .portions(batch, (order) => {
      source = crew.share(order);
      return source;
    })
    [Symbol.asyncIterator]();
  const asked: Asked[] = [];
  const ask = async (): Promise<boolean> => {
    const { value: portion, done } = await orStopped(portions.next());
    if (done || !portion) return false;
    const scored = crew.run({ ...task, items: portion.items, stop }).then(({ scored, spent }) => {
      onSpent?.(spent, portion.names.length);
      return scored;
    });
    // It is looked at when its turn comes.
    scored.catch(() => undefined);
    asked.push({ portion, scored });
    return true;
  };
  let index = 0;
  try {
    if (signal?.aborted) throw new Stopped();
    let isMore = true;
    for (;;) {
      while (isMore && asked.length < 2 * crew.workers + 1) isMore = await ask();
      const next = asked.shift();
      if (!next) return;
      const scored = await orStopped(next.scored);
      for (const [place, name] of next.portion.names.entries()) {
        const one = scored[place];
        const missing = new OperatorError('no-result', `${name}: a worker gave no result.`);
        const result = !one ? missing : 'scores' in one ? one.scores : failureOf(one.error, name);
        if (result instanceof FanfoldError && onError === 'throw') throw result;
        yield { index: index++, name, result };
      }
    }
  } catch (error) {
    throw error instanceof Stopped ? new Stopped(index, listing.total ?? 0) : error;
  } finally {
    Atomics.store(stop, 0, 1);
    dispose();
    if (source !== null) crew.drop(source);
    const left = portions.return?.();
    // Images that never come do not hold up who has stopped.
    if (signal?.aborted) left?.catch(() => undefined);
    else await left;
  }
}
