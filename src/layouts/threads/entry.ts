import { parentPort, workerData } from 'node:worker_threads';
import { Arena } from '../../core/arena.js';
import { viewOf } from '../../core/dtype.js';
import { asFanfoldError, Stopped } from '../../core/errors.js';
import type { Task } from '../../core/layout.js';
import type { Prepared } from '../../core/operator.js';
import { preload } from '../worker/preload.js';
import { PartRunner } from '../worker/runner.js';
import { openTargets } from '../worker/targets.js';
import type { PlacedPrepared, StartMessage, WorkerMessage } from './messages.js';
import { PartQueue } from './queue.js';

const port = parentPort;
if (!port) throw new Error('This file is the entry of a worker thread; it does nothing on its own.');

const tell = (message: WorkerMessage): void => port.postMessage(message);

function findPlaced(prepared: PlacedPrepared, memory: WebAssembly.Memory): Prepared {
  return Object.fromEntries(
    Object.entries(prepared).map(([name, value]) => {
      const placed = typeof value === 'object' && 'address' in value;
      return [name, placed ? viewOf(value.dtype, memory.buffer, value.address, value.length) : value];
    }),
  );
}

async function runPass(start: StartMessage): Promise<void> {
  const { task, worker, memory } = start;
  const queue = new PartQueue(start.queue);
  const prepared = start.prepared.map((one) => findPlaced(one, memory));
  const targets = openTargets(task, start.results);
  const runner = await PartRunner.open(task, worker, prepared, targets, new Arena(memory, start.base, start.length), {
    stopped: () => queue.stopped,
    onFrames: (count) => Atomics.add(start.progress, worker, count),
  });
  let waitSeconds = 0;
  for (;;) {
    const asked = performance.now();
    const part = queue.take();
    waitSeconds += (performance.now() - asked) / 1000;
    if (part < 0) break;
    if (!queue.closed && queue.waiting <= task.plan.workers) tell({ kind: 'low' });
    runner.run(part);
    if (task.ordered) tell({ kind: 'partial', partial: runner.takePartial() });
  }
  if (queue.stopped) throw new Stopped();
  if (!task.ordered) tell({ kind: 'partial', partial: runner.takePartial() });
  tell({ kind: 'done', report: runner.finish(waitSeconds) });
}

port.on('message', (start: StartMessage) => {
  runPass(start).catch((error: unknown) => {
    if (error instanceof Stopped) tell({ kind: 'stopped' });
    else tell({ kind: 'error', error: asFanfoldError(error, 'A worker').toWire() });
  });
});

const { source, operators } = workerData as Pick<Task, 'source' | 'operators'>;
preload(source, operators).then(
  () => tell({ kind: 'ready' }),
  (error: unknown) => tell({ kind: 'error', error: asFanfoldError(error, 'Starting a worker').toWire() }),
);
