import { allocate } from '../../core/dtype.js';
import type { Matrix } from './matrix.js';

/** Products that are added up before their sum is: rows of a band of B. The kernel has the same number. */
export const DEPTH = 256;

/** Columns of a panel: two vectors of the kernel. */
export function panelColumns(dtype: 'float32' | 'float64'): number {
  return dtype === 'float32' ? 8 : 4;
}

/**
 * B in bands of DEPTH rows, each in panels of `width` columns, row after row; the last panel is filled up with zeros. Element
 * (k, j) of the band that begins with row f lies at f * width * panels + floor(j / width) * rows of the band * width +
 * (k - f) * width + j % width. A single panel of all columns is the matrix as it is.
 */
export function packMatrix(matrix: Matrix, dtype: 'float32' | 'float64', width: number): Float32Array | Float64Array {
  const { inner, columns, at } = matrix;
  const panels = Math.ceil(columns / width);
  const packed = allocate(dtype, inner * panels * width) as Float32Array | Float64Array;
  let to = 0;
  for (let first = 0; first < inner; first += DEPTH) {
    const end = Math.min(inner, first + DEPTH);
    for (let left = 0; left < columns; left += width) {
      const right = Math.min(columns, left + width);
      for (let row = first; row < end; row++) {
        for (let column = left; column < right; column++) packed[to + column - left] = at(row, column);
        to += width;
      }
    }
  }
  return packed;
}
