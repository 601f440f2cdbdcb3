import { fileState } from '../io/folder.js';
import { JournalFile } from '../io/journal.js';
import { inFolder } from '../io/path.js';
import { digestOfText } from '../io/text.js';

/** What is in a folder of downloads beside them. */
const NAME = '.fanfold-fetch.jsonl';

/** A download as the journal keeps it; addresses, which may hold passwords, as their SHA-256. */
export interface Entry {
  readonly url: string;
  readonly name: string;
  readonly bytes: number;
  readonly etag: string | null;
  readonly modified: string | null;
  readonly sha256: string | null;
  /** When the file was written, in milliseconds. */
  readonly changed: number;
}

function isEntry(line: unknown): line is Entry {
  return (
    typeof line === 'object' && line !== null && 'url' in line && 'name' in line && 'bytes' in line && 'changed' in line
  );
}

/** What was downloaded to a folder, one line a file, so that an interrupted download is gone on with. */
export class FetchJournal {
  readonly #folder: string;
  readonly #file: JournalFile;
  readonly #entries = new Map<string, Entry>();

  /** @param isKept go on with the journal there is; else it starts anew. @throws SinkError */
  constructor(folder: string, isKept: boolean) {
    this.#folder = folder;
    this.#file = new JournalFile(inFolder(folder, NAME));
    const lines = isKept ? (this.#file.read() ?? []).filter(isEntry) : [];
    for (const line of lines) this.#entries.set(line.name, line);
    this.#file.restart([...this.#entries.values()]);
  }

  /** The entry of a file that is there as it was saved, from this address; null for all others. */
  finished(url: string, name: string): Entry | null {
    const entry = this.#entries.get(name);
    if (entry?.url !== digestOfText(url)) return null;
    const state = fileState(inFolder(this.#folder, name));
    return state?.bytes === entry.bytes && state.changed === entry.changed ? entry : null;
  }

  /** @throws SinkError */
  add(url: string, entry: Omit<Entry, 'url'>): void {
    this.#file.append({ url: digestOfText(url), ...entry });
  }
}
