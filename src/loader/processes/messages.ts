import type { NumericArray } from '../../core/dtype.js';
import type { ErrorWire } from '../../core/errors.js';
import type { Prepared } from '../../core/operator.js';
import type { Parcel } from '../../layouts/processes/messages.js';
import type { CrewTask, Filled } from '../crew.js';
import type { BatchOrder } from '../tasks.js';

/** Where a worker process puts finished batches. */
export type RingRef =
  | { readonly kind: 'segment'; readonly name: string; readonly bytes: number }
  | { readonly kind: 'files'; readonly path: string }
  | { readonly kind: 'copies' };

/** What a worker process works on: the same for all. */
export interface ChildWork {
  readonly task: CrewTask;
  readonly prepared: readonly Prepared[];
}

export type ToChild =
  | {
      readonly kind: 'start';
      readonly work: Parcel;
      readonly ring: RingRef;
      /** Names in /dev/shm that this process takes away when the host has gone without doing so. */
      readonly leftovers: readonly string[];
    }
  | {
      readonly kind: 'fill';
      readonly orders: readonly BatchOrder[];
      /** Of each order: frames that the worker finds nowhere else. */
      readonly frames: readonly (NumericArray | null)[];
    };

export type FromChild =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'filled';
      readonly filled: Filled;
      /** Places of the batch that were made: from which on, and how many. */
      readonly at: number;
      readonly samples: number;
      /** By field, where they could not be put into a common ring. */
      readonly entries: readonly NumericArray[] | null;
    }
  | { readonly kind: 'error'; readonly during: 'start' | 'fill'; readonly error: ErrorWire };
