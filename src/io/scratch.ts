import {
  accessSync,
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from './alive.js';

const PREFIX = 'fanfold-';
/** Where files lie in memory, and named segments show as files. */
export const MEMORY_FOLDER = '/dev/shm';

/** A private folder for what processes share while a run lasts. */
export interface Scratch {
  readonly path: string;
  /** True when it lies in memory, so that writing there is no disk access. */
  readonly inMemory: boolean;
  remove(): void;
}

export type ScratchOutcome = { readonly scratch: Scratch | null; readonly notes: readonly string[] };

/** Folders and segments left behind by a process that was killed before it could clean up; those of other users stay. */
export function removeStale(root: string): void {
  for (const name of readdirSync(root)) {
    const pid = Number(/^fanfold-(\d+)-/.exec(name)?.[1]);
    if (!(pid > 0) || isAlive(pid)) continue;
    try {
      rmSync(join(root, name), { recursive: true, force: true });
    } catch {
      // Not ours to remove.
    }
  }
}

/** A fresh private folder in `root`, or why there cannot be one. */
export function makeFolder(root: string, needBytes: number): { readonly path: string } | { readonly reason: string } {
  try {
    accessSync(root, constants.W_OK | constants.X_OK);
    // What killed runs left may be what takes the space.
    removeStale(root);
    const { bavail, bsize } = statfsSync(root);
    if (bavail * bsize < needBytes) {
      const remedy = root === MEMORY_FOLDER ? 'use fewer workers or --no-shared-memory' : 'free some space';
      return { reason: `${root} has no space left for ${Math.ceil(needBytes / 2 ** 20)} MiB; ${remedy}` };
    }
    return { path: mkdtempSync(join(root, `${PREFIX}${process.pid}-`)) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return { reason: `${root} does not exist here` };
    if (code === 'EACCES' || code === 'EPERM')
      return { reason: `${root} may not be written by this user; check its rights` };
    return { reason: `${root} cannot be used: ${(error as Error).message}` };
  }
}

/**
 * A scratch folder in shared memory, else in the temporary folder, else none (processes then use their pipes). Every
 * step down is told in `notes`.
 *
 * @param roots for tests: the folders to try, in order
 */
export function openScratch(
  needBytes: number,
  sharedMemory: boolean,
  roots: { readonly memory: string; readonly disk: string } = { memory: MEMORY_FOLDER, disk: tmpdir() },
): ScratchOutcome {
  const notes: string[] = [];
  const candidates = sharedMemory ? [roots.memory, roots.disk] : [roots.disk];
  if (!sharedMemory)
    notes.push('Shared memory is switched off: workers share results through files in a temporary folder.');
  for (const root of candidates) {
    const made = makeFolder(root, needBytes);
    if ('reason' in made) {
      notes.push(`${made.reason}: trying ${root === roots.memory ? 'a temporary folder' : 'pipes'} instead.`);
      continue;
    }
    const { path } = made;
    const remove = () => rmSync(path, { recursive: true, force: true });
    process.once('exit', remove);
    const scratch: Scratch = {
      path,
      inMemory: root === MEMORY_FOLDER,
      remove: () => {
        process.off('exit', remove);
        remove();
      },
    };
    return { scratch, notes };
  }
  return { scratch: null, notes };
}

/** Writes a scratch file at once. @returns false, and leaves nothing, when there is no room for it */
export function tryWriteWhole(path: string, bytes: Uint8Array): boolean {
  try {
    writeFileSync(path, bytes);
    return true;
  } catch {
    rmSync(path, { force: true });
    return false;
  }
}

/** An empty scratch file of a given length; space is taken only where something is written. */
export function makeSparse(path: string, bytes: number): void {
  writeFileSync(path, new Uint8Array(0));
  truncateSync(path, bytes);
}

/** Reads a scratch file at once and, unless others need it, removes it. */
export function readAndRemove(path: string, keep = false): Uint8Array {
  const bytes = readFileSync(path);
  if (!keep) rmSync(path, { force: true });
  return bytes;
}
