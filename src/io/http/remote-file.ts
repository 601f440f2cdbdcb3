import { SourceError, UsageError } from '../../core/errors.js';
import { type BlockCache, type CachedFile, cacheOfThread } from './block-cache.js';
import { BLOCK_BYTES, blocksOf, LONGEST_RUN, SLOTS } from './blocks.js';
import { helperOfThread } from './helper.js';
import { register, shownUrl, targetOf } from './url.js';

/** Blocks fetched ahead of what is read, where it is known what will be. */
const AHEAD = 24;
/** Where it is not known, but reads follow each other. */
const GUESSED = 4;
/** Blocks waited for at a time: with those ahead they fit the cache. */
const PIECE = LONGEST_RUN;

/** A file on a server, read synchronously by its positions through the cache of this thread. */
export class RemoteFile {
  /** The address as it may be printed. */
  readonly shown: string;
  readonly size: number;
  readonly #file: CachedFile;
  readonly #cache: BlockCache;
  /** End of what will be read from the last expectation on. */
  #expected = 0;
  /** First block that was not asked for, of those that follow the ones read last. */
  #askedTo = -1;
  #readTo = -1;

  /**
   * @param path an address, or a reference with a pin, which asks the server nothing
   * @throws SourceError when it cannot be had; UsageError for what is no address
   */
  constructor(path: string) {
    if (!URL.canParse(path)) throw new UsageError('bad-url', `${shownUrl(path)} is no address.`);
    const { url, pin } = targetOf(path);
    const known = pin ?? helperOfThread().probe(url);
    if (!pin) register({ url, pin: known });
    this.shown = shownUrl(url);
    this.size = known.size;
    this.#file = { url, pin: known };
    this.#cache = cacheOfThread();
    if (known.size === 0) throw new SourceError('empty', `${this.shown} is empty (0 bytes).`, { url: this.shown });
  }

  /** Bytes `start` to `end` will be read next, from their beginning: fetching begins, and does not go beyond them. */
  expect(start: number, end: number): void {
    this.#expected = Math.min(end, this.size);
    const { first, last } = blocksOf(start, this.#expected);
    const until = Math.min(last, first + AHEAD - 1);
    this.#cache.request(this.#file, first, until);
    this.#askedTo = until + 1;
    this.#readTo = start;
  }

  /** Fills `into` from `position` as far as the file goes. @returns how many bytes. @throws SourceError; Stopped */
  read(into: Uint8Array, position: number): number {
    const end = Math.min(position + into.byteLength, this.size);
    if (end <= position) return 0;
    const { first, last } = blocksOf(position, end);
    for (let from = first; from <= last; from += PIECE) {
      const to = Math.min(last, from + PIECE - 1);
      this.#ask(from, to, position);
      for (let block = from; block <= to; block++) {
        const bytes = this.#cache.block(this.#file, block);
        const start = block * BLOCK_BYTES;
        const [low, high] = [Math.max(position, start), Math.min(end, start + BLOCK_BYTES)];
        into.set(bytes.subarray(low - start, high - start), low - position);
      }
    }
    this.#readTo = end;
    return end - position;
  }

  /** Asks for the blocks that are wanted and for some behind them, in requests that are not small. */
  #ask(from: number, to: number, position: number): void {
    const isNext = position >= this.#readTo && position <= this.#readTo + BLOCK_BYTES && this.#readTo >= 0;
    const isExpected = isNext && position < this.#expected;
    const ahead = isExpected ? AHEAD : isNext ? GUESSED : 0;
    const limit = blocksOf(0, isExpected ? this.#expected : this.size).last;
    const goal = Math.min(limit, to + ahead);
    const isFar = this.#askedTo - to > ahead / 2 && this.#askedTo > to;
    const until = isFar ? to : Math.max(to, goal);
    this.#cache.request(this.#file, from, until);
    this.#askedTo = Math.max(isNext ? this.#askedTo : 0, until + 1);
  }
}

/** Bytes that every thread with remote files takes. */
export const REMOTE_BYTES = SLOTS * BLOCK_BYTES;

/** True when a server gives this file. @throws SourceError when it does not say; Stopped */
export function isServed(path: string): boolean {
  try {
    new RemoteFile(path);
    return true;
  } catch (error) {
    if (error instanceof SourceError && error.code === 'not-found') return false;
    throw error;
  }
}
