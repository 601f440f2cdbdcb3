import { type Dtype, dtypeRange, isInteger, type NumericArray } from '../../../core/dtype.js';

/** The nearest whole number, of two the even one. */
function nearest(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/**
 * Puts a realigned frame where it belongs: whole numbers are rounded, halves to even, and clipped to what their dtype holds.
 *
 * @param outside in place of NaN
 */
export function storeFrame(frame: Float32Array, outside: number, dtype: Dtype, into: NumericArray): void {
  const [low, high] = dtypeRange(dtype);
  for (let i = 0; i < frame.length; i++) {
    const value = Number.isNaN(frame[i] ?? 0) ? outside : (frame[i] ?? 0);
    into[i] = isInteger(dtype) ? Math.max(low, Math.min(high, nearest(value))) : value;
  }
}
