import type { MessagePort } from 'node:worker_threads';
import type { ErrorWire } from '../../core/errors.js';
import type { HttpSettings } from './settings.js';
import type { Pin } from './url.js';

/** What a helper thread is started with. */
export interface HelperData {
  readonly port: MessagePort;
  readonly cells: SharedArrayBuffer;
  readonly blocks: SharedArrayBuffer;
  readonly settings: HttpSettings;
}

/** What is asked of a helper thread. */
export type ToHelper =
  | { readonly kind: 'probe'; readonly url: string; readonly question: number }
  | {
      readonly kind: 'fetch';
      readonly url: string;
      readonly pin: Pin;
      /** Number of the first block; others follow it. */
      readonly first: number;
      /** Where each block goes. */
      readonly slots: readonly number[];
    };

/** What a helper thread tells before it changes a cell. */
export type FromHelper =
  | { readonly kind: 'pin'; readonly question: number; readonly pin: Pin | null }
  | { readonly kind: 'refused'; readonly question: number; readonly error: ErrorWire }
  | { readonly kind: 'failed'; readonly slots: readonly number[]; readonly error: ErrorWire };
