/** The error function, by its series of positive terms (Abramowitz and Stegun 7.1.6), to the last few bits. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  let term = size;
  let sum = size;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (2 * size * size) / (2 * n + 1);
    sum += term;
  }
  return (Math.sign(x) * 2 * Math.exp(-size * size) * sum) / Math.sqrt(Math.PI);
}

/**
 * Taps -h to h of a Gaussian convolved with a triangle of half width 1, as SPM smooths: h = round(6 sigma), nothing below 0, the sum
 * left as it is.
 *
 * @param sigma in voxels
 * @param most taps farther away than this never meet a voxel
 */
export function smoothingTaps(sigma: number, most: number): Float64Array {
  const s = sigma * sigma + Number.EPSILON;
  const [w1, w2, w3] = [0.5 * Math.sqrt(2 / s), -1 / (2 * s), Math.sqrt(s / (2 * Math.PI))];
  const reach = Math.min(most, Math.round(6 * sigma));
  const edge = (x: number) => erf(w1 * x) * x;
  const bell = (x: number) => Math.exp(w2 * x * x);
  return Float64Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const x = i - reach;
    const steps = edge(x + 1) + edge(x - 1) - 2 * edge(x);
    return Math.max(0, 0.5 * steps + w3 * (bell(x + 1) + bell(x - 1) - 2 * bell(x)));
  });
}
