import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { cut } from './numbers.js';

/** Workers that stay, so that a second sum does not pay for their start. */
export interface Crew {
  sum(): Promise<number>;
  close(): Promise<void>;
}

/** Adds the parts up in their order, whoever is ready first: the same last bits every time. */
const reduce = (parts: readonly number[]): number => parts.reduce((total, part) => total + part, 0);

/** Threads over one array in shared memory: nothing is copied. */
export function openThreads(numbers: Float64Array<SharedArrayBuffer>, parts: number): Crew {
  const bounds = cut(numbers.length, parts);
  const workers = Array.from(
    { length: parts },
    () => new Worker(new URL('./thread.js', import.meta.url), { workerData: numbers.buffer }),
  );
  return {
    async sum() {
      const answers = workers.map(async (worker, part) => {
        worker.postMessage([bounds[part], bounds[part + 1]]);
        const [answer] = await once(worker, 'message');
        return Number(answer);
      });
      return reduce(await Promise.all(answers));
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Processes: each part is copied into a message, through a pipe, and out of the message again. */
export function openProcesses(numbers: Float64Array, parts: number): Crew {
  const bounds = cut(numbers.length, parts);
  const children: ChildProcess[] = Array.from({ length: parts }, () =>
    fork(new URL('./child.js', import.meta.url), { serialization: 'advanced', execArgv: [] }),
  );
  return {
    async sum() {
      const answers = children.map(async (child, part) => {
        child.send(numbers.slice(bounds[part], bounds[part + 1]));
        const [answer] = await once(child, 'message');
        return Number(answer);
      });
      return reduce(await Promise.all(answers));
    },
    async close() {
      const ends = children.map((child) => once(child, 'exit'));
      for (const child of children) child.kill();
      await Promise.all(ends);
    },
  };
}
