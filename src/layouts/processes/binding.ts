import { type ForkOptions, spawnSync } from 'node:child_process';
import { allowedCores } from '../../io/affinity.js';

/** The program that starts another one on chosen processors. */
const TASKSET = 'taskset';

/** Which processors each worker process is started on, as lists such as `2` or `2,3`. */
export interface Binding {
  /** In worker order; none when workers are not bound. */
  readonly lists: readonly string[];
  /** What was not done as asked, in sentences. */
  readonly notes: readonly string[];
}

/** Why new processes cannot be bound to processors here; null when they can. */
export function bindingReason(): string | null {
  const cores = allowedCores();
  if (cores.length === 0) return 'the system does not tell which processors a process may use (Linux does)';
  const { error, status, stderr } = spawnSync(TASKSET, ['--cpu-list', cores.join(','), 'true'], { encoding: 'utf8' });
  if (error) return `${TASKSET} is not installed (package util-linux)`;
  return status === 0 ? null : `${TASKSET} failed: ${stderr.trim().split('\n').pop() ?? ''}`;
}

/**
 * As many processors for every worker as it has threads, in turn. Pure.
 *
 * @param cores in the order they are given out
 */
export function dealCores(cores: readonly number[], workers: number, threads: number): string[] {
  return Array.from({ length: workers }, (_, worker) => {
    const own = Array.from({ length: threads }, (_, thread) => cores[(worker * threads + thread) % cores.length] ?? 0);
    return [...new Set(own)].toSorted((a, b) => a - b).join(',');
  });
}

/** Where workers are to run, or why they cannot be held anywhere. */
export function bindingFor(workers: number, threads: number): Binding {
  const reason = bindingReason();
  if (reason !== null) return { lists: [], notes: [`--bind cores is not possible: ${reason}. Workers are not bound.`] };
  const cores = allowedCores();
  const lanes = workers * threads;
  const notes = lanes > cores.length ? [`--bind cores: ${lanes} workers share ${cores.length} processors.`] : [];
  return { lists: dealCores(cores, workers, threads), notes };
}

/** How a worker process is started: by Node itself, or by the program that puts it on its processors. */
export function launchOn(list: string | undefined): Pick<ForkOptions, 'execPath' | 'execArgv'> {
  if (list === undefined) return { execArgv: [] };
  return { execPath: TASKSET, execArgv: ['--cpu-list', list, process.execPath] };
}
