import { BLOCK_BYTES, FAILED, LOADING, LONGEST_RUN, SLOTS } from './blocks.js';
import { type Helper, helperOfThread } from './helper.js';
import type { Pin } from './url.js';

/** A file as the cache knows it. */
export interface CachedFile {
  readonly url: string;
  readonly pin: Pin;
}

/** Blocks of files on servers, kept while there is room: those unused longest go first. One for each thread. */
export class BlockCache {
  readonly #helper: Helper;
  /** Slots by file and block, the one used last at the end. */
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = Array.from({ length: SLOTS }, (_, i) => i);
  /** Slots that the request being made needs, and which are not given to others. */
  readonly #held = new Set<number>();

  constructor(helper: Helper) {
    this.#helper = helper;
  }

  /**
   * Asks for the blocks `first` to `last` that are not here, consecutive ones with one request; does not wait. At most half of
   * the cache.
   */
  request(file: CachedFile, first: number, last: number): void {
    try {
      this.#ask(file, first, last);
    } finally {
      this.#held.clear();
    }
  }

  #ask(file: CachedFile, first: number, last: number): void {
    const { url, pin } = file;
    const states = this.#helper.states;
    let run: number[] = [];
    const send = (next: number): void => {
      if (run.length > 0) this.#helper.send({ kind: 'fetch', url, pin, first: next - run.length, slots: run });
      run = [];
    };
    for (let block = first; block <= last; block++) {
      const key = keyOf(file, block);
      const slot = this.#slots.get(key);
      const isHere = slot !== undefined && Atomics.load(states, slot) !== FAILED;
      if (slot !== undefined) this.#slots.delete(key);
      if (isHere) {
        this.#slots.set(key, slot);
        this.#held.add(slot);
        send(block);
        continue;
      }
      // A failure of reading ahead is told when its bytes are wanted, after another try.
      if (slot !== undefined) {
        this.#helper.errorOf(slot);
        this.#free.push(slot);
      }
      let place: number;
      try {
        place = this.#take();
      } catch (error) {
        // What has its places already is fetched: a slot that nobody fills would be waited for.
        send(block);
        throw error;
      }
      this.#held.add(place);
      Atomics.store(states, place, LOADING);
      this.#slots.set(key, place);
      run.push(place);
      if (run.length === LONGEST_RUN) send(block + 1);
    }
    send(last + 1);
  }

  /** A block that was asked for, as soon as it is here. @throws SourceError when it cannot be had; Stopped */
  block(file: CachedFile, number: number): Uint8Array {
    const slot = this.#slots.get(keyOf(file, number));
    if (slot === undefined) throw new RangeError(`block ${number} was not asked for`);
    this.#helper.wait(slot, LOADING);
    if (Atomics.load(this.#helper.states, slot) === FAILED) {
      this.#slots.delete(keyOf(file, number));
      this.#free.push(slot);
      throw this.#helper.errorOf(slot);
    }
    return this.#helper.bytes.subarray(slot * BLOCK_BYTES, (slot + 1) * BLOCK_BYTES);
  }

  /** Gives up all blocks but those on their way. */
  forget(): void {
    for (const [key, slot] of this.#slots) {
      if (Atomics.load(this.#helper.states, slot) === LOADING) continue;
      this.#slots.delete(key);
      this.#free.push(slot);
    }
  }

  #take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const states = this.#helper.states;
    const [oldest] = this.#slots.entries();
    for (const [key, slot] of this.#slots) {
      if (this.#held.has(slot) || Atomics.load(states, slot) === LOADING) continue;
      this.#slots.delete(key);
      return slot;
    }
    // All of them are on their way: the first will be here first.
    const [key, slot] = oldest ?? ['', 0];
    this.#helper.wait(slot, LOADING);
    this.#slots.delete(key);
    return slot;
  }
}

function keyOf({ url, pin }: CachedFile, block: number): string {
  return `${block} ${pin.size} ${pin.etag} ${pin.modified} ${url}`;
}

let own: BlockCache | null = null;

/** Forgets what this thread has read from servers: reading it again takes as long as the first time. */
export function forgetBlocks(): void {
  own?.forget();
}

/** The cache of this thread. */
export function cacheOfThread(): BlockCache {
  own ??= new BlockCache(helperOfThread());
  return own;
}
