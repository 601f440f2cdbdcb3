import { UsageError } from '../../core/errors.js';
import { frameCount, type Stack } from '../../core/stack.js';
import { CONSTANT, INTENSITY, type Level, pairOf } from './fit/columns.js';
import type { Given } from './method.js';

/** A variance below this part of the mean square is rounding. */
const FLAT = 1e-10;

/** Whether numbers of this mean, and mean square, differ by more than rounding. */
export function varies(square: number, mean: number): boolean {
  return square - mean * mean > FLAT * square;
}

/** Below this a template tells nothing, whatever it shows. */
const FEWEST_POINTS = 32;

/** @throws UsageError when there is one frame and nothing else to move it onto, or two references */
export function checkSeries(stack: Stack, { reference, referenceImage }: Given): void {
  const hasReference = referenceImage.length > 0;
  if (hasReference && reference !== 'first') {
    throw new UsageError(
      'bad-value',
      `--reference ${reference} and --reference-image are two references: leave one of them out.`,
    );
  }
  if (frameCount(stack) > 1 || hasReference) return;
  throw new UsageError(
    'one-frame',
    'register moves frames onto each other, but there is one frame alone. Give a series, a list of files, or --reference-image.',
  );
}

/**
 * @param what the reference is, for people
 * @throws UsageError when nothing can be compared with the template of a reference
 */
export function checkTemplate({ pairs, count }: Level, what: string): void {
  const pair = (j: number, k: number) => pairs[pairOf(j, k)] ?? 0;
  const weight = pair(CONSTANT, CONSTANT);
  if (count < FEWEST_POINTS && weight > 0) {
    throw new UsageError(
      'few-points',
      `The template has ${count} points, too few to tell a motion by. Choose a smaller --spacing or --margin, or another --weight.`,
    );
  }
  if (!(weight > 0)) {
    throw new UsageError(
      'no-weight',
      'No voxel of the reference counts: --weight is 0 wherever --margin leaves anything. Give another mask, or a smaller --margin.',
    );
  }
  const square = pair(INTENSITY, INTENSITY) / weight;
  if (!varies(square, pair(INTENSITY, CONSTANT) / weight)) throw emptyReference(what);
}

/** The error of a reference that nothing can be compared with. */
export function emptyReference(what: string): UsageError {
  return new UsageError(
    'empty-reference',
    `The reference, ${what}, is empty: its voxels are all 0, not numbers, or alike. Choose another frame with --reference, or an image with --reference-image.`,
  );
}
