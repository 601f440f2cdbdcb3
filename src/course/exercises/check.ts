import { fork } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { PlanError, SourceError, Stopped } from '../../core/errors.js';
import { formatBytes } from '../../core/size.js';
import { exists } from '../../io/folder.js';
import { makeFolder } from '../../io/output.js';
import { residentBytes } from '../../io/process-usage.js';
import { openScratch } from '../../io/scratch.js';
import type { Size } from '../outcome.js';
import type { Exercise, Finding } from './exercise.js';
import { EXERCISES } from './exercises.js';
import type { ProbeOrder } from './probe.js';

/** Room on the disk for the files of an exercise. */
const DISK_BYTES = { small: 2 ** 28, full: 2 ** 30 } as const;

/** Memory at which a solution is stopped, more than the clumsiest one that ends: a loop that only allocates would take the machine. */
const MOST_BYTES = { small: 2 ** 30, full: 4 * 2 ** 30 } as const;

/** Milliseconds between two looks at the memory of a solution. */
const LOOK = 100;

/**
 * Examines a reader's solution in a process of its own: it may print (to stderr), crash, or never end.
 *
 * @param number 1, 2 or 3
 * @param file path of the reader's program, an ES module
 * @returns what was looked at, in its order; solved when all of it is `ok`
 * @throws SourceError when there is no such file; PlanError when there is no room on the disk; Stopped
 */
export async function checkExercise(
  number: number,
  file: string,
  size: Size,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const exercise = EXERCISES[number - 1];
  if (!exercise) return [];
  if (!exists(file)) throw new SourceError('not-found', `${file} does not exist. Check the path.`, { path: file });
  const { scratch, notes } = openScratch(DISK_BYTES[size], false);
  if (!scratch) throw new PlanError('no-scratch', `The check needs a folder for files. ${notes.join(' ')}`);
  const folder = `${scratch.path}/work`;
  makeFolder(folder);
  try {
    const stage = await exercise.open(size, folder);
    try {
      const seen = await runProbe(
        { exercise: number, file: pathToFileURL(file).href, input: stage.input },
        exercise,
        signal,
      );
      const hasRun = seen.some(({ ok }) => ok);
      return hasRun ? [...seen, ...(await stage.findings())] : seen;
    } finally {
      await stage.close();
    }
  } finally {
    scratch.remove();
  }
}

async function runProbe(order: ProbeOrder, { patience }: Exercise, signal: AbortSignal): Promise<readonly Finding[]> {
  if (signal.aborted) throw new Stopped();
  // What the solution prints goes to stderr: stdout is for results.
  const child = fork(new URL('./probe.js', import.meta.url), { stdio: ['ignore', 2, 2, 'ipc'], execArgv: [] });
  const timer = setTimeout(() => child.kill('SIGKILL'), patience * 1000);
  const stop = (): boolean => child.kill('SIGKILL');
  const most = MOST_BYTES[order.input.size];
  let isTooLarge = false;
  const watch = setInterval(() => {
    isTooLarge ||= child.pid !== undefined && (residentBytes(child.pid) ?? 0) > most;
    if (isTooLarge) stop();
  }, LOOK);
  signal.addEventListener('abort', stop);
  const start = performance.now();
  let findings: readonly Finding[] | null = null;
  child.once('message', (found: readonly Finding[]) => {
    findings = found;
  });
  child.send(order);
  const [code, end] = await once(child, 'exit');
  clearTimeout(timer);
  clearInterval(watch);
  signal.removeEventListener('abort', stop);
  if (signal.aborted) throw new Stopped();
  if (findings) return findings;
  if (isTooLarge) return [{ ok: false, what: `the function was stopped: it took more than ${formatBytes(most)}` }];
  if (performance.now() - start >= patience * 1000)
    return [{ ok: false, what: `the function did not end within ${patience} seconds` }];
  return [{ ok: false, what: `the process of the solution ended early with '${end ?? code}'` }];
}
