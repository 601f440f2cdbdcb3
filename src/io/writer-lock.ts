import { readlinkSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { SinkError } from '../core/errors.js';
import { isAlive } from './alive.js';

/** Locks of this process, taken away when it exits. */
const held = new Set<string>();
let hooked = false;

/** One file has one lock, whatever links lead to it. */
function lockOf(path: string): string {
  let whole = resolve(path);
  try {
    whole = realpathSync(whole);
  } catch {
    // It is about to be made.
  }
  return join(dirname(whole), `.${basename(whole)}.writer`);
}

/** Who holds a lock: a process and its machine; null when it was let go meanwhile. */
function holderOf(lock: string): { readonly pid: number; readonly host: string } | null {
  try {
    const [pid, ...host] = readlinkSync(lock).split('@');
    return { pid: Number(pid), host: host.join('@') };
  } catch {
    return null;
  }
}

/**
 * Takes the right to change a file in place, which one process has at a time: a link beside the file that names the process, because a
 * link is made whole or not at all. What a killed process left is passed over. A folder that takes no links has no locks.
 *
 * @returns lets go of it
 * @throws SinkError `busy`, which names who holds it
 */
export function takeWriterLock(path: string): () => void {
  const lock = lockOf(path);
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      symlinkSync(`${process.pid}@${hostname()}`, lock);
      held.add(lock);
      releaseAtExit();
      return () => {
        if (held.delete(lock)) rmSync(lock, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return () => undefined;
    }
    const holder = holderOf(lock);
    if (!holder) continue;
    const isHere = holder.host === hostname();
    if (isHere && (holder.pid === process.pid ? !held.has(lock) : !isAlive(holder.pid))) {
      rmSync(lock, { force: true });
      continue;
    }
    throw busy(path, lock, holder, isHere);
  }
  return () => undefined;
}

function busy(path: string, lock: string, { pid, host }: { pid: number; host: string }, isHere: boolean): SinkError {
  const who =
    isHere && pid === process.pid ? 'by this process already' : `by process ${pid}${isHere ? '' : ` on ${host}`}`;
  return new SinkError(
    'busy',
    `${path} is open for writing ${who}. Close it there, or remove ${lock} if nobody writes.`,
    {
      path,
      pid,
    },
  );
}

function releaseAtExit(): void {
  if (hooked) return;
  hooked = true;
  process.on('exit', () => {
    for (const lock of held) rmSync(lock, { force: true });
  });
}
