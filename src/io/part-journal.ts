import { closeSync, fdatasync, openSync } from 'node:fs';
import type { JournalFile } from './journal.js';
import { describeWriteFailure } from './output.js';
import { checksum } from './resumable.js';

/** Parts are noted this often, in milliseconds: all that is lost when the process is killed. */
const INTERVAL = 500;

/** Every line is a value and a checksum of it: damaged, it never passes for parts that are done. */
type Line = readonly [value: unknown, check: number];

function sealed(value: unknown): Line {
  return [value, checksum(new TextEncoder().encode(JSON.stringify(value)), 0)];
}

const isWhole = (line: unknown): line is Line => Array.isArray(line) && line[1] === sealed(line[0])[1];

/** What a journal says: what the job is, and the parts that are done, up to a line that is damaged. Null when it says nothing. */
export function readJournal(journal: JournalFile): { readonly setup: unknown; readonly done: Set<number> } | null {
  const lines = journal.read() ?? [];
  const damaged = lines.findIndex((line) => !isWhole(line));
  const [setup, ...parts] = (damaged < 0 ? lines : lines.slice(0, damaged)) as Line[];
  return setup ? { setup: setup[0], done: new Set(parts.flatMap(([value]) => value as number[])) } : null;
}

/** Settles when what was written to a file has reached the disk. */
const onDisk = (fd: number): Promise<void> =>
  new Promise((resolve, reject) => fdatasync(fd, (error) => (error ? reject(error) : resolve())));

/**
 * Which parts of a job are in its files for good. A part is noted only after its bytes have reached the disk, so that the journal is true
 * whenever the process, or the machine, stops.
 */
export class PartJournal {
  /** What earlier runs have done. */
  readonly done: ReadonlySet<number>;
  readonly #journal: JournalFile;
  readonly #files: readonly string[];
  readonly #setup: unknown;
  readonly #open: number[] = [];
  #waiting: number[] = [];
  #noted: number;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | null = null;

  private constructor(journal: JournalFile, files: readonly string[], setup: unknown, done: ReadonlySet<number>) {
    this.#setup = setup;
    this.#journal = journal;
    this.#files = files;
    this.done = done;
    this.#noted = done.size;
  }

  /**
   * Starts the journal anew with what it says already: a line that was cut off must not be gone on with.
   *
   * @param files that parts are written to
   * @param setup the first line: what the job is
   * @throws SinkError
   */
  static open(journal: JournalFile, files: readonly string[], setup: unknown, done: ReadonlySet<number>): PartJournal {
    const parts = [...done];
    journal.restart([setup, ...(parts.length > 0 ? [parts] : [])].map(sealed));
    const opened = new PartJournal(journal, files, setup, done);
    try {
      for (const file of files) opened.#open.push(openSync(file, 'r+'));
    } catch (error) {
      throw describeWriteFailure(files[0] ?? '', error);
    }
    return opened;
  }

  /** Parts that are noted, those of earlier runs included. */
  get count(): number {
    return this.#noted;
  }

  /** Takes parts whose bytes were handed to the system. */
  note(parts: readonly number[]): void {
    this.#waiting.push(...parts);
    this.#timer ??= setTimeout(() => {
      this.#writing = this.#write().finally(() => {
        this.#timer = null;
        if (this.#waiting.length > 0 && !this.#failure) this.note([]);
      });
    }, INTERVAL);
  }

  async #write(): Promise<void> {
    const parts = this.#waiting.splice(0);
    if (parts.length === 0 || this.#failure) return;
    try {
      await Promise.all(this.#open.map(onDisk));
      this.#journal.append(sealed(parts));
      this.#journal.sync();
      this.#noted += parts.length;
    } catch (error) {
      this.#failure = { error };
    }
  }

  /** Takes back that any part is done. @throws SinkError */
  forget(): void {
    this.#journal.restart([sealed(this.#setup)]);
    this.#noted = 0;
  }

  /** Notes what is left, and lets go of the files. @throws SinkError when bytes did not reach the disk: those parts are not noted */
  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    await this.#writing;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#write();
    for (const fd of this.#open.splice(0)) closeSync(fd);
    if (this.#failure) throw describeWriteFailure(this.#files[0] ?? '', this.#failure.error);
  }
}
