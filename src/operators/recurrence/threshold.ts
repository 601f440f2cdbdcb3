import { UsageError } from '../../core/errors.js';
import { linearQuantile } from '../quantile.js';
import type { PlaneMath } from './plane.js';

/** Which distances count as recurrences: none (distances themselves), those below a number, below a percentile, below a share of the largest. */
export type Threshold =
  | { readonly kind: 'none' }
  | { readonly kind: 'number'; readonly limit: number }
  | { readonly kind: 'point' | 'distance'; readonly percentage: number };

/** @throws UsageError for a text that is neither a positive number nor one of the words */
export function parseThreshold(text: string, percentage: number): Threshold {
  if (text === 'none') return { kind: 'none' };
  if (text === 'point' || text === 'distance') return { kind: text, percentage };
  const limit = text.trim() === '' ? Number.NaN : Number(text);
  if (!(limit > 0 && limit < Number.POSITIVE_INFINITY)) {
    throw new UsageError('bad-value', `--threshold takes none, point, distance or a number above 0, not '${text}'.`);
  }
  return { kind: 'number', limit };
}

/**
 * The distance below which two points of a plane recur; null when distances are kept.
 *
 * @param plane (count, count) distances: symmetric, 0 on the diagonal
 * @param upper scratch memory for the distances above the diagonal, for percentiles
 */
export function limitOf(
  threshold: Threshold,
  plane: Float64Array,
  count: number,
  upper: Float64Array,
  math: PlaneMath,
): number | null {
  switch (threshold.kind) {
    case 'none':
      return null;
    case 'number':
      return threshold.limit;
    case 'distance': {
      let largest = 0;
      for (const value of plane) if (value > largest) largest = value;
      return (threshold.percentage / 100) * largest;
    }
    case 'point': {
      for (let i = 0, at = 0; i < count; i++) {
        const row = plane.subarray(i * count + i + 1, (i + 1) * count);
        upper.set(row, at);
        at += row.length;
      }
      // Of all distances in order, the first are the zeros of the diagonal; each of the others comes twice.
      let [found, value] = [-1, 0];
      const at = (rank: number) => {
        const above = (rank - count) >> 1;
        if (above !== found) value = rank < count ? 0 : math.ranked(upper, above);
        found = above;
        return value;
      };
      return linearQuantile(plane.length, threshold.percentage / 100, at);
    }
  }
}
