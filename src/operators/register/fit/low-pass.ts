import type { Grid } from '../grid.js';
import { splineFilter } from '../spline.js';
import type { Filters } from './smooth.js';

const ALONE = Float64Array.of(1);

/** Standard deviation of a flat kernel's Gaussian, of its full width at half maximum. */
const SIGMA = 0.5652;

/** What the taps that are left out may add up to, of all: template and frames go through the same filter, so it need not be exact. */
const CUT = 3e-3;

/**
 * The Gaussian kernel of fourth order, (3 - x^2) / 2 times the Gaussian (Wand and Schucany 1990): its response stays near 1 for longer than
 * that of a Gaussian and falls as fast, so that what is fine but not too fine to interpolate counts.
 */
function flatKernel(sigma: number): number[] {
  const half = Math.ceil(6 * sigma);
  const values = Array.from({ length: 2 * half + 1 }, (_, i) => {
    const x = (i - half) / sigma;
    return ((3 - x * x) / 2) * Math.exp((-x * x) / 2);
  });
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => value / total);
}

/** One half of the filter that makes cubic B-spline coefficients of samples smoothed by a flat kernel. @param width in samples */
function flatFilter(width: number): Float64Array {
  const spline = splineFilter(0);
  if (width === 0) return spline;
  const kernel = flatKernel(SIGMA * width);
  const half = (kernel.length - 1) / 2;
  const taps = Array.from({ length: half + spline.length }, (_, k) =>
    kernel.reduce((sum, value, i) => sum + value * (spline[Math.abs(k - (i - half))] ?? 0), 0),
  );
  let kept = taps.length;
  for (let rest = 0; kept > 1; kept--) {
    rest += 2 * Math.abs(taps[kept - 1] ?? 0);
    if (rest > CUT) break;
  }
  const total = taps.slice(1, kept).reduce((sum, tap) => sum + 2 * tap, taps[0] ?? 0);
  return Float64Array.from(taps.slice(0, kept), (tap) => tap / total);
}

/** Filters that turn samples into the cubic spline coefficients of their smoothed selves. @param fwhm mm */
export function lowPassOf({ size, voxel }: Grid, fwhm: number): Filters {
  const along = (k: 0 | 1 | 2) => (size[k] === 1 ? ALONE : flatFilter(fwhm / voxel[k]));
  return [along(0), along(1), along(2)];
}
