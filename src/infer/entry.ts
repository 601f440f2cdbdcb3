import { parentPort } from 'node:worker_threads';
import { asFanfoldError } from '../core/errors.js';
import type { Answer, Order } from './messages.js';
import { ImageWorker } from './worker.js';

const port = parentPort;
if (!port) throw new Error('This file is the entry of a worker thread; it does nothing on its own.');

const worker = new ImageWorker();
const tell = (answer: Answer): void => port.postMessage(answer);

async function obey(order: Exclude<Order, { kind: 'end' }>): Promise<void> {
  switch (order.kind) {
    case 'open':
      return tell(await worker.open(order.network));
    case 'forget':
      return worker.forget(order.network);
    case 'source':
      return worker.source(order.source);
    case 'drop':
      return worker.drop(order.source);
    case 'task':
      return tell(await worker.run(order.task));
  }
}

/** Orders are done one after the other, though reading and running wait. */
let before: Promise<void> = Promise.resolve();

let isEnded = false;

port.on('message', (order: Order) => {
  if (order.kind === 'end') {
    // It cannot be ended from outside: stopping a thread that is in the runtime ends the whole process.
    isEnded = true;
    before.finally(() => process.exit());
    return;
  }
  before = before
    .then(() => (isEnded ? undefined : obey(order)))
    .catch((thrown: unknown) => {
      const error = asFanfoldError(thrown, 'Running a network').toWire();
      if (order.kind === 'task') tell({ kind: 'refused', id: order.task.id, error });
      else if (order.kind === 'open') tell({ kind: 'refused-network', network: order.network.number, error });
    });
});
