import { UsageError } from '../core/errors.js';
import { type HttpSettings, settingsFrom } from '../io/http/settings.js';
import type { FetchedFile, SavedFile } from './outcome.js';

/** How addresses are downloaded; only the folder has no default. */
export interface FetchOptions<T = unknown> {
  /** Made when it does not exist. */
  readonly folder: string;
  /** What files are called: `{i}` the number of the address from 0 on, `{name}` and `{ext}` from the address. Default `file_{i}{ext}`, which is `file_{i}.txt` where the address has no extension. */
  readonly name?: string;
  /** Downloads at the same time, 8 unless told. */
  readonly concurrency?: number;
  /** Further tries after a failure that may pass, 4 unless told. */
  readonly retries?: number;
  /** Seconds without a byte until a try is given up. */
  readonly timeout?: number;
  /** Bytes one file may have. */
  readonly maxBytes?: number;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Work out the SHA-256 of every file. */
  readonly sha256?: boolean;
  /** Pass over what an earlier, interrupted call has saved and the server has not changed since. */
  readonly resume?: boolean;
  /** Replace files that exist. */
  readonly overwrite?: boolean;
  /** Done with every file as soon as it is saved; its result is in the outcome. */
  process?(file: SavedFile): T | Promise<T>;
  /** Calls of `process` at the same time; `concurrency` unless told. */
  readonly processConcurrency?: number;
  /** Process files only when all are saved, all at once: for comparing. */
  readonly waitForAll?: boolean;
  /** Told of every file, saved or not. */
  onFile?(file: FetchedFile<T>, done: number, total: number): void;
  readonly signal?: AbortSignal | undefined;
}

function whole(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new UsageError('bad-value', `${name} is ${value}, which is no whole number from ${least} on.`);
}

/** How patient requests are. @throws UsageError for values out of range */
export function settingsOf(options: FetchOptions): HttpSettings {
  const { retries, timeout } = options;
  if (timeout !== undefined && !(timeout > 0))
    throw new UsageError('bad-value', `timeout is ${timeout}; it is in seconds, above 0.`);
  return {
    ...settingsFrom(),
    ...(retries === undefined ? {} : { retries: whole('retries', retries, 0) }),
    ...(timeout === undefined ? {} : { stallTimeout: timeout * 1000 }),
  };
}

/** How many downloads and calls of `process` there are at a time. @throws UsageError */
export function widthsOf({ concurrency = 8, processConcurrency }: FetchOptions): { downloads: number; calls: number } {
  const downloads = whole('concurrency', concurrency, 1);
  return { downloads, calls: whole('processConcurrency', processConcurrency ?? downloads, 1) };
}
