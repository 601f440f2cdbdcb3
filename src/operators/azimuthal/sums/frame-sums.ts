/** Numbers per bin of a running integration: sum of the signal, sum of its variance. */
export const SUM_STRIDE = 2;

/** Numbers per bin that invalid pixels take away: coefficients, norm, dark. */
export const MISS_STRIDE = 3;

/** What does not depend on the frame, per bin, float64. */
export interface StaticSums {
  /** Sum of the coefficients: how many pixels the bin holds. */
  readonly count: Float64Array;
  /** Sum of coefficient x normalisation. */
  readonly norm: Float64Array;
  /** Sum of coefficient x dark current; of length 0 without one. */
  readonly dark: Float64Array;
}

/** Sums of one frame: (bins, 2) and, where pixels were invalid, (bins, 3), both float64. */
export interface FrameSums {
  readonly sums: Float64Array;
  readonly missed: Float64Array | null;
}

/** Where the result of one frame goes, from index `at` on. */
export interface CurveTarget {
  readonly intensity: Float32Array;
  readonly sigma: Float32Array | null;
  readonly at: number;
}

/**
 * Intensity S / N and, with an error model, its standard error sqrt(V) / N; 0 in a bin that holds no valid pixel.
 *
 * @param scale normalisation of this frame alone, such as a monitor count
 */
export function writeCurve(frame: FrameSums, fixed: StaticSums, scale: number, target: CurveTarget): void {
  const { sums, missed } = frame;
  const { intensity, sigma, at } = target;
  const hasDark = fixed.dark.length > 0;
  for (let b = 0; b < fixed.count.length; b++) {
    const lost = b * MISS_STRIDE;
    const count = (fixed.count[b] ?? 0) - (missed?.[lost] ?? 0);
    const norm = ((fixed.norm[b] ?? 0) - (missed?.[lost + 1] ?? 0)) * scale;
    // What is left of a bin all of whose pixels were invalid is a rounding error of the subtraction.
    const isEmpty = count <= 1e-9 * (fixed.count[b] ?? 0) || !(norm > 0);
    const dark = hasDark ? (fixed.dark[b] ?? 0) - (missed?.[lost + 2] ?? 0) : 0;
    intensity[at + b] = isEmpty ? 0 : ((sums[b * SUM_STRIDE] ?? 0) - dark) / norm;
    if (sigma) sigma[at + b] = isEmpty ? 0 : Math.sqrt(sums[b * SUM_STRIDE + 1] ?? 0) / norm;
  }
}

/** The averages of rings, (bins, 2), divided by the normalisation of this frame alone. */
export function writeRings(averages: Float64Array, scale: number, { intensity, sigma, at }: CurveTarget): void {
  for (let b = 0; 2 * b < averages.length; b++) {
    intensity[at + b] = (averages[2 * b] ?? 0) / scale;
    if (sigma) sigma[at + b] = (averages[2 * b + 1] ?? 0) / scale;
  }
}
