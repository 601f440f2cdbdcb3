import { formatBytes } from '../core/size.js';
import { availableMemory } from '../io/machine.js';
import { listShared, loadAverage, workerProcesses } from '../io/shared-usage.js';

/** State of machine and shared memory at one moment, in bytes. */
export interface MonitorLine {
  /** Seconds since the monitor began. */
  readonly seconds: number;
  readonly freeBytes: number;
  readonly segments: number;
  readonly segmentBytes: number;
  /** Of the loader that is watched; without one, worker processes of all runs, or null where the system lists none. */
  readonly workers: number | null;
  /** Processes that want a core, over the last minute. */
  readonly load: number;
}

export interface MonitorOptions {
  /** Seconds between lines (1). */
  readonly every?: number;
  /** Ends the lines. */
  readonly signal?: AbortSignal;
  /** Workers of the loader that is watched. */
  workers?(): number;
}

/** `3 s  19.2 GiB free  2 segments, 64.0 MiB  4 workers  load 1.20` */
export function describeLine({ seconds, freeBytes, segments, segmentBytes, workers, load }: MonitorLine): string {
  const shared = `${segments} ${segments === 1 ? 'segment' : 'segments'}, ${formatBytes(segmentBytes)}`;
  const who = workers === null ? [] : [`${workers} ${workers === 1 ? 'worker' : 'workers'}`];
  return [`${Math.round(seconds)} s`, `${formatBytes(freeBytes)} free`, shared, ...who, `load ${load.toFixed(2)}`].join(
    '  ',
  );
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
}

/** Free memory, segments, workers and load, at once and then at every interval, until the signal or the end of the loop. */
export async function* monitor(options: MonitorOptions = {}): AsyncGenerator<MonitorLine, void, void> {
  const { every = 1, signal } = options;
  const start = performance.now();
  for (let tick = 1; signal?.aborted !== true; tick++) {
    const segments = listShared();
    const now = (performance.now() - start) / 1000;
    yield {
      seconds: now,
      freeBytes: availableMemory(),
      segments: segments.length,
      segmentBytes: segments.reduce((total, { bytes }) => total + bytes, 0),
      workers: options.workers?.() ?? workerProcesses(),
      load: loadAverage(),
    };
    const due = start + tick * every * 1000;
    await pause(Math.max(0, due - performance.now()), signal);
  }
}
