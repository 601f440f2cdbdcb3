import type { ErrorWire } from '../core/errors.js';
import type { PlacedPrepared } from '../layouts/threads/messages.js';
import type { CrewTask, Filled } from './crew.js';

/** What a worker thread of a loader starts from. */
export interface ThreadStart {
  readonly task: CrewTask;
  readonly memory: WebAssembly.Memory;
  readonly base: number;
  readonly ring: number;
  readonly prepared: readonly PlacedPrepared[];
}

/** `failed`: it could not start. `refused`: it lives, but cannot make this batch. */
export type ThreadAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: ErrorWire }
  | { readonly kind: 'filled'; readonly filled: Filled }
  | { readonly kind: 'refused'; readonly error: ErrorWire };
