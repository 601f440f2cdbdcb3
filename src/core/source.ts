import type { Stack } from './stack.js';
import type { Storage } from './storage.js';

/**
 * What a worker needs to read a source: plain data, structured-cloneable, nothing left to parse. A stored source is its
 * `Storage`; a generated one names its generator and the numbers that drive it.
 */
export type SourceHandle =
  | { readonly kind: 'stored'; readonly stack: Stack; readonly storage: Storage }
  | { readonly kind: 'generated'; readonly stack: Stack; readonly generator: string; readonly values: GeneratorValues }
  | { readonly kind: 'memory'; readonly stack: Stack; readonly bytes: Uint8Array }
  | {
      readonly kind: 'library';
      readonly stack: Stack;
      readonly library: string;
      readonly path: string;
      readonly dataset: string;
    };

export type GeneratorValues = Readonly<Record<string, string | number | boolean>>;

/** A stack that can be read, with what its file says about it. */
export interface Source {
  /** Name of the format that opened it. */
  readonly format: string;
  /** What the user would recognise: the path, and the data set inside it. */
  readonly location: string;
  readonly handle: SourceHandle;
  /** Facts worth showing in `info`: detector, energy, pixel size, warnings. */
  readonly notes: readonly string[];
}

/** What to open: a path with an optional data set inside it, and what a headerless file does not say itself. */
export interface OpenOptions {
  readonly dataset?: string;
  readonly frameRank?: number;
  readonly frameShape?: readonly number[];
  readonly dtype?: string;
  readonly offset?: number;
}

/** Decoded frames, one behind the other, native byte order. */
export interface Frames {
  /** View of the frames; its byte offset is their address when they lie in an arena. */
  readonly bytes: Uint8Array;
  readonly first: number;
  readonly count: number;
}
