/** A file that was saved, and can be processed. */
export interface SavedFile {
  /** Place of its address in the list, from 0 on. */
  readonly index: number;
  /** The address as it may be printed: without password. */
  readonly url: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string | null;
}

/** What came of one address. */
export interface FetchedFile<T = unknown> {
  readonly index: number;
  readonly url: string;
  /**
   * `saved` now or in an earlier call (`resumed`), the same address as an earlier one, whose file it shares (`duplicate`), `failed`, or
   * `stopped` before its turn came.
   */
  readonly outcome: 'saved' | 'resumed' | 'duplicate' | 'failed' | 'stopped';
  /** Null where there is no file. */
  readonly path: string | null;
  /** HTTP status of the last try; null where no answer came, and for files of an earlier call. */
  readonly status: number | null;
  readonly bytes: number;
  readonly sha256: string | null;
  readonly seconds: number;
  /** Why there is no file, or why it could not be processed. */
  readonly error: { readonly code: string; readonly message: string } | null;
  /** What `process` made of it; absent where it was not called, or failed. */
  readonly result?: T;
}

/** What came of all addresses, in their order. */
export interface FetchOutcome<T = unknown> {
  readonly files: readonly FetchedFile<T>[];
  /** Files that are there, those of an earlier call included. */
  readonly saved: number;
  readonly failed: number;
  /** Bytes that were downloaded now. */
  readonly bytes: number;
  readonly seconds: number;
}
