import type { Arena } from '../../core/arena.js';
import type { Arrays, PrepareContext, Prepared, Slot, Tile } from '../../core/operator.js';
import type { Values } from '../../core/params.js';
import type { Stack } from '../../core/stack.js';
import type { WasmExports } from '../../core/wasm.js';
import type { RegisterParams } from './params.js';
import type { Matrix } from './rigid.js';
import type { Coefficients } from './volume.js';

/** The options of registration, checked. */
export type Given = Values<RegisterParams>;

/** The motion of one frame. */
export interface Motion {
  /** Takes a point of the reference to where it is in the frame, in local mm. */
  readonly motion: Matrix;
  /** Standard errors of the six parameters of the correction; NaN where they are not known. */
  readonly errors: readonly number[];
  /** What is wrong with it, added up (`FLAGS`). */
  readonly flags: number;
}

/** Finds the motions of the frames of one tile after the other, in one worker. */
export interface Finder {
  /** Memory for the coefficients of a frame that is free between calls; absent: resampling needs its own. */
  readonly coefficients?: Coefficients;
  /**
   * @param k frame of the tile
   * @param exports the kernel module, or null to run in TypeScript
   * @param out slots of the tile; a method may add to its own whole slots
   */
  find(tile: Tile, k: number, exports: WasmExports | null, out: Arrays<string>): Motion;
}

export interface FinderContext {
  readonly stack: Stack;
  readonly values: Given;
  readonly prepared: Prepared;
  readonly arena: Arena;
}

/** A way to find motion: by least squares, as SPM does it, or from a file. */
export interface Method {
  /** Its templates, with `placement` and `world` of the grid as `gridOf` and `placed` want them. */
  prepare(context: PrepareContext<RegisterParams>): Promise<Prepared>;
  /** What a second pass starts from; null when this pass was the last. */
  again(context: PrepareContext<RegisterParams>, pass: number, previous: Arrays<string>): Promise<Prepared | null>;
  /** Private slots of its own. */
  slots(stack: Stack, values: Given, prepared: Prepared): Readonly<Record<string, Slot>>;
  /** Bytes of a worker's window. */
  workerBytes(stack: Stack, values: Given, prepared: Prepared): number;
  /** Bytes of the prepared arrays of a later pass; 0 without one. */
  laterPreparedBytes(stack: Stack, values: Given, prepared: Prepared): number;
  start(context: FinderContext): Finder;
}
