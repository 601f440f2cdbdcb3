import { asFanfoldError, PlanError } from '../../core/errors.js';
import type { Crew, Task } from '../../core/layout.js';
import type { Prepared } from '../../core/operator.js';
import { formatBytes } from '../../core/size.js';
import { product } from '../../core/stack.js';
import { allowedCoreList } from '../../io/affinity.js';
import { serial } from '../serial.js';
import { threads } from '../threads/index.js';
import type { FromChild, Slice, ToChild } from './messages.js';
import { makeParcel, openParcel } from './parcel.js';
import { PartSupply } from './supply.js';

type Start = Extract<ToChild, { kind: 'start' }>;

const tell = (message: FromChild): void => {
  // A coordinator that is gone needs no answers; this process ends with the event of its leaving.
  if (process.connected) process.send?.(message, () => undefined);
};

/** One worker process: a crew of its own, fed with parts by the coordinator. */
class Child {
  readonly #start: Start;
  readonly #task: Task;
  readonly #crew: Crew;
  readonly #abort = new AbortController();
  readonly #covered: number[] = [];
  #supply: PartSupply | null = null;

  constructor(start: Start, task: Task, crew: Crew) {
    this.#start = start;
    this.#task = task;
    this.#crew = crew;
  }

  static async open(start: Start): Promise<Child> {
    const shared = openParcel(start.task, start.threads > 1, true) as Task;
    const task: Task = {
      ...shared,
      firstWorker: start.worker * start.threads,
      plan: { ...shared.plan, workers: start.threads },
    };
    const layout = start.threads > 1 ? threads : serial;
    const crew = await layout.start(task, {
      plain: false,
      threadsPerWorker: 1,
      memoryPerWorker: null,
      sharedMemory: true,
      bind: false,
      warn: () => undefined,
    });
    return new Child(start, task, crew);
  }

  receive(parts: readonly number[]): void {
    this.#supply?.receive(parts);
  }

  async run(prepared: readonly Prepared[], fixed: readonly number[] | null): Promise<void> {
    this.#supply = new PartSupply(fixed, this.#start.threads, () => tell({ kind: 'next' }));
    const supply = this.#supply;
    const guard = setInterval(() => this.#checkMemory(), 50);
    let exceeded: PlanError | null = null;
    try {
      const reports = await this.#crew.run(prepared, {
        next: async (max) => {
          exceeded ??= this.#overLimit();
          if (exceeded) throw exceeded;
          return supply.next(max);
        },
        onPartial: (partial) => {
          this.#covered.push(...partial.parts);
          tell({ kind: 'partial', partial: makeParcel(partial, this.#start.scratch) });
        },
        onProgress: (frames) => tell({ kind: 'progress', frames }),
        signal: this.#abort.signal,
      });
      if (!this.#start.scratch) tell({ kind: 'slices', slices: this.#slices() });
      const peak = process.resourceUsage().maxRSS * 1024;
      const cores = allowedCoreList();
      const told = reports.map((report, i) => ({
        ...report,
        worker: this.#start.worker * this.#start.threads + report.worker,
        waitSeconds: report.waitSeconds + (i === 0 ? supply.waitSeconds : 0),
        processPeakBytes: i === 0 ? peak : 0,
        ...(cores === null ? {} : { cores }),
      }));
      tell({ kind: 'done', reports: told });
    } finally {
      clearInterval(guard);
    }
  }

  #overLimit(): PlanError | null {
    const limit = this.#start.memoryLimit;
    if (limit === null) return null;
    const resident = process.memoryUsage.rss();
    if (resident <= limit) return null;
    return new PlanError(
      'memory-per-worker',
      `Worker ${this.#start.worker} holds ${formatBytes(resident)}, above --memory-per-worker ${formatBytes(limit)}. ` +
        'Give more memory per worker or fewer threads per worker.',
      { residentBytes: resident, limitBytes: limit },
    );
  }

  #checkMemory(): void {
    const error = this.#overLimit();
    if (error) fail(error);
  }

  /** What this process holds of results that could not go through a file. */
  #slices(): Slice[] {
    const { parts } = this.#task.plan;
    return this.#crew.results().flatMap((array, slot) => {
      if (!array) return [];
      const size = product(this.#task.slots[slot]?.slot.shape ?? []);
      return this.#covered.map((part) => {
        const [from, to] = [(parts[part] ?? 0) * size, (parts[part + 1] ?? 0) * size];
        return { slot, at: from, data: array.slice(from, to) };
      });
    });
  }
}

function fail(error: unknown): void {
  tell({ kind: 'error', error: asFanfoldError(error, 'A worker process').toWire() });
}

let child: Child | null = null;

async function receive(message: ToChild): Promise<void> {
  if (message.kind === 'start') {
    child = await Child.open(message);
    tell({ kind: 'ready' });
  } else if (message.kind === 'parts') {
    child?.receive(message.parts);
  } else {
    await child?.run(openParcel(message.prepared, false, true) as Prepared[], message.parts);
  }
}

process.on('message', (message: ToChild) => {
  receive(message).catch(fail);
});
// Without its coordinator a worker has nobody to work for.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; the coordinator decides what to do about it.
process.on('SIGINT', () => undefined);
