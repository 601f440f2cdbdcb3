import type { NumericArray } from '../core/dtype.js';
import type { OperatorRef } from '../core/layout.js';
import type { PresetName } from './presets.js';

/** How samples are divided so that nothing of a training sample is seen in another part. */
export interface Split {
  /** `group`: recordings stay whole. `time`: blocks of the time order, with a gap of a window between them. */
  readonly by: 'group' | 'time';
  /** Parts of all samples, such as 0.8; what is left over is `test`. */
  readonly train: number;
  readonly validation?: number;
  /** Decides which groups go where. */
  readonly seed?: number;
}

/** What batches are made of, and how. */
export interface LoaderOptions {
  /** Operators that make entries of frames: a name, one with values, or several for one pass. Never a closure. */
  readonly map: string | OperatorRef | readonly OperatorRef[];
  /** Samples of a batch (32). */
  readonly batch?: number;
  /** Leave out a last batch that is not full. */
  readonly dropLast?: boolean;
  /** Another order in every epoch, by seed, epoch and index alone. Absent: as they lie. */
  readonly shuffle?: { readonly seed: number };
  readonly split?: Split;
  /** The part of a split to load (`train`). */
  readonly part?: 'train' | 'validation' | 'test';
  /** `auto` or -1: by cores, memory and what pays; 0: the calling thread. */
  readonly workers?: 'auto' | number;
  /** `auto`, `inline`, `threads`, `processes`. */
  readonly layout?: 'auto' | 'inline' | 'threads' | 'processes';
  /** How processes hand batches over: one segment mapped by all, files in shared memory, or copies through a pipe. */
  readonly sharing?: 'auto' | 'segment' | 'files' | 'copies';
  /** Bytes, or text such as 64MiB: of the ring of batches, and of everything together. */
  readonly memory?: { readonly ring?: number | string; readonly max?: number | string };
  /** Times all samples will be gone through, as far as that is known (1): workers that start once pay the sooner. */
  readonly epochs?: number;
  /** Workers and chunk under one name; workers or chunk given beside it win. */
  readonly preset?: PresetName;
  /** Samples each worker has as its task at a time, in whole batches made ahead; absent: by the memory of the machine. */
  readonly chunk?: number;
  /** Batches made ahead for each worker, in place of a chunk. */
  readonly prefetch?: number;
  /** In the order of their numbers (true), or as they come. */
  readonly ordered?: boolean;
  /** What a sample that fails does: ends the loader, is left out of its batch, or is replaced by zeros and label -1. */
  readonly onError?: 'throw' | 'skip' | 'substitute';
  /** Every step of a fall-back is an error. */
  readonly strict?: boolean;
  /** Reading a batch after its release throws. */
  readonly debug?: boolean;
  readonly kernel?: 'wasm' | 'ts';
  /** Bound on waiting for a consumer that keeps all batches, in seconds (60). */
  readonly patience?: number;
  readonly signal?: AbortSignal;
  /** Told every decision and every fall-back once. */
  log?(line: string): void;
}

/** Entries of some samples: views of the ring, valid until `release` or, without `keep`, until the next batch is asked for. */
export interface Batch {
  /** From 0 in every epoch. */
  readonly number: number;
  /** By output (`sum`, or `gaf.sum` of several operators): shape (samples, ...entry). */
  readonly x: Readonly<Record<string, NumericArray>>;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Class of each sample; -1 for none. */
  readonly y: Int32Array;
  /** Position of each sample in the stack. */
  readonly index: Uint32Array;
  readonly count: number;
  /** Why samples are not in it, or are replaced by zeros; empty unless `onError` allows that. */
  readonly failed: readonly { readonly sample: number; readonly reason: string }[];
  /** Leaves it valid when the next one is asked for, until `release`. Its memory is missing in the ring as long. */
  keep(): this;
  /** Gives the memory back to the ring. Safe to call twice; `x` throws afterwards. */
  release(): void;
}
