import type { NumericArray } from '../core/dtype.js';

/** Which samples a slot of the ring is to hold, by their position in the stack. */
export interface BatchRequest {
  readonly number: number;
  readonly samples: Uint32Array;
}

/** What became of a request. */
export interface Filled {
  readonly slot: number;
  readonly number: number;
  /** Samples whose entries could not be made, with the reason. */
  readonly failed: readonly { readonly sample: number; readonly reason: string }[];
  /** Seconds the worker was busy with it. */
  readonly seconds: number;
}

/**
 * Those who make batches, with the memory they make them in. The host asks for one batch a slot at a time, and gives a slot out again
 * only when its consumer has released it.
 */
export interface BatchCrew {
  readonly workers: number;
  readonly slots: number;
  /** Bytes of the ring, and of everything shared beside it. */
  readonly bytes: number;
  /** How batches come back: without a copy, or with how many copies of every byte. */
  readonly copies: number;
  /** Entries of a slot, by slot name, room for a whole batch. */
  views(slot: number): Readonly<Record<string, NumericArray>>;
  /** @param done called once, from the event loop. A worker that dies has its request done once more by another */
  fill(slot: number, request: BatchRequest, done: (filled: Filled | Error) => void): void;
  /** Ends all workers and frees what they shared. Safe to call twice. */
  close(): Promise<void>;
}
