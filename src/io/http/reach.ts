import { UsageError } from '../../core/errors.js';
import { localCopy } from './local-copy.js';
import { probe } from './probe.js';
import type { RequestOptions } from './request.js';
import { pathOfUrl, shownUrl, type Target } from './url.js';

/** A file on a server made ready to be opened. */
export interface Reached {
  /** The address as it may be printed. */
  readonly shown: string;
  /** What is read in ranges; null for a file that was downloaded. */
  readonly target: Target | null;
  /** What to open: the shown address, or the path of the copy. */
  readonly path: string;
}

/** Files of these names are read from their beginning to their end. */
const READ_WHOLE = /\.(gz|csv|tsv|txt|ts|arff)$/i;

/**
 * Asks a server what a file is, without blocking this thread. Where ranges are not sent, or would not help because such files are
 * read whole, it is downloaded to a scratch file.
 *
 * @throws SourceError; UsageError for what is no address; Stopped
 */
export async function reach(url: string, options: RequestOptions): Promise<Reached> {
  if (!URL.canParse(url)) throw new UsageError('bad-url', `${shownUrl(url)} is no address.`);
  const probed = await probe(url, options);
  const shown = shownUrl(url);
  if (probed.pin && !READ_WHOLE.test(pathOfUrl(url))) return { shown, target: { url, pin: probed.pin }, path: shown };
  return { shown, target: null, path: await localCopy(url, probed, options) };
}

/** Does something for every item, at most `width` at a time; results in their order. The first failure ends the others. */
export async function eachOf<T, R>(
  items: readonly T[],
  width: number,
  act: (item: T, i: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let [next, isFailed] = [0, false];
  const work = async (): Promise<void> => {
    while (next < items.length && !isFailed) {
      const i = next++;
      try {
        results[i] = await act(items[i] as T, i);
      } catch (error) {
        isFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, work));
  return results;
}
