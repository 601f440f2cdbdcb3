import { accessSync, closeSync, constants, openSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIRECT_ALIGNMENT, InputFile } from './file.js';

/** What was found about one facility of the machine. */
export type Finding =
  | { readonly ok: true; readonly note: string }
  | { readonly ok: false; readonly reason: string; readonly remedy: string };

export interface FolderState {
  readonly exists: boolean;
  readonly writable: boolean;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** Size and rights of a folder, such as /dev/shm. */
export function folderState(path: string): FolderState {
  try {
    const { blocks, bavail, bsize } = statfsSync(path);
    let writable = true;
    try {
      accessSync(path, constants.W_OK | constants.X_OK);
    } catch {
      writable = false;
    }
    return { exists: true, writable, totalBytes: blocks * bsize, freeBytes: bavail * bsize };
  } catch {
    return { exists: false, writable: false, totalBytes: 0, freeBytes: 0 };
  }
}

/** Tries a direct read of one block in `folder`, with a small file that is removed at once. */
export function tryDirect(folder: string): Finding {
  const path = join(folder, `.fanfold-probe-${process.pid}`);
  try {
    writeFileSync(path, new Uint8Array(DIRECT_ALIGNMENT));
  } catch (error) {
    return {
      ok: false,
      reason: `nothing can be written in ${folder} to try it with (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
      remedy: 'run doctor in the folder of your data, with the right to write there',
    };
  }
  try {
    const file = InputFile.open(path, { direct: true });
    // WebAssembly memory begins on a page, as direct reads ask for.
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    try {
      file.readAligned(new Uint8Array(memory.buffer, 0, DIRECT_ALIGNMENT), 0, DIRECT_ALIGNMENT);
    } finally {
      file.close();
    }
    return { ok: true, note: folder };
  } catch {
    return {
      ok: false,
      reason: `the file system of ${folder} refuses it`,
      remedy: 'nothing to do: files are read through the page cache; --direct works on ext4, xfs and btrfs',
    };
  } finally {
    rmSync(path, { force: true });
  }
}

/** True when this user may open the file for writing; nothing is written. */
export function mayWrite(path: string): boolean {
  try {
    closeSync(openSync(path, constants.O_WRONLY));
    return true;
  } catch {
    return false;
  }
}
