/** Pixels of a band; fewer are not worth clearing accumulators for. */
const BAND_PIXELS = 2 ** 18;

/** Bins whose accumulators for all bands still fit a cache. */
const MAX_BINS = 16384;

/**
 * Runs of pixels that are summed apart and added up in order. They depend on the frame alone, so that a frame gives the same
 * bits whether one worker sums all bands or several share them.
 *
 * @returns starts of the bands and, last, the number of pixels
 */
export function bandsOf(pixels: number, bins: number): number[] {
  const count = bins > MAX_BINS ? 1 : Math.max(1, Math.min(8, Math.floor(pixels / BAND_PIXELS)));
  return Array.from({ length: count + 1 }, (_, k) => Math.floor((pixels * k) / count));
}

/** First index of an ascending list whose value is not below `value`. */
export function lowerBound(list: Uint32Array, value: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The share of member `rank` of a team among `count` things: from, to. */
export function shareOf(count: number, rank: number, size: number): readonly [number, number] {
  return [Math.floor((count * rank) / size), Math.floor((count * (rank + 1)) / size)];
}
