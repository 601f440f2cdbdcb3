import { DTYPES, type NumericArray } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import { paintField } from './images.js';
import type { ImageDtype } from './params.js';

/** Which images are made of vectors, and where to. */
export interface GafImageOptions {
  /** Points of a vector, and so rows and columns of an image. */
  readonly size: number;
  /** `sum` when absent. */
  readonly field?: 'sum' | 'diff';
  /** `float32` when absent; levels of integers are those of the operator. */
  readonly dtype?: ImageDtype;
  /** An array of this dtype that is filled and handed back, instead of a new one. */
  readonly into?: NumericArray;
}

/**
 * Images made on demand of what the slot `vectors` of `gaf` keeps: the same bits as its slots `sum` and `diff`.
 *
 * @param vectors (series, 2, size): the cosines and then the sines of any number of series
 * @returns (series, size, size)
 * @throws UsageError for vectors of another size, or an array that does not fit the images
 */
export function gafImages(vectors: Float64Array, options: GafImageOptions): NumericArray {
  const { size, field = 'sum', dtype = 'float32' } = options;
  const series = vectors.length / (2 * size);
  if (!Number.isInteger(series) || size < 1) {
    throw new UsageError(
      'bad-vectors',
      `${vectors.length} numbers are no pairs of vectors of ${size} points: give whole entries of the slot vectors, and their size.`,
    );
  }
  const { array: Numbers } = DTYPES[dtype];
  const image = size * size;
  const into = options.into ?? new Numbers(series * image);
  if (!(into instanceof Numbers) || into.length !== series * image)
    throw new UsageError(
      'bad-target',
      `Images of ${dtype} of ${series} series need ${series * image} numbers of that type to go to.`,
    );
  for (let n = 0; n < series; n++) {
    const [x, y] = [0, 1].map((part) => vectors.subarray((2 * n + part) * size, (2 * n + part + 1) * size));
    if (x && y) paintField(field, { x, y }, dtype, into.subarray(n * image, (n + 1) * image));
  }
  return into;
}
