import type { NumericArray } from '../../core/dtype.js';
import type { WasmExports } from '../../core/wasm.js';
import { callKernel } from '../../kernels/call.js';

/** A field as the product of two small matrices, in memory that kernels can address. */
export interface Factors {
  readonly size: number;
  readonly bins: number;
  /** (size, bins): the mean row of the transition matrix over the points of each piece. */
  readonly left: Float64Array;
  /** (bins, size): the share of each bin among the points of each piece. */
  readonly right: Float64Array;
  /** Of each row of the field, an earlier row with the same numbers, or -1. */
  readonly alike: Int32Array;
}

/** Fills one field, (size, size) row-major, from its factors. */
export type FillField = (factors: Factors, field: NumericArray) => void;

/**
 * Block means of the field W[b_i, b_j] are (mean row of W over a piece) times (shares of the bins in the other piece): the whole field
 * is never made.
 *
 * @param bounds first point and end of each piece
 * @param matrix (bins, bins), the transitions
 */
export function factorField(points: Uint16Array, bounds: Int32Array, matrix: Float64Array, into: Factors): void {
  const { size, bins, left, right, alike } = into;
  left.fill(0);
  right.fill(0);
  // Of each bin, the first piece of one point that lies in it.
  const seen = new Int32Array(bins).fill(-1);
  for (let k = 0; k < size; k++) {
    const [start, end] = [bounds[2 * k] ?? 0, bounds[2 * k + 1] ?? 0];
    const count = end - start;
    for (let t = start; t < end; t++) {
      const at = (points[t] ?? 0) * size + k;
      right[at] = (right[at] ?? 0) + 1;
    }
    for (let a = 0; a < bins; a++) {
      const share = (right[a * size + k] ?? 0) / count;
      right[a * size + k] = share;
      if (share === 0) continue;
      for (let b = 0; b < bins; b++) {
        left[k * bins + b] = (left[k * bins + b] ?? 0) + share * (matrix[a * bins + b] ?? 0);
      }
    }
    alike[k] = -1;
    if (count > 1) continue;
    const bin = points[start] ?? 0;
    alike[k] = seen[bin] ?? -1;
    if (alike[k] === -1) seen[bin] = k;
  }
}

/** The product of the factors, in plain TypeScript. */
export const fillField: FillField = ({ size, bins, left, right, alike }, field) => {
  for (let k = 0; k < size; k++) {
    const earlier = alike[k] ?? -1;
    if (earlier >= 0) {
      field.copyWithin(k * size, earlier * size, (earlier + 1) * size);
      continue;
    }
    for (let l = 0; l < size; l++) {
      let sum = 0;
      for (let b = 0; b < bins; b++) sum += (left[k * bins + b] ?? 0) * (right[b * size + l] ?? 0);
      field[k * size + l] = sum;
    }
  }
};

/** The same by the kernel, with the same bits. */
export function fillFieldWasm(exports: WasmExports): FillField {
  return ({ size, bins, left, right, alike }, field) => {
    const wide = field instanceof Float64Array ? 1 : 0;
    const places = [left.byteOffset, right.byteOffset, alike.byteOffset, field.byteOffset] as const;
    callKernel(exports, 'field', size, bins, wide, ...places);
  };
}
