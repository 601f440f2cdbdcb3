import type { NumericArray } from '../core/dtype.js';
import type { ErrorWire } from '../core/errors.js';
import type { Scaling } from './scaling.js';

/** A conversion that all workers share: they take blocks of elements until none is left. */
export interface ConvertJob {
  readonly id: number;
  readonly source: NumericArray;
  readonly target: NumericArray;
  /** The memory that both lie on, or null. */
  readonly memory: WebAssembly.Memory | null;
  readonly by: Scaling;
  /** Elements of a block. */
  readonly block: number;
  /** Number of the next block. */
  readonly next: Int32Array;
}

/** What a worker says when it found no block any more. */
export type ConvertAnswer =
  | { readonly id: number; readonly strange: boolean }
  | { readonly id: number; readonly error: ErrorWire };
