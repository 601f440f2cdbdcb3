import { dtypeOfArray, dtypeRange, isInteger, type NumericArray } from '../core/dtype.js';

/** Adding and taking away rounds to nearest, halves to even, what is below 2^51. */
const ROUND = 1.5 * 2 ** 52;

/**
 * The definition of converting, in plain TypeScript; the kernel gives the same bits. Integers are rounded to nearest,
 * halves to even, and end at the limits of their dtype; NaN becomes 0.
 *
 * @returns whether a number that became an integer was NaN
 */
export function convertElements(source: NumericArray, target: NumericArray, scale: number, offset: number): boolean {
  const dtype = dtypeOfArray(target);
  if (!isInteger(dtype)) {
    for (let i = 0; i < target.length; i++) target[i] = (source[i] ?? 0) * scale + offset;
    return false;
  }
  const [lowest, highest] = dtypeRange(dtype);
  let strange = false;
  for (let i = 0; i < target.length; i++) {
    const value = (source[i] ?? 0) * scale + offset;
    if (Number.isNaN(value)) strange = true;
    target[i] = Number.isNaN(value) ? 0 : Math.max(lowest, Math.min(highest, value)) + ROUND - ROUND;
  }
  return strange;
}
