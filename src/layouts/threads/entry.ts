import { parentPort, workerData } from 'node:worker_threads';
import { Arena } from '../../core/arena.js';
import { viewOf } from '../../core/dtype.js';
import { asFanfoldError, Stopped } from '../../core/errors.js';
import type { Partial, Task } from '../../core/layout.js';
import type { Prepared } from '../../core/operator.js';
import { BY_ITSELF } from '../../core/team.js';
import { interruptWaits } from '../../io/http/interruption.js';
import { preload } from '../worker/preload.js';
import { PartRunner } from '../worker/runner.js';
import { openTargets } from '../worker/targets.js';
import type { PlacedPrepared, StartMessage, WorkerMessage } from './messages.js';
import { PartQueue } from './queue.js';
import { SharedTeam } from './team.js';

const port = parentPort;
if (!port) throw new Error('This file is the entry of a worker thread; it does nothing on its own.');

const tell = (message: WorkerMessage): void => port.postMessage(message);

/** Hands over what has been accumulated, without a copy: the arrays are gone here afterwards. */
function tellPartial(partial: Partial): void {
  const message: WorkerMessage = { kind: 'partial', partial };
  port?.postMessage(
    message,
    partial.whole.flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : [])),
  );
}

function findPlaced(prepared: PlacedPrepared, memory: WebAssembly.Memory): Prepared {
  return Object.fromEntries(
    Object.entries(prepared).map(([name, value]) => {
      const placed = typeof value === 'object' && 'address' in value;
      return [name, placed ? viewOf(value.dtype, memory.buffer, value.address, value.length) : value];
    }),
  );
}

async function runPass(start: StartMessage): Promise<void> {
  const { task, worker, memory, team } = start;
  const queue = new PartQueue(start.queue);
  interruptWaits(() => queue.stopped);
  const prepared = start.prepared.map((one) => findPlaced(one, memory));
  const member = team ? new SharedTeam(team.cells, team.rank, team.size) : BY_ITSELF;
  const isFirst = member.rank === 0;
  const targets = isFirst ? openTargets(task, start.results) : [];
  const arena = new Arena(memory, start.base, start.length);
  const hooks = {
    stopped: () => queue.stopped,
    onFrames: (count: number) => Atomics.add(start.progress, worker, count),
  };
  const shared = team ? { member, arena: new Arena(memory, team.base, team.length) } : undefined;
  const runner = await PartRunner.open(task, worker, prepared, targets, arena, hooks, shared);
  let waitSeconds = 0;
  for (;;) {
    const part = member.lead(() => {
      const asked = performance.now();
      const taken = queue.take();
      waitSeconds += (performance.now() - asked) / 1000;
      return taken;
    });
    if (part < 0) break;
    if (isFirst && !queue.closed && queue.waiting <= task.plan.workers) tell({ kind: 'low' });
    runner.run(part);
    if (isFirst && task.partwise) tellPartial(runner.takePartial());
  }
  if (queue.stopped) throw new Stopped();
  if (isFirst && !task.partwise) tellPartial(runner.takePartial());
  tell({ kind: 'done', report: runner.finish(waitSeconds) });
}

port.on('message', (start: StartMessage) => {
  runPass(start).catch((error: unknown) => {
    if (start.team) SharedTeam.breakUp(start.team.cells);
    if (error instanceof Stopped) tell({ kind: 'stopped' });
    else tell({ kind: 'error', error: asFanfoldError(error, 'A worker').toWire() });
  });
});

const { source, operators } = workerData as Pick<Task, 'source' | 'operators'>;
preload(source, operators).then(
  () => tell({ kind: 'ready' }),
  (error: unknown) => tell({ kind: 'error', error: asFanfoldError(error, 'Starting a worker').toWire() }),
);
