import { FanfoldError, SinkError, Stopped, UsageError } from '../core/errors.js';
import { removeUnfinished } from '../io/download-file.js';
import { exists } from '../io/folder.js';
import { Lanes } from '../io/http/lanes.js';
import { hasChanged, type SaveOptions, saveUrl } from '../io/http/save.js';
import { isUrl, shownUrl } from '../io/http/url.js';
import { makeFolder } from '../io/output.js';
import { absolutePath, inFolder } from '../io/path.js';
import { FetchJournal } from './journal.js';
import { fileNames } from './names.js';
import { type FetchOptions, settingsOf, widthsOf } from './options.js';
import type { FetchedFile, FetchOutcome, SavedFile } from './outcome.js';

/** Addresses as they are asked for. @throws UsageError for one that is none */
function addressesOf(urls: readonly string[]): string[] {
  return urls.map((text, i) => {
    if (isUrl(text) && URL.canParse(text)) return new URL(text).href;
    throw new UsageError('bad-url', `Address ${i}, '${shownUrl(text).slice(0, 200)}', is no HTTP address.`, {
      index: i,
    });
  });
}

/** @throws SinkError for files in the way */
function checkTargets(paths: readonly string[]): void {
  const there = paths.filter(exists);
  const [first] = there;
  if (first === undefined) return;
  const what = there.length === 1 ? `${first} exists` : `${first} and ${there.length - 1} more exist`;
  throw new SinkError(
    'exists',
    `${what} already. Give --resume to go on with a download, --overwrite to replace them, or another folder.`,
    {
      path: first,
    },
  );
}

const describe = (error: unknown): { code: string; message: string } =>
  error instanceof FanfoldError
    ? { code: error.code, message: error.message }
    : { code: 'process-failed', message: error instanceof Error ? error.message : String(error) };

function statusOf(error: unknown): number | null {
  const status = error instanceof FanfoldError ? error.fields.status : null;
  return typeof status === 'number' ? status : null;
}

/** One call of `fetchAll` on its way. */
class Fetch<T> {
  readonly #options: FetchOptions<T>;
  readonly #urls: readonly string[];
  readonly #names: readonly string[];
  readonly #folder: string;
  readonly #journal: FetchJournal;
  readonly #save: SaveOptions;
  readonly #abort = new AbortController();
  readonly #lanes: Lanes;
  readonly #calls: number;
  readonly #files: FetchedFile<T>[] = [];
  readonly #processing: Promise<void>[] = [];
  /** Where each address comes first. */
  readonly #firsts = new Map<string, number>();
  #fatal: SinkError | null = null;
  #done = 0;
  #bytes = 0;

