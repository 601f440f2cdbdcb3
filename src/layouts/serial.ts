import { setImmediate } from 'node:timers/promises';
import { ARENA_BASE, Arena, makeMemory } from '../core/arena.js';
import type { NumericArray } from '../core/dtype.js';
import { Stopped } from '../core/errors.js';
import type { Crew, CrewOptions, Layout, RunHooks, Task, WorkerReport } from '../core/layout.js';
import type { Prepared } from '../core/operator.js';
import { preload } from './worker/preload.js';
import { PartRunner } from './worker/runner.js';
import { allocateResults, openTargets } from './worker/targets.js';
import { windowBytes } from './worker/window.js';

class SerialCrew implements Crew {
  readonly #task: Task;
  readonly #results: readonly (NumericArray | null)[];
  readonly #memory: WebAssembly.Memory;
  readonly #bytes: number;

  constructor(task: Task, options: CrewOptions) {
    this.#task = task;
    this.#results = allocateResults(task, false, options);
    this.#bytes = windowBytes(task);
    this.#memory = makeMemory(this.#bytes);
  }

  async run(prepared: readonly Prepared[], hooks: RunHooks): Promise<readonly WorkerReport[]> {
    const task = this.#task;
    const targets = openTargets(task, this.#results);
    let frames = 0;
    const runner = await PartRunner.open(task, 0, prepared, targets, new Arena(this.#memory, ARENA_BASE, this.#bytes), {
      stopped: () => hooks.signal.aborted,
      onFrames: (count) => {
        frames += count;
      },
    });
    let breathed = performance.now();
    for (;;) {
      const parts = await hooks.next(1);
      if (parts.length === 0) break;
      for (const part of parts) {
        for (const _ of runner.steps(part)) {
          if (performance.now() - breathed < 50) continue;
          hooks.onProgress(frames);
          // Signals and messages arrive only between turns of the event loop.
          await setImmediate();
          if (hooks.signal.aborted) throw new Stopped();
          breathed = performance.now();
        }
        if (task.partwise) hooks.onPartial(runner.takePartial());
      }
    }
    if (!task.partwise) hooks.onPartial(runner.takePartial());
    hooks.onProgress(frames);
    return [runner.finish(0)];
  }

  results(): readonly (NumericArray | null)[] {
    return this.#results;
  }

  async close(): Promise<void> {}
}

/** Everything in the calling thread: for debugging, and the reference every other layout is compared with. */
export const serial: Layout = {
  name: 'serial',
  summary: 'one thread, the calling one',
  available: () => ({ ok: true, note: 'always' }),
  start: async (task, options) => {
    await preload(task.source, task.operators);
    return new SerialCrew(task, options);
  },
};
