import {
  accessSync,
  closeSync,
  constants,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SinkError } from '../core/errors.js';
import { formatBytes } from '../core/size.js';
import { isAlive } from './alive.js';

/** Partial files of this process, removed when it exits without having committed them. */
const unfinished = new Set<string>();
let hooked = false;

function removeAtExit(path: string): void {
  unfinished.add(path);
  if (hooked) return;
  hooked = true;
  process.on('exit', () => {
    for (const left of unfinished) rmSync(left, { force: true });
  });
}

/** Why no file can be made in a folder. */
function whatIs(folder: string): string {
  try {
    if (statSync(folder).isDirectory()) return `the folder ${folder} takes no files`;
    return `${folder} is no folder`;
  } catch {
    return `the folder ${folder} does not exist`;
  }
}

/** The error for a failed system call on the way out. */
export function describeWriteFailure(path: string, error: unknown): SinkError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  const folder = dirname(path);
  const fields = { path, errno: code };
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new SinkError('no-folder', `${path} cannot be written: ${whatIs(folder)}.`, fields);
    case 'EACCES':
    case 'EPERM':
      return new SinkError('not-permitted', `${path} may not be written by this user. Check the permissions.`, fields);
    case 'EROFS':
      return new SinkError('read-only', `${path} cannot be written: its file system is read-only.`, fields);
    case 'ENOSPC':
    case 'EDQUOT':
      return new SinkError(
        'disk-full',
        `No space left in ${folder} to write ${path}. Free some, or choose another disk.`,
        fields,
      );
    case 'EFBIG':
      return new SinkError('too-large', `${path} grows beyond what its file system or this user may write.`, fields);
    default:
      return new SinkError('unwritable', `Writing ${path} failed: ${(error as Error).message}.`, fields);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // A folder may be written without being listed.
    return [];
  }
}

/** Removes what killed processes left beside the target; a partial file of a process that still runs stays. */
function removeStale(target: string): void {
  const folder = dirname(target);
  const prefix = `.${basename(target)}.partial-`;
  for (const name of namesIn(folder)) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length));
    const path = join(folder, name);
    if (!Number.isInteger(pid) || unfinished.has(path)) continue;
    if (pid !== process.pid && isAlive(pid)) continue;
    try {
      rmSync(path, { force: true });
    } catch {
      // It belongs to somebody else, and does not stand in the way.
    }
  }
}

/** Refuses a target that cannot or may not be replaced. @throws SinkError */
export function checkTarget(path: string, overwrite: boolean): void {
  let stat: Stats | undefined;
  try {
    stat = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw describeWriteFailure(path, error);
  }
  if (stat?.isDirectory()) {
    throw new SinkError('is-directory', `${path} is a directory. Name a file in it.`, { path });
  }
  if (stat && !overwrite) {
    throw new SinkError('exists', `${path} exists already. Give --overwrite to replace it, or another name.`, { path });
  }
}

/**
 * Tries, before anything is computed, whether the target can be written in the end, by starting its hidden file and
 * removing it again.
 *
 * @throws SinkError as `OutputFile.create`
 */
export function tryTarget(path: string, overwrite: boolean): void {
  OutputFile.create(path, { overwrite }).abort();
}

/** Makes a folder, and those it lies in. @throws SinkError */
export function makeFolder(path: string): void {
  const whole = resolve(path);
  try {
    if (statSync(whole, { throwIfNoEntry: false })?.isDirectory()) return;
    // One by one: where a system makes no folders, as in /proc, mkdirSync with `recursive` never returns.
    const parent = dirname(whole);
    if (parent !== whole && !statSync(parent, { throwIfNoEntry: false })) makeFolder(parent);
    mkdirSync(whole);
  } catch (error) {
    throw error instanceof SinkError ? error : describeWriteFailure(path, error);
  }
}

/** Removes a folder that has nothing in it; leaves all others. */
export function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // It holds something, or belongs to somebody else.
  }
}

/** Removes a file if it is there. */
export function removeFile(path: string): void {
  rmSync(path, { force: true });
}

/** One write call takes less than 2 GiB. */
const LARGEST_WRITE = 2 ** 30;

