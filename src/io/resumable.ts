import { renameSync, statSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { SinkError } from '../core/errors.js';
import { isUrl } from './http/url.js';
import { JournalFile } from './journal.js';
import { checkTarget, describeWriteFailure, removeFile } from './output.js';
import { withPart } from './path.js';

/** CRC-32 of bytes that follow those that gave `before`: what zlib.crc32 gives for all of them together. */
export function checksum(bytes: NodeJS.ArrayBufferView, before: number): number {
  return crc32(bytes, before);
}

const partialOf = (target: string): string => withPart(target, 'partial');
const journalOf = (partial: string): string => `${partial}.journal`;

/** Files that are filled over several runs under names of their own, `set.partial.npy`, and renamed when they are complete. */
export class Resumable {
  readonly targets: readonly string[];
  /** In the order of the targets. */
  readonly partials: readonly string[];
  /** What was done so far, beside the first of them. */
  readonly journal: JournalFile;

  /** @throws SinkError when a target is in the way */
  constructor(targets: readonly string[], overwrite: boolean) {
    this.targets = targets;
    this.check(overwrite);
    this.partials = targets.map(partialOf);
    this.journal = new JournalFile(journalOf(this.partials[0] ?? ''));
  }

  /** @throws SinkError when a target is in the way */
  check(overwrite: boolean): void {
    for (const target of this.targets) checkTarget(target, overwrite);
  }

  /** True when all files are there, and hold something. */
  get exist(): boolean {
    return this.partials.every((path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat?.isFile() === true && stat.size > 0;
    });
  }

  /** Gives the files their names, and forgets the journal. @throws SinkError */
  commit(overwrite: boolean): void {
    for (const [i, target] of this.targets.entries()) {
      checkTarget(target, overwrite);
      const partial = this.partials[i] ?? '';
      try {
        renameSync(partial, target);
      } catch (error) {
        throw describeWriteFailure(target, error);
      }
    }
    removeFile(this.journal.path);
  }

  /** Removes everything that was written so far. */
  abort(): void {
    for (const path of [...this.partials, this.journal.path]) removeFile(path);
  }

  /**
   * The error for files that belong to another job.
   *
   * @param how what tells them apart, such as `with another recipe`
   */
  foreign(how?: string): SinkError {
    const [partial = ''] = this.partials;
    return new SinkError(
      'other-job',
      `${partial} was left by another job${how === undefined ? '' : `, ${how},`} and cannot be gone on with. Remove it, or leave resume out to start again.`,
      { path: partial },
    );
  }
}

/** The unfinished file that a run which can be gone on with left beside a target; null when none did. */
export function leftBeside(target: string): string | null {
  const partial = partialOf(target);
  return statSync(journalOf(partial), { throwIfNoEntry: false }) ? partial : null;
}

/**
 * Size and time of the last change of a file, named by its path or URL; null for what is none, and for files on servers, whose
 * references say what they hold.
 */
export function stateOf(path: string): readonly [bytes: number, changed: number] | null {
  if (isUrl(path)) return null;
  const stat = statSync(path.startsWith('file:') ? new URL(path) : path, { throwIfNoEntry: false });
  return stat?.isFile() ? [stat.size, stat.mtimeMs] : null;
}
