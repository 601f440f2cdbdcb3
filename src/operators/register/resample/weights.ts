import { splineWeights } from '../spline.js';

/** How a frame is sampled at positions between its voxels. */
export type Interpolation = 'linear' | 'cubic' | 'bspline4' | 'bspline5';

/** Samples along one axis that a position is interpolated from. */
export const TAPS: Readonly<Record<Interpolation, number>> = { linear: 2, cubic: 4, bspline4: 5, bspline5: 6 };

/**
 * The voxel that a position belongs to: the nearest for an odd number of taps, else the one below. Those beyond the last
 * voxel, by what still counts as in view, belong to the last cell.
 */
export function cellOf(x: number, length: number, taps: number): number {
  const [cell, last] = taps === 5 ? [Math.floor(x + 0.5), length - 1] : [Math.floor(x), length - 2];
  return Math.max(0, Math.min(cell, last));
}

/** Taps before the voxel that a position belongs to. */
export function tapsBefore(taps: number): number {
  return taps === 2 ? 0 : taps === 4 ? 1 : 2;
}

/** B-spline of degree 4 at -2 - t to 2 - t, for t from -1/2 to 1/2. */
function quartic(t: number, out: Float64Array, from: number): void {
  const [u, v, s] = [0.5 - t, 0.5 + t, t * t];
  out[from] = (u * u * u * u) / 24;
  out[from + 1] = 19 / 96 - t * (11 / 24 - t * (1 / 4 + t * (1 / 6 - t / 6)));
  out[from + 2] = 115 / 192 - s * (5 / 8 - s / 4);
  out[from + 3] = 19 / 96 + t * (11 / 24 + t * (1 / 4 - t * (1 / 6 + t / 6)));
  out[from + 4] = (v * v * v * v) / 24;
}

/** B-spline of degree 5 at -2 - t to 3 - t, for t from 0 to 1. */
function quintic(t: number, out: Float64Array, from: number): void {
  const u = 1 - t;
  const [s, r] = [t * t, u * u];
  out[from] = (r * r * u) / 120;
  out[from + 1] = 13 / 60 - t * (5 / 12 - t * (1 / 6 + t * (1 / 6 - t * (1 / 6 - t / 24))));
  out[from + 2] = 11 / 20 - s * (1 / 2 - s * (1 / 4 - t / 12));
  out[from + 3] = 11 / 20 - r * (1 / 2 - r * (1 / 4 - u / 12));
  out[from + 4] = 13 / 60 - u * (5 / 12 - u * (1 / 6 + u * (1 / 6 - u * (1 / 6 - u / 24))));
  out[from + 5] = (s * s * t) / 120;
}

/** The weights of the taps at fraction `t` from the voxel that a position belongs to, into `out` from `from` on. */
export function weightsAt(taps: number, t: number, out: Float64Array, from: number): void {
  if (taps === 4) splineWeights(t, out, from);
  else if (taps === 5) quartic(t, out, from);
  else if (taps === 6) quintic(t, out, from);
  else {
    out[from] = 1 - t;
    out[from + 1] = t;
  }
}
