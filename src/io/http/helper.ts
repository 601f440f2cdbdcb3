import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { fromWire, LayoutError, SourceError } from '../../core/errors.js';
import { threadStart } from '../worker-start.js';
import { ANSWER, BEAT, CACHE_BYTES, CELLS, EMPTY } from './blocks.js';
import type { FromHelper, HelperData, ToHelper } from './helper-messages.js';
import { checkInterruption } from './interruption.js';
import { settingsFrom } from './settings.js';
import { type Pin, shownUrl } from './url.js';

/** How often a thread that waits looks whether it is to stop, in milliseconds. */
const LOOK = 20;
/** A helper that has not stirred for so long is gone. */
const SILENCE = 30_000;
/** No look counts for more of that: a process that was suspended has not waited, whatever the clock says. */
const LONGEST_LOOK = 250;

/**
 * The thread that does the requests of this one. Readers of files are synchronous, requests are not: here one waits on shared
 * memory while the helper fetches, which works in the main thread of Node, too.
 */
export class Helper {
  /** The cells that tell how far it is, as `blocks.ts` numbers them. */
  readonly states: Int32Array;
  readonly bytes: Uint8Array;
  readonly #port: MessagePort;
  readonly #errors = new Map<number, Error>();
  #questions = 0;

  constructor() {
    const cells = new SharedArrayBuffer(4 * CELLS);
    const blocks = new SharedArrayBuffer(CACHE_BYTES);
    this.states = new Int32Array(cells);
    this.bytes = new Uint8Array(blocks);
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const workerData: HelperData = { port: port2, cells, blocks, settings: settingsFrom() };
    const entry = new URL('./helper-entry.js', import.meta.url);
    const worker = new Worker(entry, { name: 'fanfold-http', ...threadStart(), workerData, transferList: [port2] });
    // That it died shows in its silence; it must not keep this thread alive, nor end it.
    worker.on('error', () => undefined);
    worker.unref();
    port1.unref();
  }

  send(message: ToHelper): void {
    this.#port.postMessage(message);
  }

  /** Waits while a cell holds `state`. @throws Stopped when this thread is to stop; LayoutError when the helper died */
  wait(cell: number, state: number): void {
    let beat = -1;
    let silent = 0;
    let looked = performance.now();
    while (Atomics.load(this.states, cell) === state) {
      checkInterruption();
      Atomics.wait(this.states, cell, state, LOOK);
      const [now, time] = [Atomics.load(this.states, BEAT), performance.now()];
      silent = now === beat ? silent + Math.min(LONGEST_LOOK, time - looked) : 0;
      [beat, looked] = [now, time];
      if (silent > SILENCE)
        throw new LayoutError(
          'helper-died',
          'The thread that reads over the network has died. Run this again with less memory in use.',
        );
    }
  }

  /** Why a slot has failed. */
  errorOf(slot: number): Error {
    this.#listen();
    const error = this.#errors.get(slot);
    this.#errors.delete(slot);
    return error ?? new LayoutError('internal', 'A request failed without saying why.');
  }

  /** Size and identity of a file. @throws SourceError, also for one that its server does not send in ranges */
  probe(url: string): Pin {
    const question = ++this.#questions;
    let answer: Extract<FromHelper, { kind: 'pin' | 'refused' }> | null = null;
    Atomics.store(this.states, ANSWER, EMPTY);
    this.send({ kind: 'probe', url, question });
    // An earlier question, whose answer nobody waited for, may be answered first.
    while (answer?.question !== question) {
      this.wait(ANSWER, EMPTY);
      Atomics.store(this.states, ANSWER, EMPTY);
      answer = this.#listen(question);
    }
    if (answer?.kind === 'refused') throw fromWire(answer.error);
    if (answer?.pin) return answer.pin;
    throw new SourceError(
      'no-ranges',
      `${shownUrl(url)} is on a server that does not send parts of files. Download it first: fanfold fetch ${shownUrl(url)} -o folder/.`,
      { url: shownUrl(url) },
    );
  }

  /** Takes what has come; the answer to a question is returned, those to others are passed over. */
  #listen(question = 0): Extract<FromHelper, { kind: 'pin' | 'refused' }> | null {
    let answer: Extract<FromHelper, { kind: 'pin' | 'refused' }> | null = null;
    for (;;) {
      const message = receiveMessageOnPort(this.#port)?.message as FromHelper | undefined;
      if (message === undefined) return answer;
      if (message.kind !== 'failed') {
        if (message.question === question) answer = message;
      } else for (const slot of message.slots) this.#errors.set(slot, fromWire(message.error));
    }
  }
}

let own: Helper | null = null;

/** The helper of this thread, started when it is first needed. */
export function helperOfThread(): Helper {
  own ??= new Helper();
  return own;
}
