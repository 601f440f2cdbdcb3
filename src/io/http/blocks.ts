/** Bytes of a block: what is fetched and kept at a time. */
export const BLOCK_BYTES = 2 ** 18;
/** Blocks kept by each thread that reads from a server. */
export const SLOTS = 128;
/** Bytes of the cache of each thread that reads from a server. */
export const CACHE_BYTES = BLOCK_BYTES * SLOTS;
/** Blocks of one request at most. */
export const LONGEST_RUN = 32;

/** States of a slot on shared memory. */
export const EMPTY = 0;
export const LOADING = 1;
export const READY = 2;
export const FAILED = 3;

/** Cells behind those of the slots: a beat that shows that the helper lives, and the answer to a question. */
export const BEAT = SLOTS + 1;
export const ANSWER = SLOTS + 2;
export const CELLS = SLOTS + 3;

/** Numbers of the blocks that hold bytes `start` to `end`. */
export function blocksOf(start: number, end: number): { first: number; last: number } {
  return { first: Math.floor(start / BLOCK_BYTES), last: Math.max(0, Math.ceil(end / BLOCK_BYTES) - 1) };
}
