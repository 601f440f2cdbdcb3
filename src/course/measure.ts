import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What was measured, and what came out of it. */
export interface Measured<T> {
  /** Median wall time of the runs. */
  readonly seconds: number;
  /** Result of the last run. */
  readonly value: T;
}

/**
 * Times a piece of work: once to warm up, which is not counted, then `runs` times, of which the median counts. What the work
 * started has ended when its promise resolves; the clock is not stopped before.
 *
 * @param runs odd, so that there is a middle one
 */
export async function measure<T>(work: () => T | Promise<T>, runs = 5): Promise<Measured<T>> {
  let value = await work();
  const seconds: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    value = await work();
    seconds.push((performance.now() - start) / 1000);
  }
  seconds.sort((a, b) => a - b);
  return { seconds: seconds[seconds.length >> 1] ?? 0, value };
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/**
 * Bytes of typed arrays that a piece of work has made and still holds. What nobody holds any more is swept out first.
 * JavaScript's own objects are not counted, and neither are pages of files that the system keeps.
 */
export async function heldBytes<T>(work: () => T | Promise<T>): Promise<{ readonly bytes: number; readonly value: T }> {
  // The memory of arrays is given back beside the collection; the next one waits for that.
  collectGarbage();
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  const value = await work();
  return { bytes: Math.max(0, process.memoryUsage().arrayBuffers - before), value };
}

/** Largest absolute difference of two arrays, relative to the largest value of the first; infinite when lengths differ. */
export function difference(expected: ArrayLike<number>, found: ArrayLike<number>): number {
  if (expected.length !== found.length) return Number.POSITIVE_INFINITY;
  let [largest, worst] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [expected[i] ?? 0, found[i] ?? 0];
    largest = Math.max(largest, Math.abs(a));
    // Equal infinities differ by NaN; a NaN where a number belongs must not pass.
    if (!Object.is(a, b)) worst = Math.max(worst, Number.isNaN(a - b) ? Number.POSITIVE_INFINITY : Math.abs(a - b));
  }
  return worst === 0 ? 0 : worst / (largest || 1);
}

/** Numbers that look random and are the same in every run, from 0 up to 1: counted through, and each count stirred. */
export function sampleNumbers(count: number, seed = 1): Float64Array<ArrayBuffer> {
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    // A Weyl sequence through the last step of MurmurHash3: no pattern in the low digits that sums would show.
    let state = Math.imul(seed * 65_537 + i, 0x9e3779b9);
    state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    // No power of two, so that the digits fill a float64 and sums have to round.
    numbers[i] = ((state ^ (state >>> 16)) >>> 0) / (2 ** 32 + 15);
  }
  return numbers;
}
