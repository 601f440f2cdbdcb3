import type { NumericArray } from '../../core/dtype.js';
import { countNonFinite } from '../../core/finite.js';
import type { Geometry } from './geometry.js';

/** Below this share of the sum of squares, a variance is what rounding left of a constant. */
const CONSTANT = 1e-12;

/** Sums of a frame, and of its squares, over columns of the template's height. */
export interface ColumnSums {
  readonly values: Float64Array;
  readonly squares: Float64Array;
}

export function makeColumnSums(width: number): ColumnSums {
  return { values: new Float64Array(width), squares: new Float64Array(width) };
}

function addRow({ values, squares }: ColumnSums, data: NumericArray, row: number, sign: 1 | -1): void {
  for (let x = 0; x < values.length; x++) {
    const value = data[row + x] ?? 0;
    values[x] = (values[x] ?? 0) + sign * value;
    squares[x] = (squares[x] ?? 0) + sign * value * value;
  }
}

/** Divides one row of sums of products by the contrast of what lies under the template. */
function divideRow(sums: ColumnSums, geometry: Geometry, energy: number, slides: boolean, row: NumericArray): void {
  const { width, templateHeight, templateWidth, outWidth, before } = geometry;
  const pixels = templateHeight * templateWidth;
  let sum = 0;
  let square = 0;
  const add = (x: number, sign: 1 | -1) => {
    if (x < 0 || x >= width) return;
    sum += sign * (sums.values[x] ?? 0);
    square += sign * (sums.squares[x] ?? 0);
  };
  for (let j = 0; j < outWidth; j++) {
    const from = j - before;
    if (j > 0 && slides) {
      add(from - 1, -1);
      add(from + templateWidth - 1, 1);
    } else {
      sum = 0;
      square = 0;
      for (let b = 0; b < templateWidth; b++) add(from + b, 1);
    }
    const variance = square - (sum * sum) / pixels;
    if (variance <= CONSTANT * square) row[j] = 0;
    else row[j] = Math.max(-1, Math.min(1, (row[j] ?? 0) / Math.sqrt(variance * energy)));
  }
}

/**
 * Makes coefficients of sums of products with a template whose mean is 0 (Lewis 1995): divided by the square root of the template's sum
 * of squares and of the frame's under it, less its mean. 0 where the frame is constant. Outside, the frame is 0.
 *
 * @param energy sum of the squares of the template
 * @param out sums of products, which become coefficients
 */
export function toCoefficients(
  data: NumericArray,
  first: number,
  geometry: Geometry,
  energy: number,
  sums: ColumnSums,
  out: NumericArray,
): void {
  const { height, width, templateHeight, outHeight, outWidth, above } = geometry;
  const frame = data.subarray(first, first + height * width);
  // A sum that slides on never loses a number that is not finite.
  const slides = countNonFinite(frame) === 0;
  const add = (y: number, sign: 1 | -1) => {
    if (y >= 0 && y < height) addRow(sums, frame, y * width, sign);
  };
  for (let i = 0; i < outHeight; i++) {
    const from = i - above;
    if (i > 0 && slides) {
      add(from - 1, -1);
      add(from + templateHeight - 1, 1);
    } else {
      sums.values.fill(0);
      sums.squares.fill(0);
      for (let a = 0; a < templateHeight; a++) add(from + a, 1);
    }
    divideRow(sums, geometry, energy, slides, out.subarray(i * outWidth, (i + 1) * outWidth));
  }
}
