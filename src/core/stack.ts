import { DTYPES, type Dtype } from './dtype.js';
import { UsageError } from './errors.js';

/** What one dimension means: coordinate of index i = origin + i * step, in `unit` (empty when unknown). */
export interface Axis {
  readonly name: string;
  readonly unit: string;
  readonly step: number;
  readonly origin: number;
}

/**
 * An array of equally shaped frames on a grid of positions. The full array has shape `[...stackShape, ...frameShape]`,
 * row-major; `axes` describes every dimension of it in that order.
 */
export interface Stack {
  readonly stackShape: readonly number[];
  readonly frameShape: readonly number[];
  readonly dtype: Dtype;
  readonly axes: readonly Axis[];
}

export function product(shape: readonly number[]): number {
  return shape.reduce((total, extent) => total * extent, 1);
}

/** Number of frames: the product of the stack shape (1 for a single frame). */
export function frameCount(stack: Stack): number {
  return product(stack.stackShape);
}

export function framePixels(stack: Stack): number {
  return product(stack.frameShape);
}

/** Bytes of one decoded frame. */
export function frameBytes(stack: Stack): number {
  return framePixels(stack) * DTYPES[stack.dtype].bytes;
}

export function stackBytes(stack: Stack): number {
  return frameCount(stack) * frameBytes(stack);
}

export function fullShape(stack: Stack): number[] {
  return [...stack.stackShape, ...stack.frameShape];
}

/** `512 x 512 x 256 x 256`. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join(' x ');
}

/** An axis nobody described: named `axis0`, `axis1`, ..., in index units. */
export function plainAxis(index: number): Axis {
  return { name: `axis${index}`, unit: '', step: 1, origin: 0 };
}

/**
 * Splits the shape of a stored array into positions and frames.
 *
 * @param frameRank dimensions of a frame, 1-3; fewer dimensions than that make a stack of one frame
 */
export function makeStack(
  shape: readonly number[],
  dtype: Dtype,
  frameRank: number,
  axes: readonly Axis[] = shape.map((_, i) => plainAxis(i)),
): Stack {
  const cut = Math.max(0, shape.length - frameRank);
  return { stackShape: shape.slice(0, cut), frameShape: shape.slice(cut), dtype, axes };
}

/** The same frames on another grid of positions, such as a scan whose shape the file does not hold. */
export function reshapeStack(stack: Stack, stackShape: readonly number[]): Stack {
  const frames = frameCount(stack);
  if (product(stackShape) !== frames) {
    throw new UsageError(
      'scan-shape',
      `A scan of ${formatShape(stackShape)} needs ${product(stackShape)} frames, but the source holds ${frames}. ` +
        'Choose a --scan whose product is the number of frames, or select frames first with --frames.',
      { wanted: product(stackShape), frames },
    );
  }
  const frameAxes = stack.axes.slice(stack.stackShape.length);
  const kept = stackShape.length === stack.stackShape.length ? stack.axes.slice(0, stackShape.length) : [];
  const axes = kept.length > 0 ? kept : stackShape.map((_, i) => plainAxis(i));
  return { ...stack, stackShape: [...stackShape], axes: [...axes, ...frameAxes] };
}
