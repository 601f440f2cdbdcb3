import type { Arena } from '../../core/arena.js';
import type { ReadStatistics } from '../../core/source.js';
import { DIRECT_ALIGNMENT, InputFile } from '../../io/file.js';
import { isUrl, shownPath } from '../../io/http/url.js';

/** Files one worker keeps open at a time: a series has thousands, a process with many workers about a thousand handles. */
const OPEN_FILES = 32;

/**
 * The files of one stored source, opened when needed, and the window of the arena their bytes are fetched into. The file
 * that was unused longest is closed when too many are open. A direct read starts and ends on aligned positions, so the
 * wanted bytes lie a little behind the start of the window.
 */
export class StoredFiles {
  readonly #paths: readonly string[];
  /** Some of them lie on servers. */
  readonly areRemote: boolean;
  /** Open files by their number, the one used last at the end. */
  readonly #open = new Map<number, InputFile>();
  readonly #direct: boolean;
  readonly #memory: WebAssembly.Memory;
  readonly #window: number;
  readonly #capacity: number;
  readonly #statistics: ReadStatistics;
  #lastUsed = -1;

  /** @param capacity most bytes asked for in one `fetch` */
  constructor(
    paths: readonly string[],
    replica: readonly string[] | null,
    direct: boolean,
    arena: Arena,
    capacity: number,
    statistics: ReadStatistics,
  ) {
    this.#paths = replica ?? paths;
    this.areRemote = this.#paths.some(isUrl);
    this.#direct = direct;
    this.#memory = arena.memory;
    this.#capacity = capacity;
    this.#window = arena.take(capacity + 2 * DIRECT_ALIGNMENT, DIRECT_ALIGNMENT);
    this.#statistics = statistics;
  }

  path(file: number): string {
    return shownPath(this.#paths[file] ?? '?');
  }

  #file(file: number): InputFile {
    const known = this.#open.get(file);
    if (known && file === this.#lastUsed) return known;
    if (known) this.#open.delete(file);
    else this.#closeOldest();
    const used = known ?? InputFile.open(this.#paths[file] ?? '?', { direct: this.#direct });
    this.#open.set(file, used);
    this.#lastUsed = file;
    return used;
  }

  #closeOldest(): void {
    if (this.#open.size < OPEN_FILES) return;
    for (const [file, oldest] of this.#open) {
      oldest.close();
      this.#open.delete(file);
      return;
    }
  }

  /** The wanted bytes, in the window; valid until the next fetch. @throws SourceError when the file ends before */
  fetch(file: number, offset: number, length: number): Uint8Array {
    if (length > this.#capacity) throw new RangeError(`fetch of ${length} bytes into a window of ${this.#capacity}`);
    const started = performance.now();
    const source = this.#file(file);
    let skip = 0;
    if (this.#direct) {
      skip = offset % DIRECT_ALIGNMENT;
      const whole = Math.ceil((skip + length) / DIRECT_ALIGNMENT) * DIRECT_ALIGNMENT;
      source.readAligned(new Uint8Array(this.#memory.buffer, this.#window, whole), offset - skip, skip + length);
    } else {
      source.read(new Uint8Array(this.#memory.buffer, this.#window, length), offset);
    }
    this.#statistics.readSeconds += (performance.now() - started) / 1000;
    this.#statistics.bytes += length;
    return new Uint8Array(this.#memory.buffer, this.#window + skip, length);
  }

  /** Says what will be fetched next: files on servers begin with it, several at the same time. */
  expect(file: number, start: number, end: number): void {
    if (this.areRemote) this.#file(file).expect(start, end);
  }

  close(): void {
    for (const file of this.#open.values()) file.close();
    this.#open.clear();
    this.#lastUsed = -1;
  }
}