/** Writes all of `bytes` at a position of an open file. @throws SinkError, `disk-full` among others */
export function writeAll(path: string, fd: number, bytes: ArrayBufferView, position: number): void {
  let done = 0;
  while (done < bytes.byteLength) {
    try {
      const length = Math.min(LARGEST_WRITE, bytes.byteLength - done);
      const rest = new Uint8Array(bytes.buffer, bytes.byteOffset + done, length);
      done += writeSync(fd, rest, 0, rest.byteLength, position + done);
    } catch (error) {
      throw describeWriteFailure(path, error);
    }
  }
}

/** A partial file opened a second time, by a worker, for writes at known positions. */
export class OutputPart {
  readonly #path: string;
  readonly #fd: number;

  /** @throws SinkError when the file is gone */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#fd = openSync(path, constants.O_WRONLY);
    } catch (error) {
      throw describeWriteFailure(path, error);
    }
  }

  /** @throws SinkError, `disk-full` among others */
  write(bytes: ArrayBufferView, position: number): void {
    writeAll(this.#path, this.#fd, bytes, position);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/**
 * A file being made: it grows under a hidden name beside its target and takes the target's name on `commit`, so that
 * nobody ever sees half of it. What a killed process left is removed when the same target is written again.
 */
export class OutputFile {
  readonly target: string;
  /** Where the bytes are until `commit`. */
  readonly partial: string;
  readonly #overwrite: boolean;
  #fd: number | null;

  private constructor(target: string, partial: string, overwrite: boolean, fd: number) {
    this.target = target;
    this.partial = partial;
    this.#overwrite = overwrite;
    this.#fd = fd;
  }

  /**
   * @throws SinkError when the target exists (without `overwrite`) or is a directory, its folder is missing, or nothing
   *   may be written there
   */
  static create(path: string, options: { readonly overwrite: boolean }): OutputFile {
    const target = resolve(path);
    checkTarget(target, options.overwrite);
    const partial = join(dirname(target), `.${basename(target)}.partial-${process.pid}`);
    if (unfinished.has(partial)) {
      throw new SinkError('busy', `${path} is being written by this process already.`, { path });
    }
    let fd: number;
    try {
      removeStale(target);
      if (statSync(target, { throwIfNoEntry: false })) accessSync(target, constants.W_OK);
      fd = openSync(partial, 'wx+');
    } catch (error) {
      throw describeWriteFailure(target, error);
    }
    removeAtExit(partial);
    return new OutputFile(target, partial, options.overwrite, fd);
  }

  /** Refuses a job whose output is known not to fit on the disk. @throws SinkError */
  reserve(bytes: number): void {
    const { bavail, bsize } = statfsSync(dirname(this.target));
    if (bytes <= bavail * bsize) return;
    throw new SinkError(
      'disk-full',
      `${this.target} needs ${formatBytes(bytes)}, but only ${formatBytes(bavail * bsize)} are free in ${dirname(this.target)}.`,
      { path: this.target, needed: bytes, free: bavail * bsize },
    );
  }

  /** @throws SinkError, `disk-full` among others */
  write(bytes: ArrayBufferView, position: number): void {
    if (this.#fd === null) throw new SinkError('closed', `${this.target} is closed already.`, { path: this.target });
    writeAll(this.target, this.#fd, bytes, position);
  }

  /** Makes the file `bytes` long; what was not written reads as zeros. @throws SinkError */
  resize(bytes: number): void {
    try {
      if (this.#fd !== null) ftruncateSync(this.#fd, bytes);
    } catch (error) {
      throw describeWriteFailure(this.target, error);
    }
  }

  /** Gives the file its name. @throws SinkError, and removes everything, when that is not possible */
  commit(): void {
    this.#close();
    try {
      checkTarget(this.target, this.#overwrite);
      renameSync(this.partial, this.target);
    } catch (error) {
      rmSync(this.partial, { force: true });
      throw error instanceof SinkError ? error : describeWriteFailure(this.target, error);
    } finally {
      unfinished.delete(this.partial);
    }
  }

  /** Removes everything written. Safe to call twice, and after `commit`. */
  abort(): void {
    if (this.#fd === null) return;
    this.#close();
    rmSync(this.partial, { force: true });
    unfinished.delete(this.partial);
  }

  #close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }
}

/** Makes a whole file at once: `fill` writes it, and nothing is left when it throws. @throws SinkError */
export function writeFile(path: string, overwrite: boolean, fill: (file: OutputFile) => void): void {
  const file = OutputFile.create(path, { overwrite });
  try {
    fill(file);
    file.commit();
  } catch (error) {
    file.abort();
    throw error;
  }
}
