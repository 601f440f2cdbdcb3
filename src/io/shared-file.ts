import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { MEMORY_FOLDER } from './scratch.js';
import { memoryFolderRefusal, refusalOf, refused } from './shared-refusal.js';

const STEP = 2 ** 20;

/** A file in memory that processes write and read by position. Every byte that goes through it is copied twice. */
export interface SharedFile {
  /** The private folder it lies in, for whatever else goes along, and its name in /dev/shm. */
  readonly folder: string;
  readonly name: string;
  readonly path: string;
  /** Fills `into` from `position`. */
  read(into: Uint8Array, position: number): void;
  /** Writes all of `from` at `position`, within the bytes that the file has. */
  write(from: Uint8Array, position: number): void;
  /** Closes the file and removes it with its folder. Safe to call twice. */
  close(): void;
}

/**
 * Makes a file of `bytes` zeros. All of them are written now, so that a full file system is an error here and not later. Its
 * folder carries the process id and goes when the process does; one that was killed leaves it to the next.
 *
 * @throws LayoutError with a `SharingObstacle` as its code
 */
export function createSharedFile(bytes: number): SharedFile {
  const obstacle = memoryFolderRefusal(bytes);
  if (obstacle) throw refused(obstacle, bytes);
  let folder: string | null = null;
  const remove = (): void => {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  try {
    folder = mkdtempSync(join(MEMORY_FOLDER, `fanfold-${process.pid}-`));
    const path = join(folder, 'ring');
    const fd = openSync(path, 'wx+', 0o600);
    try {
      const zeros = new Uint8Array(STEP);
      for (let at = 0; at < bytes; ) at += writeSync(fd, zeros, 0, Math.min(STEP, bytes - at), at);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    return opened(folder, path, fd, remove);
  } catch (error) {
    process.off('exit', remove);
    remove();
    throw refused(refusalOf((error as NodeJS.ErrnoException).code ?? 'unknown', bytes, 'writing'), bytes);
  }
}

function opened(folder: string, path: string, fd: number, remove: () => void): SharedFile {
  let open = true;
  return {
    folder,
    name: basename(folder),
    path,
    read(into, position) {
      for (let done = 0; done < into.byteLength; ) {
        const got = readSync(fd, into, done, into.byteLength - done, position + done);
        if (got === 0) throw refused(refusalOf('ENOENT', into.byteLength, 'reading'), into.byteLength);
        done += got;
      }
    },
    write(from, position) {
      for (let done = 0; done < from.byteLength; )
        done += writeSync(fd, from, done, from.byteLength - done, position + done);
    },
    close() {
      if (!open) return;
      open = false;
      closeSync(fd);
      process.off('exit', remove);
      remove();
    },
  };
}

/** Takes away what a process left that has gone without doing so itself: the names of segments and folders in memory. */
export function removeLeftovers(names: readonly string[]): void {
  for (const name of names) rmSync(join(MEMORY_FOLDER, name), { recursive: true, force: true });
}
