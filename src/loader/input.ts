import { UsageError } from '../core/errors.js';
import type { Source } from '../core/source.js';
import { openSource } from '../formats/registry.js';
import { withRows } from './beside.js';
import type { Feed } from './feed.js';
import type { LoaderOptions } from './options.js';
import { ReadAtFeed, type ReadAtSource } from './read-at.js';
import { type RecordSource, type Records, RecordsFeed } from './records.js';

/** What a loader takes samples from: a path, a source, a function that reads frames, or records that come one by one. */
export type LoaderSource = string | Source | ReadAtSource | RecordSource | Records;

/** A source before it is opened. */
export interface Input {
  /** Null where workers read it themselves. */
  readonly feed: Feed | null;
  open(): Promise<Source>;
}

const WANTED = 'A loader takes a path, a source, an object with readAt, or an iterable of records.';

/** @throws UsageError for options that need samples more than once, or in another order */
function checkOnePass({ shuffle, split, epochs = 1 }: LoaderOptions): void {
  const asked = shuffle ? 'shuffled' : split ? 'split' : epochs > 1 ? 'gone through again' : null;
  if (asked === null) return;
  throw new UsageError(
    'one-pass',
    `Records of an iterable come once, in their order: they cannot be ${asked}. Go through them into a file first, ` +
      "dataLoader(source, { map: 'copy' }).materialize('set.npy'), and load that, or give a source with readAt.",
  );
}

function recordsFeed(given: RecordSource, options: LoaderOptions): Feed {
  const { records } = given;
  if (typeof records !== 'object' || !(Symbol.asyncIterator in records || Symbol.iterator in records))
    throw new UsageError('bad-source', 'The records of a source are an iterable of { data, label, group }.');
  checkOnePass(options);
  return new RecordsFeed(given, (line) => options.log?.(line));
}

function feedOf(source: Exclude<LoaderSource, string | Source>, options: LoaderOptions): Feed {
  if ('readAt' in source) return new ReadAtFeed(source);
  if ('records' in source) return recordsFeed(source, options);
  if (Symbol.asyncIterator in source || Symbol.iterator in source) return recordsFeed({ records: source }, options);
  throw new UsageError('bad-source', WANTED);
}

/** @throws UsageError for what is no source, and for options that it cannot be loaded with */
export function inputOf(source: LoaderSource, options: LoaderOptions): Input {
  if (typeof source === 'string') return { feed: null, open: async () => withRows(await openSource(source), source) };
  if (typeof source !== 'object' || source === null) throw new UsageError('bad-source', WANTED);
  if (!('readAt' in source) && 'handle' in source) return { feed: null, open: async () => source };
  const feed = feedOf(source, options);
  return { feed, open: () => feed.open(options.signal) };
}
