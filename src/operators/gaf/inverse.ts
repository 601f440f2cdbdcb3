import type { NumericArray } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';

/** What an image of the sum field does not hold itself. */
export interface InverseOptions {
  /** What the series was scaled to; it must not be negative. */
  readonly range: readonly [lo: number, hi: number];
  /** Least and largest value before scaling, as the slot `limits` has them. */
  readonly limits: readonly [min: number, max: number];
}

/**
 * The series (averaged to `size` points) behind an image of the sum field: x = sqrt((G_ii + 1) / 2) on the diagonal, then the
 * scaling undone.
 *
 * @param image (size, size); 8 and 16 bit images are taken for levels, and give the series as closely as these do
 * @throws UsageError for a range with negative numbers, whose signs the diagonal does not show, and an image that is not square
 */
export function inverseGaf(image: NumericArray, { range, limits }: InverseOptions): Float64Array {
  const [lo, hi] = range;
  const size = Math.sqrt(image.length);
  if (!(lo >= 0 && hi > lo && hi <= 1)) {
    throw new UsageError(
      'not-invertible',
      `A field of the range ${lo},${hi} cannot be inverted: its diagonal holds squares. Make it with --range 0,1.`,
    );
  }
  if (!Number.isInteger(size))
    throw new UsageError('not-square', `An image of ${image.length} pixels is not square: give the sum of one series.`);
  const half = image instanceof Uint8Array ? 127.5 : image instanceof Uint16Array ? 32767.5 : 0;
  const [min, max] = limits;
  return Float64Array.from({ length: size }, (_, i) => {
    const stored = image[i * (size + 1)] ?? Number.NaN;
    const g = half > 0 ? stored / half - 1 : stored;
    const x = Math.sqrt(Math.max(0, (g + 1) / 2));
    return min + ((x - lo) / (hi - lo)) * (max - min);
  });
}
