// Which voxels of a row a map keeps in view: where three lines lie between two bounds each.
import { volumeSize } from './_spline.as';

let low: f64 = 0, high: f64 = 0;

/** Starts with the whole row. */
export function wholeRow(): void {
  low = 0;
  high = <f64>(volumeSize(0) - 1);
}

/** Keeps of row (y, z) what the 3 x 4 float64 `map` takes into the field of view, or out of it by up to `reach` voxels. */
export function narrow(map: usize, y: f64, z: f64, reach: f64): void {
  for (let k = 0; k < 3; k++, map += 32) {
    const slope = load<f64>(map);
    const start = load<f64>(map, 8) * y + load<f64>(map, 16) * z + load<f64>(map, 24);
    const end = <f64>volumeSize(k) - 1 + reach;
    if (slope == 0) {
      if (start < -reach || start > end) high = -1;
      continue;
    }
    const one = (-reach - start) / slope, other = (end - start) / slope;
    low = max(low, min(one, other));
    high = min(high, max(one, other));
  }
}

/** First voxel of what is left. */
@inline
export function viewFirst(): i32 {
  return low <= high ? <i32>ceil(low) : 0;
}

/** Last voxel of what is left, before the first one when nothing is. */
@inline
export function viewLast(): i32 {
  return low <= high ? <i32>floor(high) : -1;
}
