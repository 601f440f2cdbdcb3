import { Worker } from 'node:worker_threads';
import { LayoutError } from '../core/errors.js';
import { threadStart } from '../io/worker-start.js';
import type { Answer, Order } from './messages.js';

/** What a thread tells its crew. */
export interface Listener {
  answered(answer: Answer): void;
  /** It answers no more. */
  died(error: LayoutError): void;
}

/** One worker thread. */
export class Thread {
  readonly #worker: Worker;
  #isEnded = false;

  constructor(number: number, listener: Listener) {
    this.#worker = new Worker(new URL('./entry.js', import.meta.url), {
      name: `fanfold-infer-${number}`,
      ...threadStart(),
    });
    const died = (why: string): void => {
      if (this.#isEnded) return;
      this.#isEnded = true;
      listener.died(new LayoutError('worker-died', `A worker thread of the network ${why}.`));
    };
    this.#worker.on('message', (answer: Answer) => listener.answered(answer));
    this.#worker.on('error', (error: Error) => died(`died: ${error.message}`));
    this.#worker.on('exit', (code) => died(`ended with code ${code}`));
    this.#worker.unref();
  }

  send(order: Order): void {
    this.#worker.postMessage(order);
  }

  /** Whether the process waits for it. */
  hold(isBusy: boolean): void {
    // Who waits for its end must not be left alone by a process that has nothing else to do.
    if (isBusy || this.#isEnded) this.#worker.ref();
    else this.#worker.unref();
  }

  /** Ends it when the network has come back from what it is at: a thread that is stopped inside the runtime takes the process with it. */
  async end(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#worker.ref();
    const gone = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.send({ kind: 'end' });
    await gone;
  }
}
