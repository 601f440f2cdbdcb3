import type { NumericArray } from '../../core/dtype.js';
import type { ErrorWire } from '../../core/errors.js';
import type { WorkerReport } from '../../core/layout.js';

/** Bytes handed over in a file of the scratch folder, or in the message itself when there is none. */
export type Parcel = { readonly file: string } | { readonly bytes: Uint8Array };

export type ToChild =
  | {
      readonly kind: 'start';
      readonly worker: number;
      readonly threads: number;
      readonly task: Parcel;
      readonly scratch: string | null;
      readonly memoryLimit: number | null;
    }
  | { readonly kind: 'pass'; readonly prepared: Parcel; readonly parts: readonly number[] | null }
  | { readonly kind: 'parts'; readonly parts: readonly number[] };

/** Entries of one `each` slot that could not be written to a shared file. */
export interface Slice {
  readonly slot: number;
  readonly at: number;
  readonly data: NumericArray;
}

export type FromChild =
  | { readonly kind: 'ready' }
  | { readonly kind: 'next' }
  | { readonly kind: 'partial'; readonly partial: Parcel }
  | { readonly kind: 'progress'; readonly frames: number }
  | { readonly kind: 'slices'; readonly slices: readonly Slice[] }
  | { readonly kind: 'done'; readonly reports: readonly WorkerReport[] }
  | { readonly kind: 'error'; readonly error: ErrorWire };
