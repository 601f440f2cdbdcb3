import { JournalFile } from '../../io/journal.js';
import type { Entry, Measurement } from './record.js';

/** Every figure taken so far, on disk, so that an interrupted benchmark goes on where it was. */
export class Journal {
  readonly #file: JournalFile;
  #entries: Entry[] = [];

  constructor(path: string) {
    this.#file = new JournalFile(path);
  }

  get path(): string {
    return this.#file.path;
  }

  /**
   * Starts a new journal, or goes on with the one there is when `resume`.
   *
   * @param fingerprint what the figures depend on: machine, data, settings
   * @returns runs found in it; null when it belongs to something else, and nothing was changed
   */
  open(fingerprint: string, resume: boolean): number | null {
    const found = resume ? ((this.#file.read() ?? []) as Entry[]) : [];
    const [setup] = found;
    if (setup && (setup.kind !== 'setup' || setup.fingerprint !== fingerprint)) return null;
    this.#entries = found.filter(({ kind }) => kind === 'run');
    // Failures are tried again, and a line that was cut off must not be appended to.
    this.#file.restart([{ kind: 'setup', fingerprint } satisfies Entry, ...this.#entries]);
    return this.#entries.length;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    this.#file.append(entry);
  }

  find(group: string, configuration: string): { repeat: number; measurement: Measurement }[] {
    return this.#entries.flatMap((entry) =>
      entry.kind === 'run' && entry.group === group && entry.configuration === configuration ? [entry] : [],
    );
  }

  failure(group: string, configuration: string): string | null {
    const entry = this.#entries.find(
      (one) => one.kind === 'failure' && one.group === group && one.configuration === configuration,
    );
    return entry?.kind === 'failure' ? entry.reason : null;
  }
}
