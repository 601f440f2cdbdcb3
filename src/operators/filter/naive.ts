import type { NumericArray } from '../../core/dtype.js';
import type { Tile } from '../../core/operator.js';
import { pixelsBefore } from './border.js';
import type { FilterState, Taps } from './state.js';

/** One frame of a tile, read at the places that windows reach. */
interface Reached {
  readonly data: NumericArray;
  readonly offset: number;
  readonly state: FilterState;
  /** Rounds to the dtype of the arithmetic. */
  readonly round: (value: number) => number;
}

/** The pixel at row `i` and column `j` of what windows reach, counted from the first window's first. */
function pixel({ data, offset, state, round }: Reached, i: number, j: number): number {
  const [row, column] = [state.rowOf[i] ?? -1, state.columnOf[j] ?? -1];
  return row < 0 || column < 0 ? 0 : round(data[offset + row * state.width + column] ?? 0);
}

function rowSum(frame: Reached, weights: Taps, first: number, i: number, x: number): number {
  const { round, state } = frame;
  let sum = 0;
  for (let j = 0; j < state.window.columns; j++) {
    const weight = weights[first + j] ?? 0;
    if (weight !== 0) sum = round(sum + round(weight * pixel(frame, i, x + j)));
  }
  return sum;
}

function separableSum(frame: Reached, vertical: Taps, horizontal: Taps, y: number, x: number): number {
  const { round, state } = frame;
  let total = 0;
  for (let i = 0; i < state.window.rows; i++) {
    const weight = vertical[i] ?? 0;
    if (weight !== 0) total = round(total + round(weight * rowSum(frame, horizontal, 0, y + i, x)));
  }
  return round(total / state.window.divisor);
}

function fullSum(frame: Reached, y: number, x: number): number {
  const { rows, columns } = frame.state.window;
  let total = 0;
  for (let i = 0; i < rows; i++) total = frame.round(total + rowSum(frame, frame.state.full, i * columns, y + i, x));
  return total;
}

function median(frame: Reached, y: number, x: number): number {
  const { rows, columns } = frame.state.window;
  const values = new Float64Array(rows * columns);
  // -0 + 0 is 0: which of the two zeros is the smaller must not matter.
  for (let k = 0; k < values.length; k++) values[k] = pixel(frame, y + Math.floor(k / columns), x + (k % columns)) + 0;
  return values.some(Number.isNaN) ? Number.NaN : (values.sort()[values.length >> 1] ?? 0);
}

function gradient(frame: Reached, y: number, x: number): number {
  const { round, state } = frame;
  const down = separableSum(frame, state.horizontal, state.vertical, y, x);
  const along = separableSum(frame, state.vertical, state.horizontal, y, x);
  return round(Math.sqrt(round(round(down * down) + round(along * along))));
}

const PIXELS = {
  separable: (frame: Reached, y: number, x: number) =>
    separableSum(frame, frame.state.vertical, frame.state.horizontal, y, x),
  full: fullSum,
  median,
  sobel: gradient,
} as const;

/** The definition of every filter: a plain loop over each pixel's window, nothing shared between windows. */
export function filterNaively(tile: Tile, state: FilterState, filtered: NumericArray): void {
  const { height, width, hasZeroBorder } = state;
  const { rows, columns, form } = state.window;
  const [top, left] = [pixelsBefore(rows), pixelsBefore(columns)];
  const [bottom, right] = [height - (rows - 1 - top), width - (columns - 1 - left)];
  const round = state.isWide ? (value: number) => value : Math.fround;
  const windowAt = PIXELS[form];
  for (let n = 0; n < tile.count; n++) {
    const frame: Reached = { data: tile.data, offset: n * height * width, state, round };
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const isInside = y >= top && y < bottom && x >= left && x < right;
        filtered[frame.offset + y * width + x] = hasZeroBorder && !isInside ? 0 : windowAt(frame, y, x);
      }
    }
  }
}
