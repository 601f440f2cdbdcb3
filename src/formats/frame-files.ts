import { UsageError } from '../core/errors.js';
import { product } from '../core/stack.js';
import { baseName, inFolderOf } from '../io/path.js';
import { type Announced, isCoordinate } from './measured.js';

const MARK = /\{\}|%(0?)(\d*)d/;

/** True for an output name with a place for the number of a frame: `curve_{}.xy`, `curve_%05d.xy`. */
export function isFramePattern(path: string): boolean {
  return MARK.test(baseName(path));
}

/** The file of frame `n`; `{}` is as wide as the last number of `count` frames needs. */
function frameFile(path: string, n: number, count: number): string {
  const name = baseName(path).replace(MARK, (mark, zero: string | undefined, width: string | undefined) =>
    mark === '{}'
      ? String(n).padStart(String(count - 1).length, '0')
      : String(n).padStart(Number(width ?? 0), zero === '0' ? '0' : ' '),
  );
  return inFolderOf(path, name);
}

/** Trailing dimensions of the entry of one frame; 0 when it is no curve, map or image. */
const entryRank = ({ coordinates, image }: Announced): number => coordinates || (image ?? 0);

const leadingOf = (array: Announced): readonly number[] => array.shape.slice(0, array.shape.length - entryRank(array));

/** The entry of frame `n`, without the dimensions of the scan. */
function entryOf<A extends Announced>(array: A, n: number): A {
  const leading = leadingOf(array).length;
  const shape = array.shape.slice(leading);
  const size = product(shape);
  const data = array.data ? { data: array.data.subarray(n * size, (n + 1) * size) } : {};
  return { ...array, shape, axes: array.axes.slice(leading), ...data };
}

/**
 * The arrays of every frame with the file they go to; coordinates of bins go into each.
 *
 * @throws UsageError when a result is not one curve, map or image per frame
 */
export function perFrame<A extends Announced>(path: string, arrays: readonly A[]): { path: string; arrays: A[] }[] {
  const values = arrays.filter((array) => !isCoordinate(array));
  const count = product(leadingOf(values[0] ?? { name: '', shape: [], axes: [], unit: '' }));
  const other = values.find((array) => entryRank(array) === 0 || product(leadingOf(array)) !== count);
  if (other || values.length === 0) {
    throw new UsageError(
      'no-frames',
      `${path} asks for a file per frame, but ${other?.name ?? 'the result'} is not one curve, map or image per frame. Leave out {}.`,
      { path },
    );
  }
  return Array.from({ length: count }, (_, n) => ({
    path: frameFile(path, n, count),
    arrays: arrays.map((array) => (isCoordinate(array) ? array : entryOf(array, n))),
  }));
}
