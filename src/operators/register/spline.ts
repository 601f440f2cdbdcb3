/** Degrees of the splines that frames are sampled by. */
export type Degree = 3 | 4 | 5;

/** Poles of the interpolation filters: their responses fall off by these factors a sample (Unser 1999). */
export const POLES: Readonly<Record<Degree, readonly number[]>> = {
  3: [Math.sqrt(3) - 2],
  4: [
    Math.sqrt(664 - Math.sqrt(438976)) + Math.sqrt(304) - 19,
    Math.sqrt(664 + Math.sqrt(438976)) - Math.sqrt(304) - 19,
  ],
  5: [
    Math.sqrt(67.5 - Math.sqrt(4436.25)) + Math.sqrt(26.25) - 6.5,
    Math.sqrt(67.5 + Math.sqrt(4436.25)) - Math.sqrt(26.25) - 6.5,
  ],
};

/** What the taps that are left out of a filter may add up to, of all. */
const CUT = 1e-6;

/** Sigma of a Gaussian of full width at half maximum 1. */
const SIGMA = 1 / Math.sqrt(8 * Math.LN2);

function bellOf(sigma: number): number[] {
  const half = Math.ceil(6 * sigma);
  const bell = Array.from({ length: 2 * half + 1 }, (_, i) =>
    sigma > 0 ? Math.exp(-0.5 * ((i - half) / sigma) ** 2) : 1,
  );
  const total = bell.reduce((sum, value) => sum + value, 0);
  return bell.map((value) => value / total);
}

/** What undoes one pole, as far as it counts: -p / (1 - p^2) p^|k| times the gain (1 - p)(1 - 1/p). */
function responseOf(pole: number, cut: number): number[] {
  const reach = Math.ceil(Math.log(cut / 100) / Math.log(Math.abs(pole)));
  const gain = ((1 - pole) * (1 - 1 / pole) * -pole) / (1 - pole * pole);
  return Array.from({ length: 2 * reach + 1 }, (_, i) => gain * pole ** Math.abs(i - reach));
}

function convolved(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: a.length + b.length - 1 }, (_, k) =>
    a.reduce((sum, value, i) => sum + value * (b[k - i] ?? 0), 0),
  );
}

/**
 * One half, from the middle on, of the symmetric filter that makes B-spline coefficients of samples smoothed by a Gaussian.
 *
 * @param width full width at half maximum of the Gaussian, in samples; 0 interpolates the samples as they are
 * @param cut what the taps left out may add up to, of all
 */
export function splineFilter(width: number, degree: Degree = 3, cut = CUT): Float64Array {
  const full = POLES[degree].map((pole) => responseOf(pole, cut)).reduce(convolved, bellOf(width * SIGMA));
  const taps = full.slice((full.length - 1) / 2);
  let kept = taps.length;
  for (let rest = 0; kept > 1; kept--) {
    rest += 2 * Math.abs(taps[kept - 1] ?? 0);
    if (rest > cut) break;
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
