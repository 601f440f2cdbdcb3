import { closeSync, fstatSync, ftruncateSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isAlive } from './alive.js';
import { describeWriteFailure } from './output.js';

/** Marks files that are not whole yet; the process they belong to follows. */
const MARK = '.partial-';

/** Files of this process that are not whole, removed when it exits. */
const unfinished = new Set<string>();
let hooked = false;

/** A file that a download goes to, under a hidden name beside its own until it is whole. */
export class DownloadFile {
  readonly path: string;
  readonly #partial: string;
  #fd: number | null = null;
  #at = 0;

  constructor(path: string) {
    this.path = path;
    this.#partial = join(dirname(path), `.${basename(path)}${MARK}${process.pid}`);
  }

  /** Makes it, or makes it empty again. @throws SinkError */
  begin(): void {
    this.#at = 0;
    if (this.#fd !== null) {
      this.#empty(this.#fd);
      return;
    }
    try {
      this.#fd = openSync(this.#partial, 'w');
    } catch (error) {
      throw describeWriteFailure(this.path, error);
    }
    unfinished.add(this.#partial);
    if (hooked) return;
    hooked = true;
    process.on('exit', () => {
      for (const left of unfinished) rmSync(left, { force: true });
    });
  }

  /** @throws SinkError, `disk-full` among others */
  write(bytes: Uint8Array): void {
    if (this.#fd === null) return;
    try {
      for (let done = 0; done < bytes.length; ) {
        const wrote = writeSync(this.#fd, bytes, done, bytes.length - done, this.#at);
        done += wrote;
        this.#at += wrote;
      }
    } catch (error) {
      throw describeWriteFailure(this.path, error);
    }
  }

  #empty(fd: number): void {
    try {
      ftruncateSync(fd, 0);
    } catch (error) {
      throw describeWriteFailure(this.path, error);
    }
  }

  /** Gives the file its name, in place of one that has it. @returns when it was written, in milliseconds. @throws SinkError */
  commit(): number {
    try {
      const changed = this.#fd === null ? 0 : fstatSync(this.#fd).mtimeMs;
      this.#close();
      renameSync(this.#partial, this.path);
      unfinished.delete(this.#partial);
      return changed;
    } catch (error) {
      this.abort();
      throw describeWriteFailure(this.path, error);
    }
  }

  /** Removes what was written. */
  abort(): void {
    this.#close();
    if (!unfinished.delete(this.#partial)) return;
    rmSync(this.#partial, { force: true });
  }

  #close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }
}

/** Removes what downloads that were killed have left in a folder. */
export function removeUnfinished(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(/^\..*\.partial-(\d+)$/.exec(name)?.[1]);
    if (!(pid > 0) || pid === process.pid || isAlive(pid)) continue;
    try {
      rmSync(join(folder, name), { force: true });
    } catch {
      // It belongs to somebody else, and does not stand in the way.
    }
  }
}
