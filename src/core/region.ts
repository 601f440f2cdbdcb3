import { UsageError } from './errors.js';
import { formatShape, product } from './stack.js';

/** A part of an array: from `start` up to, without, `stop` along each axis, null for all of it. Axes that are left out are whole. */
export type Region = readonly (readonly [start: number, stop: number] | null)[];

/** A region with both ends of every axis. */
export interface Box {
  readonly starts: readonly number[];
  readonly shape: readonly number[];
}

/** The region of an array that is meant. @throws UsageError for one that lies outside, is empty or has too many axes */
export function boxOf(region: Region, shape: readonly number[], what: string): Box {
  if (region.length > shape.length)
    throw new UsageError('bad-region', `${what} has ${shape.length} axes, but the region has ${region.length}.`);
  const starts: number[] = [];
  const extents: number[] = [];
  for (const [axis, extent] of shape.entries()) {
    const [start, stop] = region[axis] ?? [0, extent];
    const isInside = Number.isInteger(start) && Number.isInteger(stop) && start >= 0 && stop <= extent && start < stop;
    if (!isInside)
      throw new UsageError(
        'bad-region',
        `${what}: ${start} to ${stop} along axis ${axis} lies outside 0 to ${extent}, or is empty. Its shape is ${formatShape(shape)}.`,
        { axis, start, stop, extent },
      );
    starts.push(start);
    extents.push(stop - start);
  }
  return { starts, shape: extents };
}

/**
 * Goes over the runs of a box whose elements lie one behind the other in the array, in ascending order.
 *
 * @param visit is given the number of a run's first element in the array, and in the box; all runs are equally long
 */
export function eachRun(
  { starts, shape: extents }: Box,
  shape: readonly number[],
  visit: (inArray: number, inBox: number, length: number) => void,
): void {
  // The last axes are whole, and the one before them is in one piece.
  let inner = shape.length - 1;
  while (inner > 0 && extents[inner] === shape[inner]) inner--;
  const below = product(shape.slice(inner + 1));
  const length = (extents[inner] ?? 1) * below;
  const strides = shape.map((_, axis) => product(shape.slice(axis + 1)));
  const origin = starts.reduce((sum, start, axis) => sum + start * (strides[axis] ?? 1), 0);
  const counter = extents.slice(0, Math.max(0, inner)).map(() => 0);
  let [inArray, inBox] = [origin, 0];
  for (;;) {
    visit(inArray, inBox, length);
    inBox += length;
    let axis = counter.length - 1;
    for (; axis >= 0; axis--) {
      const stride = strides[axis] ?? 1;
      const next = (counter[axis] ?? 0) + 1;
      if (next < (extents[axis] ?? 1)) {
        counter[axis] = next;
        inArray += stride;
        break;
      }
      counter[axis] = 0;
      inArray -= ((extents[axis] ?? 1) - 1) * stride;
    }
    if (axis < 0) return;
  }
}
