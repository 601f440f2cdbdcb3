import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { MEMORY_FOLDER } from './scratch.js';

/** Something this program keeps in shared memory, in any of its processes. */
export interface SharedEntry {
  readonly name: string;
  readonly bytes: number;
  /** The process that made it; null where the name does not tell. */
  readonly pid: number | null;
}

function bytesIn(path: string): number {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (!status?.isDirectory()) return status?.size ?? 0;
  try {
    return readdirSync(path).reduce((total, name) => total + bytesIn(join(path, name)), 0);
  } catch {
    return 0;
  }
}

/** Segments and folders of all runs of this program, with the bytes they take; none where there is no such folder. */
export function listShared(folder = MEMORY_FOLDER): SharedEntry[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.startsWith('fanfold-'))
    .map((name) => {
      const pid = Number(/^fanfold-(\d+)(?:-|$)/.exec(name)?.[1] ?? Number.NaN);
      return { name, bytes: bytesIn(join(folder, name)), pid: Number.isInteger(pid) ? pid : null };
    });
}

/** Worker processes of all runs of this program; null where the system does not list processes. Threads do not show. */
export function workerProcesses(folder = '/proc'): number | null {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return null;
  }
  const isWorker = (name: string): boolean => {
    try {
      return /\/(?:loader|layouts)\/processes\/child\.js\0/.test(readFileSync(join(folder, name, 'cmdline'), 'utf8'));
    } catch {
      // It has ended since, or is another user's.
      return false;
    }
  };
  return names.filter(isWorker).length;
}

/** Rights of a folder as `1777`; null where it does not exist. */
export function rightsOf(path: string): string | null {
  const mode = lstatSync(path, { throwIfNoEntry: false })?.mode;
  return mode === undefined ? null : (mode & 0o7777).toString(8).padStart(4, '0');
}

/** Processes that want a core, averaged over the last minute; 0 where the system does not tell. */
export function loadAverage(): number {
  return loadavg()[0] ?? 0;
}
