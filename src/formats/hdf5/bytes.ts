import { SourceError } from '../../core/errors.js';
import { InputFile } from '../../io/file.js';

/**
 * Metadata is read in pages of this size. A chunk index that lies between the chunks has one node to a page: of 262,144
 * chunks, pages of 64 KiB took 95 ms, these 50 ms; smaller ones no less.
 */
const PAGE_BYTES = 16384;

/** Pages kept per file (16 MiB). */
const MAX_PAGES = 1024;

/** Largest single structure that is read as one block; nothing legitimate comes near it. */
const MAX_BLOCK = 2 ** 26;

/** A structure in the file that contradicts the format. */
export function malformed(path: string, position: number, what: string): SourceError {
  return new SourceError(
    'malformed',
    `${path} is damaged: ${what} at byte ${position}. Copy the file again, or repair it with the program that wrote it.`,
    { path, offset: position },
  );
}

/** Valid HDF5 that the walker does not read itself; the HDF5 library may. */
export function unsupported(path: string, what: string): SourceError {
  return new SourceError('unsupported-structure', `${path} uses ${what}, which this version does not read.`, { path });
}

/** A file behind a page cache. Holds its descriptor only between the first read and `release`. */
export class PagedFile {
  readonly path: string;
  readonly size: number;
  /** Where in the view that `locate` returned last the wanted bytes begin. */
  at = 0;
  #input: InputFile | null;
  readonly #pages = new Map<number, DataView>();

  /** @throws SourceError when the file cannot be opened */
  constructor(path: string) {
    this.path = path;
    this.#input = InputFile.open(path);
    this.size = this.#input.size;
  }

  /**
   * A view that holds `length` bytes from absolute `position`, beginning at `this.at` in it.
   *
   * @throws SourceError when they lie outside the file
   */
  locate(position: number, length: number): DataView {
    if (!(position >= 0 && length >= 0 && position + length <= this.size)) {
      throw new SourceError(
        'outside',
        `${this.path} is damaged or truncated: it refers to ${length} bytes at byte ${position}, but is ${this.size} bytes long.`,
        { path: this.path, offset: position, bytes: length },
      );
    }
    const first = Math.floor(position / PAGE_BYTES);
    const inside = position - first * PAGE_BYTES;
    if (inside + length <= PAGE_BYTES) {
      this.at = inside;
      return this.#page(first);
    }
    if (length > MAX_BLOCK) throw malformed(this.path, position, `a structure of ${length} bytes`);
    const block = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const number = Math.floor((position + done) / PAGE_BYTES);
      const from = position + done - number * PAGE_BYTES;
      const page = this.#page(number);
      const take = Math.min(length - done, PAGE_BYTES - from);
      block.set(new Uint8Array(page.buffer, page.byteOffset + from, take), done);
      done += take;
    }
    this.at = 0;
    return new DataView(block.buffer);
  }

  #page(number: number): DataView {
    const cached = this.#pages.get(number);
    if (cached !== undefined) return cached;
    this.#input ??= InputFile.open(this.path);
    const start = number * PAGE_BYTES;
    const bytes = new Uint8Array(Math.min(PAGE_BYTES, this.size - start));
    this.#input.read(bytes, start);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size >= MAX_PAGES && oldest !== undefined) this.#pages.delete(oldest);
    const page = new DataView(bytes.buffer);
    this.#pages.set(number, page);
    return page;
  }

  /** Closes the descriptor and drops the pages; a later read opens the file again. */
  release(): void {
    this.#input?.close();
    this.#input = null;
    this.#pages.clear();
  }
}
