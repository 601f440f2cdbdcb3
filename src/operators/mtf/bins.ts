import { linearQuantile } from '../quantile.js';
import { normalQuantile } from './normal.js';

/** How the edges between bins are chosen. */
export type BinRule = 'quantile' | 'uniform' | 'normal';

/**
 * The inner edges between bins, ascending: one less than there are bins. Edges of quantiles may coincide; the bin between
 * them then stays empty.
 *
 * @param sorted scratch memory as long as the series
 */
export function binEdges(rule: BinRule, series: Float64Array, sorted: Float64Array, edges: Float64Array): void {
  const bins = edges.length + 1;
  if (rule === 'normal') {
    for (let k = 1; k < bins; k++) edges[k - 1] = normalQuantile(k * (1 / bins));
    return;
  }
  sorted.set(series);
  sorted.sort();
  const [low, high] = [sorted[0] ?? 0, sorted[sorted.length - 1] ?? 0];
  const at = (rank: number) => sorted[rank] ?? 0;
  for (let k = 1; k < bins; k++) {
    edges[k - 1] =
      rule === 'uniform'
        ? k * ((high - low) / bins) + low
        : linearQuantile(sorted.length, (k * (100 / bins)) / 100, at);
  }
}

/** The number of the bin of every point: how many edges are smaller, so that a point on an edge lies below it. */
export function binPoints(series: Float64Array, edges: Float64Array, bins: Uint16Array): void {
  for (let t = 0; t < series.length; t++) {
    const value = series[t] ?? 0;
    let [low, high] = [0, edges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((edges[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    bins[t] = low;
  }
}
