import { parentPort, Worker, workerData } from 'node:worker_threads';
import { asFanfoldError, type ErrorWire, fromWire, LayoutError, Stopped } from '../../core/errors.js';
import { threadStart } from '../worker-start.js';

/** What a thread aside answers. */
type Answer = { readonly value: unknown } | { readonly error: ErrorWire };

/**
 * Does something synchronous that waits for the network in a thread of its own, so that this one goes on.
 *
 * @param entry module that calls `answerAside`
 * @param job plain data it is given
 * @throws what it threw; Stopped as soon as `signal` aborts
 */
export function runAside<R>(entry: URL, job: unknown, signal?: AbortSignal): Promise<R> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new Stopped());
      return;
    }
    const worker = new Worker(entry, { name: 'fanfold-aside', ...threadStart(), workerData: job });
    const end = (act: () => void): void => {
      signal?.removeEventListener('abort', stop);
      worker.removeAllListeners();
      worker.on('error', () => undefined);
      void worker.terminate();
      act();
    };
    const stop = (): void => end(() => reject(new Stopped()));
    signal?.addEventListener('abort', stop, { once: true });
    worker.on('message', (answer: Answer) =>
      end(() => ('error' in answer ? reject(fromWire(answer.error)) : resolve(answer.value as R))),
    );
    const died = (why: string): void =>
      end(() => reject(new LayoutError('worker-died', `A thread that opens files died: ${why}.`)));
    worker.on('error', (error: Error) => died(error.message));
    worker.on('exit', (code) => died(`it ended with code ${code}`));
  });
}

/** In the entry of a thread aside: does the job, and answers. */
export function answerAside<J>(act: (job: J) => Promise<unknown>): void {
  const port = parentPort;
  if (!port) throw new Error('This file is the entry of a thread; it does nothing on its own.');
  const tell = (answer: Answer): void => port.postMessage(answer);
  act(workerData as J).then(
    (value) => tell({ value }),
    (error: unknown) => tell({ error: asFanfoldError(error, 'Opening').toWire() }),
  );
}
