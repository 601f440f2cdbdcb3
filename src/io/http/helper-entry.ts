import { workerData } from 'node:worker_threads';
import { asFanfoldError, SourceError } from '../../core/errors.js';
import { ANSWER, BEAT, BLOCK_BYTES, FAILED, READY } from './blocks.js';
import type { FromHelper, HelperData, ToHelper } from './helper-messages.js';
import { Lanes } from './lanes.js';
import { probe } from './probe.js';
import { readRange } from './range.js';
import { shownUrl } from './url.js';

const { port, cells, blocks, settings } = workerData as HelperData;
const states = new Int32Array(cells);
const bytes = new Uint8Array(blocks);
const tell = (message: FromHelper): void => port.postMessage(message);

/** How often it shows that it lives, in milliseconds. */
const BEAT_INTERVAL = 500;

function set(cell: number, state: number): void {
  Atomics.store(states, cell, state);
  Atomics.notify(states, cell);
}

/** What comes out of requests as the one kind of error a source may end with. */
function wireOf(error: unknown): ReturnType<SourceError['toWire']> {
  return asFanfoldError(error, 'Reading over the network').toWire();
}

/** Requests at the same time: servers turn away who has more. */
const lanes = new Lanes(6);

/** Fills slots with consecutive blocks, each ready as soon as it is whole. */
async function fill({ url, pin, first, slots }: Extract<ToHelper, { kind: 'fetch' }>): Promise<void> {
  const start = first * BLOCK_BYTES;
  const end = Math.min(pin.size, (first + slots.length) * BLOCK_BYTES);
  let at = start;
  let done = 0;
  try {
    await readRange({ url, pin }, start, end, { settings }, (piece) => {
      for (let from = 0; from < piece.length; ) {
        const inside = (at - start) % BLOCK_BYTES;
        const take = Math.min(piece.length - from, BLOCK_BYTES - inside);
        bytes.set(piece.subarray(from, from + take), (slots[done] ?? 0) * BLOCK_BYTES + inside);
        from += take;
        at += take;
        if (inside + take === BLOCK_BYTES || at === end) set(slots[done++] ?? 0, READY);
      }
    });
    if (done < slots.length)
      throw new SourceError('outside', `${slots.length - done} blocks of ${shownUrl(url)} lie behind its end.`);
  } catch (error) {
    const left = slots.slice(done);
    tell({ kind: 'failed', slots: left, error: wireOf(error) });
    for (const slot of left) set(slot, FAILED);
  }
}

async function ask(url: string, question: number): Promise<void> {
  try {
    tell({ kind: 'pin', question, pin: (await probe(url, { settings })).pin });
  } catch (error) {
    tell({ kind: 'refused', question, error: wireOf(error) });
  }
  set(ANSWER, READY);
}

setInterval(() => Atomics.add(states, BEAT, 1), BEAT_INTERVAL).unref();
port.on('message', (message: ToHelper) => {
  if (message.kind === 'probe') void ask(message.url, message.question);
  else void lanes.run(() => fill(message));
});