  constructor(urls: readonly string[], options: FetchOptions<T>) {
    this.#options = options;
    this.#urls = addressesOf(urls);
    this.#names = fileNames(this.#urls, options.name ?? 'file_{i}{ext}');
    for (const [i, url] of this.#urls.entries()) if (!this.#firsts.has(url)) this.#firsts.set(url, i);
    this.#calls = widthsOf(options).calls;
    this.#lanes = new Lanes(this.#calls);
    const { headers, maxBytes = Number.POSITIVE_INFINITY, sha256 = false } = options;
    this.#save = {
      settings: settingsOf(options),
      signal: this.#abort.signal,
      maxBytes,
      sha256,
      ...(headers ? { headers } : {}),
    };
    this.#folder = absolutePath(options.folder);
    if (!options.overwrite && !options.resume && exists(this.#folder))
      checkTargets(this.#names.map((name) => inFolder(this.#folder, name)));
    makeFolder(this.#folder);
    removeUnfinished(this.#folder);
    this.#journal = new FetchJournal(this.#folder, options.resume ?? false);
  }

  async run(): Promise<FetchOutcome<T>> {
    const started = performance.now();
    const { signal } = this.#options;
    const stop = (): void => this.#abort.abort();
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    try {
      await this.#downloadAll();
      if (this.#options.waitForAll) for (const file of this.#files) if (file) this.#startProcessing(file);
      await Promise.all(this.#processing);
      this.#shareDuplicates();
    } catch (error) {
      // `onFile` threw: nobody wants the other files.
      stop();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#journal.close();
    }
    const saved = this.#files.filter(({ path }) => path !== null).length;
    if (this.#fatal) throw this.#withCount(this.#fatal, saved);
    if (signal?.aborted) throw new Stopped(saved, this.#urls.length);
    const failed = this.#files.filter(({ error }) => error !== null).length;
    return { files: this.#files, saved, failed, bytes: this.#bytes, seconds: (performance.now() - started) / 1000 };
  }

  #withCount(error: SinkError, saved: number): SinkError {
    const what = `${error.message} ${saved} of ${this.#urls.length} files are saved; --resume goes on with the others.`;
    return new SinkError(error.code, what, { ...error.fields, saved }, { cause: error });
  }

  async #downloadAll(): Promise<void> {
    const order = [...this.#firsts.values()];
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < order.length) {
        const index = order[next++] ?? 0;
        const file = this.#abort.signal.aborted ? this.#nothing(index, 'stopped', null) : await this.#download(index);
        this.#settle(file);
        if (!this.#options.waitForAll) this.#startProcessing(file);
        // Files that wait to be processed are not to pile up.
        if (this.#lanes.waiting > this.#calls) await this.#processing.at(-1);
      }
    };
    await Promise.all(Array.from({ length: Math.min(widthsOf(this.#options).downloads, order.length) }, work));
  }

  /** The same address has the same file, and what became of it. */
  #shareDuplicates(): void {
    for (const [i, url] of this.#urls.entries()) {
      const first = this.#files[this.#firsts.get(url) ?? i];
      if (!first || first.index === i) continue;
      this.#settle({ ...first, index: i, seconds: 0, ...(first.path === null ? {} : { outcome: 'duplicate' }) });
    }
  }

  #settle(file: FetchedFile<T>): void {
    this.#files[file.index] = file;
    if (file.outcome !== 'stopped') this.#options.onFile?.(file, ++this.#done, this.#urls.length);
  }

  #nothing(index: number, outcome: 'failed' | 'stopped', error: unknown, seconds = 0): FetchedFile<T> {
    const url = shownUrl(this.#urls[index] ?? '');
    const why = error === null ? null : describe(error);
    return { index, url, outcome, path: null, status: statusOf(error), bytes: 0, sha256: null, seconds, error: why };
  }

  async #download(index: number): Promise<FetchedFile<T>> {
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    const [url, name] = [this.#urls[index] ?? '', this.#names[index] ?? ''];
    const path = inFolder(this.#folder, name);
    try {
      const entry = this.#options.resume ? this.#journal.finished(url, name) : null;
      const isSummed = !this.#options.sha256 || entry?.sha256;
      if (entry && isSummed && !(await hasChanged(url, entry, this.#save))) {
        const { bytes, sha256 } = entry;
        return {
          index,
          url: shownUrl(url),
          outcome: 'resumed',
          path,
          status: null,
          bytes,
          sha256,
          seconds: seconds(),
          error: null,
        };
      }
      const { tries: _, ...saved } = await saveUrl(url, path, this.#save);
      this.#journal.add(url, { name, ...saved });
      this.#bytes += saved.bytes;
      const { bytes, sha256 } = saved;
      return {
        index,
        url: shownUrl(url),
        outcome: 'saved',
        path,
        status: 200,
        bytes,
        sha256,
        seconds: seconds(),
        error: null,
      };
    } catch (error) {
      if (error instanceof Stopped) return this.#nothing(index, 'stopped', null, seconds());
      // What cannot be written will not be for the others either.
      if (error instanceof SinkError) {
        this.#fatal ??= error;
        this.#abort.abort();
      }
      return this.#nothing(index, 'failed', error, seconds());
    }
  }

  #startProcessing(file: FetchedFile<T>): void {
    const { process } = this.#options;
    const { index, url, path, bytes, sha256 } = file;
    if (!process || path === null || file.outcome === 'duplicate') return;
    const saved: SavedFile = { index, url, path, bytes, sha256 };
    const work = this.#lanes.run(async () => {
      if (this.#abort.signal.aborted) return;
      try {
        this.#files[index] = { ...file, result: await process(saved) };
      } catch (error) {
        this.#files[index] = { ...file, error: describe(error) };
      }
    });
    this.#processing.push(work);
  }
}

/**
 * Downloads addresses to a folder, some at a time, each streamed to its file and processed as soon as it is saved. A file has its name
 * only when it is whole; an address that fails leaves none and does not hold up the others. The same address twice is downloaded once.
 *
 * @returns what came of every address, in their order
 * @throws UsageError for what is no address or no name; SinkError when files are in the way or the disk is full; Stopped when `signal`
 *   aborts. Files that are whole by then stay, and `resume` goes on behind them.
 */
export async function fetchAll<T = unknown>(
  urls: readonly string[],
  options: FetchOptions<T>,
): Promise<FetchOutcome<T>> {
  return new Fetch(urls, options).run();
}
