import type { Dtype } from '../../core/dtype.js';
import type { Params, Values } from '../../core/params.js';
import type { NamedArray } from '../../core/sink.js';
import type { Affine } from '../../core/source.js';
import type { Stack } from '../../core/stack.js';

/** Writes frames; frame i depends on the seed and on i alone, so any split of the work gives the same bytes. */
export interface FrameWriter {
  /** @param into room for exactly `count` frames, native byte order */
  read(first: number, count: number, into: Uint8Array): void;
}

/** A text file that goes with a stack. */
export interface Companion {
  /** With its dot. */
  readonly extension: string;
  readonly text: string;
}

/** A kind of stack that is computed instead of stored. */
export interface Generator<P extends Params = Params> {
  readonly name: string;
  readonly summary: string;
  readonly params: P;
  /** Element types it can make, the usual one first. */
  readonly dtypes: readonly Dtype[];
  /** @param dtype what the user asked for, one of `dtypes` */
  stack(shape: readonly number[], values: Values<P>, dtype: Dtype | undefined): Stack;
  makeWriter(stack: Stack, values: Values<P>, seed: number): FrameWriter;
  /** Results that are known without looking at a frame. */
  truth?(stack: Stack, values: Values<P>, seed: number): readonly NamedArray[];
  /** Text files that belong beside the stack, such as its geometry: named like it, with another extension. */
  beside?(stack: Stack, values: Values<P>, seed: number): readonly Companion[];
  /** Extension of the table in which the truth stands beside the stack too; absent: it does not. */
  readonly table?: string;
  /** Where the voxels of its frames lie. */
  affine?(stack: Stack, values: Values<P>): Affine;
}

/** Checks a declaration against its own types and forgets them. */
export function defineGenerator<P extends Params>(generator: Generator<P>): Generator {
  return generator as unknown as Generator;
}
