import type { Triple } from '../grid.js';
import type { Matrix } from '../rigid.js';

/** From the first voxel of a row to its last, whole numbers; none when the first lies behind the last. */
export type Range = readonly [first: number, last: number];

/** The voxels of row (y, z) that `map` takes into the field of view, or out of it by up to `reach`: where three lines lie between two bounds each. */
export function viewOf(size: Triple, map: Matrix, y: number, z: number, reach: number): Range {
  let [low, high] = [0, size[0] - 1];
  for (let k = 0; k < 3; k++) {
    const slope = map[4 * k] ?? 0;
    const start = (map[4 * k + 1] ?? 0) * y + (map[4 * k + 2] ?? 0) * z + (map[4 * k + 3] ?? 0);
    const end = (size[k] ?? 1) - 1 + reach;
    if (slope === 0) {
      if (start < -reach || start > end) return [0, -1];
      continue;
    }
    const [one, other] = [(-reach - start) / slope, (end - start) / slope];
    low = Math.max(low, Math.min(one, other));
    high = Math.min(high, Math.max(one, other));
  }
  return low <= high ? [Math.ceil(low), Math.floor(high)] : [0, -1];
}

/** What all of the maps take into the field of view. */
export function viewOfAll(size: Triple, maps: readonly Matrix[], y: number, z: number, reach: number): Range {
  let [first, last] = [0, size[0] - 1];
  for (const map of maps) {
    const [low, high] = viewOf(size, map, y, z, reach);
    first = Math.max(first, low);
    last = Math.min(last, high);
  }
  return [first, last];
}
