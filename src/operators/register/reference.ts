import type { NumericArray } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import type { LoadedArray, PrepareContext } from '../../core/operator.js';
import { formatShape, frameCount, product, type Stack } from '../../core/stack.js';
import type { Given } from './method.js';
import type { RegisterParams } from './params.js';

/** The one image of an option, of the shape of a frame; null when none was given. */
export async function loadImage(
  context: PrepareContext<RegisterParams>,
  flag: string,
  all: Given['weight'],
): Promise<NumericArray | null> {
  const [input, ...rest] = all;
  if (input === undefined) return null;
  if (rest.length > 0) throw new UsageError('bad-value', `--${flag} takes one image, not ${all.length}.`);
  const { shape, data }: LoadedArray = await context.load(input);
  const { frameShape } = context.stack;
  if (
    product(shape) !== product(frameShape) ||
    shape.filter((n) => n > 1).join() !== frameShape.filter((n) => n > 1).join()
  ) {
    throw new UsageError(
      'wrong-shape',
      `--${flag} has shape ${formatShape(shape)}, but a frame is ${formatShape(frameShape)}.`,
    );
  }
  return data;
}

/** The number of the frame that others are moved onto. */
export function referenceFrame({ reference }: Given, stack: Stack): number {
  if (reference === 'first' || reference === 'mean') return 0;
  const frame = Number(reference);
  const frames = frameCount(stack);
  if (Number.isInteger(frame) && frame >= 0 && frame < frames) return frame;
  throw new UsageError(
    'bad-value',
    `--reference takes first, mean, or the number of a frame from 0 to ${frames - 1}, not '${reference}'.`,
  );
}
