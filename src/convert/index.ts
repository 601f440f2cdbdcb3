import { allocate, type Dtype, dtypeOfArray, type NumericArray } from '../core/dtype.js';
import { convertHere } from './kernel.js';
import { type ConvertOptions, checkDtype, checkPair, refuseNan, scalingOf } from './scaling.js';
import { allocateShared, commonMemory, memoryOf } from './shared.js';

/**
 * Converts every element of `source` into `target`, in the calling thread: x scale + offset in float64, rounded to the
 * nearest number that the target's dtype has. Integers round halves to even and end at their limits. Arrays of `allocateShared`
 * are converted in place; others block by block.
 *
 * @param source of any dtype, on memory of any kind, also part of a buffer; infinities become the limits of integers
 * @param target of the same length, alike; it is best reused, because first touch costs more than converting
 * @throws UsageError for arrays of other types, another length, shared bytes, a scale that is not finite, or NaN when `nan` is `error`; the target is then undefined
 */
export function convertInto(source: NumericArray, target: NumericArray, options: ConvertOptions = {}): void {
  const by = scalingOf(options);
  checkPair(source, target);
  const strange = convertHere(source, target, by, commonMemory(source, target));
  if (strange && by.nan === 'error') refuseNan(source, by);
}

/**
 * Converts every element of `source` into a new array of `dtype`, on memory of the same kind as the source's.
 *
 * @throws UsageError as `convertInto`
 */
export function convert(source: NumericArray, dtype: Dtype, options: ConvertOptions = {}): NumericArray {
  scalingOf(options);
  checkDtype(dtype);
  dtypeOfArray(source);
  const isShared = memoryOf(source) !== null;
  const target = isShared
    ? allocateShared(dtype, source.length)
    : allocate(dtype, source.length, !(source.buffer instanceof ArrayBuffer));
  convertInto(source, target, options);
  return target;
}
