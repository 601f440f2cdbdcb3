import { DTYPES, dtypeOfArray, type NumericArray } from '../core/dtype.js';

const NAMES = Object.keys(DTYPES);

/** The number by which kernels know the element type of an array: its place in `DTYPES`. */
export function dtypeNumber(array: NumericArray): number {
  return NAMES.indexOf(dtypeOfArray(array));
}
