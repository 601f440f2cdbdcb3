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

/** A worker's place in the team that shares each frame. */
export interface TeamStart {
  readonly rank: number;
  readonly size: number;
  /** What `SharedTeam` works on. */
  readonly cells: SharedArrayBuffer;
  /** The window with the frames. */
  readonly base: number;
  readonly length: number;
}

/** What one worker thread gets for one pass. */
export interface StartMessage {
  readonly task: Task;
  readonly worker: number;
  readonly memory: WebAssembly.Memory;
  readonly base: number;
  readonly length: number;
  /** Null for workers that have their frames to themselves. */
  readonly team: TeamStart | null;
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
