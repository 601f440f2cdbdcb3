import { fileState } from '../io/folder.js';
import { shownUrl } from '../io/http/url.js';
import { JournalFile } from '../io/journal.js';
import { inFolder } from '../io/path.js';
import { digestOfText } from '../io/text.js';

/** What is in a folder of downloads beside them. */
const NAME = '.fanfold-fetch.jsonl';

/** So many lines, or so many bytes of files, are written to the journal at once: a process that is killed loses no more. */
const LINES = 32;
const BYTES = 2 ** 20;

/** A download as the journal keeps it; addresses with something to hide as their SHA-256. */
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

function keyOf(url: string): string {
  const shown = shownUrl(url);
  return shown === url ? url : `${shown} ${digestOfText(url)}`;
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
  #waiting: Entry[] = [];
  #bytes = 0;

  /** @param isKept go on with the journal there is; else it starts anew. @throws SinkError */
  constructor(folder: string, isKept: boolean) {
    this.#folder = folder;
    this.#file = new JournalFile(inFolder(folder, NAME));
    const lines = isKept ? (this.#file.read() ?? []).filter(isEntry) : [];
    for (const line of lines) this.#entries.set(line.name, line);
    this.#file.restart([...this.#entries.values()]);
    this.#file.hold();
  }

  /** The entry of a file that is there as it was saved, from this address; null for all others. */
  finished(url: string, name: string): Entry | null {
    const entry = this.#entries.get(name);
    if (entry?.url !== keyOf(url)) return null;
    const state = fileState(inFolder(this.#folder, name));
    return state?.bytes === entry.bytes && state.changed === entry.changed ? entry : null;
  }

  /** @throws SinkError */
  add(url: string, entry: Omit<Entry, 'url'>): void {
    this.#waiting.push({ url: keyOf(url), ...entry });
    this.#bytes += entry.bytes;
    if (this.#waiting.length >= LINES || this.#bytes >= BYTES) this.#flush();
  }

  #flush(): void {
    if (this.#waiting.length > 0) this.#file.append(...this.#waiting);
    this.#waiting = [];
    this.#bytes = 0;
  }

  /** @throws SinkError */
  close(): void {
    try {
      this.#flush();
    } finally {
      this.#file.close();
    }
  }
}
