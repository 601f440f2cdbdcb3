import type { NumericArray } from '../core/dtype.js';
import type { CutResult } from './cut.js';

/** What float64 sums differ by when they are added up in another order. */
const REORDERED = 1e-12;

function largest(data: NumericArray): number {
  let most = 0;
  for (const value of data) if (Number.isFinite(value) && Math.abs(value) > most) most = Math.abs(value);
  return most;
}

/**
 * Compares two arrays. Differences count relative to the largest value of `expected`; not-a-number equals itself.
 *
 * @throws Error that names the first element out of tolerance
 */
export function compareData(expected: NumericArray, actual: NumericArray, tolerance: number, what: string): void {
  if (expected.length !== actual.length) {
    throw new Error(`${what}: ${actual.length} elements instead of ${expected.length}`);
  }
  const allowed = tolerance * largest(expected);
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [expected[i] ?? 0, actual[i] ?? 0];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= allowed) continue;
    throw new Error(`${what}: element ${i} is ${b} instead of ${a} (allowed difference ${allowed})`);
  }
}

/**
 * Compares all arrays of two runs.
 *
 * @param same `bits`: every element equal; `order`: sums over the stack may have been added in another order; `kernel`:
 *   another kernel, so that the operator's own tolerance holds
 * @throws Error that names the array, the element and both values
 */
export function compareResults(
  expected: CutResult,
  actual: CutResult,
  same: 'bits' | 'order' | 'kernel',
  what: string,
): void {
  if (expected.arrays.length !== actual.arrays.length) {
    throw new Error(`${what}: ${actual.arrays.length} arrays instead of ${expected.arrays.length}`);
  }
  for (const [i, array] of expected.arrays.entries()) {
    const other = actual.arrays[i];
    if (!other || other.name !== array.name || other.shape.join() !== array.shape.join()) {
      throw new Error(`${what}: ${other?.name} (${other?.shape}) instead of ${array.name} (${array.shape})`);
    }
    const isEach = expected.kinds.get(array.name) === 'each';
    const summed = !isEach && same !== 'bits' ? REORDERED : 0;
    const own = same === 'kernel' ? (expected.tolerances.get(array.name) ?? 0) : 0;
    // Entries of frames do not depend on the order in which frames are dealt out.
    const loose = same === 'kernel' || (same === 'order' && !isEach) ? (expected.loose.get(array.name) ?? 0) : 0;
    compareData(array.data, other.data, Math.max(summed, own, loose), `${what}: ${array.name}`);
  }
}
