import type { NumericArray } from '../../core/dtype.js';
import type { Precision } from '../fourier/precision.js';
import type { Geometry } from './geometry.js';

const asIs = (value: number): number => value;

/**
 * Correlates one frame by the four loops of the definition. Every product and every sum is rounded to `precision`, in the order of the
 * template, as kernels do it.
 *
 * @param data frames, of which one begins at `first`
 */
export function correlateNaive(
  data: NumericArray,
  first: number,
  template: NumericArray,
  geometry: Geometry,
  precision: Precision,
  out: NumericArray,
): void {
  const { height, width, templateHeight, templateWidth, outHeight, outWidth, above, before } = geometry;
  const rounded = precision === 'float32' ? Math.fround : asIs;
  for (let i = 0; i < outHeight; i++) {
    const [firstA, lastA] = [Math.max(0, above - i), Math.min(templateHeight, height + above - i)];
    for (let j = 0; j < outWidth; j++) {
      const [firstB, lastB] = [Math.max(0, before - j), Math.min(templateWidth, width + before - j)];
      let sum = 0;
      for (let a = firstA; a < lastA; a++) {
        const row = first + (i - above + a) * width + j - before;
        for (let b = firstB; b < lastB; b++) {
          const weight = template[a * templateWidth + b] ?? 0;
          sum = rounded(sum + rounded(weight * rounded(data[row + b] ?? 0)));
        }
      }
      out[i * outWidth + j] = sum;
    }
  }
}
