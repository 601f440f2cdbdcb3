import type { ErrorWire } from '../core/errors.js';
import type { OpenOptions, SourceHandle } from '../core/source.js';
import type { Image } from './image.js';
import type { Preparation } from './preparation.js';
import type { Device } from './runtime.js';
import type { Interface } from './wanted.js';

/** A network as every worker opens it. */
export interface NetworkOrder {
  readonly number: number;
  readonly path: string;
  /** What a person would recognise. */
  readonly location: string;
  readonly threads: number;
  readonly device: Device;
}

/** Where the frames of a source come from. */
export interface SourceOrder {
  readonly number: number;
  readonly handle: SourceHandle;
  /** Frames read at a time at most, and bytes that reading takes. */
  readonly blockFrames: number;
  readonly readingBytes: number;
}

/** What to look at, in the order of its places. */
export type Items =
  | { readonly kind: 'images'; readonly images: readonly Image[] }
  | { readonly kind: 'files'; readonly paths: readonly string[]; readonly options: OpenOptions }
  | { readonly kind: 'frames'; readonly source: number; readonly first: number; readonly count: number };

/** Some images for one network. */
export interface Task {
  readonly id: number;
  readonly network: number;
  readonly items: Items;
  readonly preparation: Preparation;
  readonly input: string;
  readonly output: string;
  /** Images the network takes at once, no more and no fewer; null: as many as there are. */
  readonly batch: number | null;
  /** 1 when nobody waits for it any more. */
  readonly stop: Int32Array;
}

export type Order =
  | { readonly kind: 'open'; readonly network: NetworkOrder }
  | { readonly kind: 'forget'; readonly network: number }
  | { readonly kind: 'source'; readonly source: SourceOrder }
  | { readonly kind: 'drop'; readonly source: number }
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'end' };

/** What became of one image: its scores, or why there are none. */
export type Scored = { readonly scores: Float32Array } | { readonly error: ErrorWire };

/** Seconds a worker spent on a task. */
export interface Spent {
  /** Reading and decoding. */
  readonly read: number;
  /** Making images what the network takes. */
  readonly prepare: number;
  readonly run: number;
}

export type Answer =
  | {
      readonly kind: 'opened';
      readonly network: number;
      readonly declared: Interface;
      readonly provider: string;
      readonly reason: string | null;
    }
  | { readonly kind: 'refused-network'; readonly network: number; readonly error: ErrorWire }
  | { readonly kind: 'done'; readonly id: number; readonly scored: readonly Scored[]; readonly spent: Spent }
  | { readonly kind: 'refused'; readonly id: number; readonly error: ErrorWire };
