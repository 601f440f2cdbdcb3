import type { Area } from './frame.js';
import type { Point } from './surface.js';

/** Where the bins of a curve and their values lie in a plot. */
export interface Places {
  readonly area: Area;
  readonly bins: number;
  /** Place of the middle of a bin, 0 to 1 from the left. */
  across(bin: number): number;
  /** Place of a value, 0 to 1 from the bottom; NaN where it has none. */
  up(value: number): number;
  /** What stands for values below the plot on a scale that has no place for them. */
  readonly lowest: number;
}

function pointAt({ area, across, up }: Places, bin: number, value: number): Point {
  // Infinities have no place either, and what is outside ends at the edge.
  const height = Number.isFinite(value) ? Math.max(-0.01, Math.min(1, up(value))) : Number.NaN;
  return [area.left + across(bin) * area.width, area.top + (1 - height) * area.height];
}

/**
 * The points of a curve that can be joined, in runs between gaps; where bins are narrower than pixels, two per column:
 * the lowest and the highest.
 */
export function runsOf(values: ArrayLike<number>, places: Places): Point[][] {
  const thin = places.bins > 2 * places.area.width;
  const runs: Point[][] = [];
  let run: Point[] = [];
  for (let i = 0; i < places.bins; i++) {
    const point = pointAt(places, i, values[i] ?? Number.NaN);
    if (Number.isNaN(point[1])) {
      if (run.length > 0) runs.push(run);
      run = [];
      continue;
    }
    const [before, last] = [run.at(-2), run.at(-1)];
    const column = Math.floor(point[0]);
    if (thin && before && last && Math.floor(before[0]) === column && Math.floor(last[0]) === column) {
      const [low, high] = [Math.min(before[1], last[1], point[1]), Math.max(before[1], last[1], point[1])];
      const rises = before[1] <= last[1];
      run.splice(-2, 2, [before[0], rises ? low : high], [last[0], rises ? high : low]);
    } else run.push(point);
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/** Closed outlines of values plus and minus their errors, one for each run between gaps. */
export function bandAround(values: ArrayLike<number>, errors: ArrayLike<number>, places: Places): Point[][] {
  const outlines: Point[][] = [];
  let [upper, lower]: [Point[], Point[]] = [[], []];
  const close = (): void => {
    if (upper.length > 0) outlines.push([...upper, ...lower.toReversed()]);
    [upper, lower] = [[], []];
  };
  // More bins than pixels share columns: there the band reaches around all of them.
  const share = Math.ceil(places.bins / places.area.width);
  for (let first = 0; first < places.bins; first += share) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = first; i < Math.min(places.bins, first + share); i++) {
      const [value, error] = [values[i] ?? Number.NaN, Math.abs(errors[i] ?? Number.NaN)];
      if (!Number.isFinite(value + error)) continue;
      low = Math.min(low, Math.max(places.lowest, value - error));
      high = Math.max(high, Math.max(places.lowest, value + error));
    }
    if (low > high) close();
    else {
      upper.push(pointAt(places, first, high));
      lower.push(pointAt(places, first, low));
    }
  }
  close();
  return outlines;
}
