import { DTYPES, type Dtype, isInteger } from '../../core/dtype.js';
import type { Param } from '../../core/params.js';

/** What sums are made in, and the element type of results. */
export type Precision = 'float32' | 'float64';

/** The parameter that overrides what the element type of frames suggests. */
export const PRECISION = {
  kind: 'choice',
  choices: ['float32', 'float64'],
  help: 'What is computed in, and the element type of results. By default float32 for frames of float32 and of 8 and 16 bits, float64 for others.',
} as const satisfies Param;

/** The precision asked for, or the one that holds every number of the frames exactly. */
export function precisionOf(dtype: Dtype, wanted: Precision | undefined): Precision {
  if (wanted) return wanted;
  return DTYPES[dtype].bytes < 4 || (DTYPES[dtype].bytes === 4 && !isInteger(dtype)) ? 'float32' : 'float64';
}
