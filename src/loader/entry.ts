import { parentPort, workerData } from 'node:worker_threads';
import { viewOf } from '../core/dtype.js';
import { asFanfoldError } from '../core/errors.js';
import type { BatchOrder } from './dispatch.js';
import { BatchFiller } from './fill.js';
import type { ThreadAnswer, ThreadStart } from './messages.js';

const port = parentPort;
if (!port) throw new Error('This file is the entry of a worker thread; it does nothing on its own.');

const tell = (answer: ThreadAnswer): void => port.postMessage(answer);
const { task, memory, base, ring, prepared } = workerData as ThreadStart;

const placed = prepared.map((one) =>
  Object.fromEntries(
    Object.entries(one).map(([name, value]) => {
      const lies = typeof value === 'object' && 'address' in value;
      return [name, lies ? viewOf(value.dtype, memory.buffer, value.address, value.length) : value];
    }),
  ),
);

BatchFiller.open(task, placed, { memory, base, length: task.windowBytes, ring }).then(
  (filler) => {
    port.on('message', (orders: readonly BatchOrder[]) => {
      for (const { slot, request } of orders) {
        try {
          tell({ kind: 'filled', filled: filler.fill(slot, request) });
        } catch (error) {
          tell({ kind: 'refused', error: asFanfoldError(error, `Batch ${request.number}`).toWire() });
        }
      }
    });
    tell({ kind: 'ready' });
  },
  (error: unknown) => tell({ kind: 'failed', error: asFanfoldError(error, 'Starting a worker').toWire() }),
);
