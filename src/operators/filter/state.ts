import type { Arena } from '../../core/arena.js';
import type { Dtype } from '../../core/dtype.js';
import type { Prepared } from '../../core/operator.js';
import { reachOf } from './border.js';
import { type KernelMemory, placeKernel } from './memory.js';
import type { Border } from './params.js';
import type { Window } from './window.js';

/** Weights in the dtype of the arithmetic. */
export type Taps = Float32Array | Float64Array;

/** The size of frames, and of their results' elements. */
export interface Geometry {
  readonly dtype: Dtype;
  readonly height: number;
  readonly width: number;
  /** Arithmetic and results are float64, else float32. */
  readonly isWide: boolean;
}

/** A window made ready for frames of one size. */
export interface FilterState extends Geometry {
  readonly window: Window;
  readonly vertical: Taps;
  readonly horizontal: Taps;
  readonly full: Taps;
  /** The row, and the column, of the frame at each place that windows reach; -1 outside. */
  readonly rowOf: Int32Array;
  readonly columnOf: Int32Array;
  /** Results whose window leaves the frame are 0. */
  readonly hasZeroBorder: boolean;
  readonly isNaive: boolean;
  readonly kernel: KernelMemory;
}

/** Makes a prepared window ready in a worker. */
export function makeState(
  geometry: Geometry,
  prepared: Prepared,
  { border, method }: { readonly border: Border; readonly method: string },
  arena: Arena,
): FilterState {
  const window = prepared as unknown as Window;
  const { rows, columns } = window;
  const narrow = (weights: Float64Array): Taps => (geometry.isWide ? weights : Float32Array.from(weights));
  const part = {
    ...geometry,
    window,
    vertical: narrow(window.vertical),
    horizontal: narrow(window.horizontal),
    full: narrow(window.full),
    rowOf: reachOf(geometry.height, rows, border),
    columnOf: reachOf(geometry.width, columns, border),
    hasZeroBorder: border === 'zero-border',
    isNaive: method === 'naive',
  };
  return { ...part, kernel: placeKernel(part, arena) };
}
