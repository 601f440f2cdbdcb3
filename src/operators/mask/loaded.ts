import { UsageError } from '../../core/errors.js';
import type { LoadedArray } from '../../core/operator.js';
import type { ArrayInput } from '../../core/params.js';
import { formatShape, product } from '../../core/stack.js';
import type { Weights } from './detectors.js';

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, i) => extent === b[i]);
}

/**
 * The masks in one loaded array: one of the shape of a frame, or n of them along a first dimension.
 *
 * @throws UsageError for another shape, and for weights that are not finite
 */
export function loadedMasks(input: ArrayInput, array: LoadedArray, frameShape: readonly number[]): Weights[] {
  const name = typeof input === 'string' ? input : 'the array given as mask';
  const { shape, data } = array;
  const many = shape.length === frameShape.length + 1 && sameShape(shape.slice(1), frameShape);
  if (!many && !sameShape(shape, frameShape)) {
    throw new UsageError(
      'mask-shape',
      `The mask ${name} has shape ${formatShape(shape)}, but a frame is ${formatShape(frameShape)}. ` +
        `Give a mask of ${formatShape(frameShape)}, or several as n x ${formatShape(frameShape)}.`,
      { mask: shape.join(','), frame: frameShape.join(',') },
    );
  }
  const pixels = product(frameShape);
  const count = many ? (shape[0] ?? 0) : 1;
  if (count === 0 || data.length !== count * pixels) {
    throw new UsageError(
      'mask-shape',
      `The mask ${name} has shape ${formatShape(shape)} but holds ${data.length} numbers. Check how it was made.`,
    );
  }
  return Array.from({ length: count }, (_, i) => {
    const weights = new Float64Array(data.subarray(i * pixels, (i + 1) * pixels));
    const bad = weights.findIndex((weight) => !Number.isFinite(weight));
    if (bad >= 0) {
      throw new UsageError(
        'mask-values',
        `The mask ${name} holds ${weights[bad]} at element ${i * pixels + bad}. Weights must be finite numbers.`,
        { element: i * pixels + bad },
      );
    }
    return { data: weights, label: many ? `mask ${name} [${i}]` : `mask ${name}` };
  });
}
