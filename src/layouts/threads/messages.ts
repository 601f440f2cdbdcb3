import type { Dtype, NumericArray } from '../../core/dtype.js';
import type { ErrorWire } from '../../core/errors.js';
import type { Partial, Task, WorkerReport } from '../../core/layout.js';

/** A prepared array that already lies in the shared memory. */
export interface PlacedArray {
  readonly dtype: Dtype;
  readonly address: number;
  readonly length: number;
}

export type PlacedPrepared = Readonly<Record<string, PlacedArray | NumericArray | number | string | boolean>>;

/** What one worker thread gets for one pass. */
export interface StartMessage {
  readonly task: Task;
  readonly worker: number;
  readonly memory: WebAssembly.Memory;
  readonly base: number;
  readonly length: number;
  readonly prepared: readonly PlacedPrepared[];
  readonly results: readonly (NumericArray | null)[];
  readonly queue: SharedArrayBuffer;
  /** Frames finished, one counter per worker. */
  readonly progress: Int32Array;
}

export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'low' }
  | { readonly kind: 'partial'; readonly partial: Partial }
  | { readonly kind: 'done'; readonly report: WorkerReport }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'error'; readonly error: ErrorWire };
