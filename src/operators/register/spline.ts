/** The pole of the cubic B-spline: its interpolation filter falls off by this factor a sample (Unser 1999). */
const POLE = Math.sqrt(3) - 2;

/** What the taps that are left out of a filter may add up to, of all. */
const CUT = 1e-6;

/** Sigma of a Gaussian of full width at half maximum 1. */
const SIGMA = 1 / Math.sqrt(8 * Math.LN2);

/** Taps of the interpolation filter that still count. */
const REACH = 14;

/**
 * One half, from the middle on, of the symmetric filter that makes cubic B-spline coefficients of samples smoothed by a Gaussian.
 *
 * @param width full width at half maximum of the Gaussian, in samples; 0 interpolates the samples as they are
 */
export function splineFilter(width: number): Float64Array {
  const sigma = width * SIGMA;
  const half = Math.ceil(6 * sigma);
  const bell = Array.from({ length: 2 * half + 1 }, (_, i) =>
    sigma > 0 ? Math.exp(-0.5 * ((i - half) / sigma) ** 2) : 1,
  );
  const total = bell.reduce((sum, value) => sum + value, 0);
  const inverse = (k: number) => ((-6 * POLE) / (1 - POLE * POLE)) * POLE ** Math.abs(k);
  const taps = Array.from({ length: half + REACH + 1 }, (_, k) =>
    bell.reduce((sum, value, i) => sum + (value / total) * inverse(k - (i - half)), 0),
  );
  let kept = taps.length;
  for (let rest = 0; kept > 1; kept--) {
    rest += 2 * Math.abs(taps[kept - 1] ?? 0);
    if (rest > CUT) break;
  }
  return Float64Array.from(taps.slice(0, kept));
}

/** The four weights of a cubic B-spline at fraction `t` beyond the second of four samples, into `out` from `from` on. */
export function splineWeights(t: number, out: Float64Array, from: number): void {
  const u = 1 - t;
  out[from] = (u * u * u) / 6;
  out[from + 1] = 2 / 3 - t * t * (1 - t / 2);
  out[from + 2] = 2 / 3 - u * u * (1 - u / 2);
  out[from + 3] = (t * t * t) / 6;
}

/** The derivatives of those weights. */
export function splineSlopes(t: number, out: Float64Array, from: number): void {
  const u = 1 - t;
  out[from] = (-u * u) / 2;
  out[from + 1] = t * (1.5 * t - 2);
  out[from + 2] = u * (2 - 1.5 * u);
  out[from + 3] = (t * t) / 2;
}
