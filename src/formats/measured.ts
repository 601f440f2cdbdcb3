import type { NumericArray } from '../core/dtype.js';
import type { NamedArray } from '../core/sink.js';
import { product } from '../core/stack.js';

/** What is known of a result before it is computed: everything but its numbers. */
export type Announced = Pick<NamedArray, 'name' | 'shape' | 'axes' | 'unit' | 'errorsOf' | 'coordinates' | 'image'> & {
  readonly data?: NumericArray;
};

/** A result with its standard uncertainties, where it has some. */
export interface Measured<A extends Announced = NamedArray> {
  readonly signal: A;
  readonly errors: A | null;
}

/** Coordinates may have been rounded on another way than origin + i * step. */
const SLACK = 1e-6;

/** True for an array that only repeats its own axis: the coordinates of bins, which others have as their axis. */
export function isCoordinate({ shape, axes, unit, data }: Announced): boolean {
  const [axis] = axes;
  if (shape.length !== 1 || !axis || unit === '' || axis.unit !== unit) return false;
  return (
    !data || data.every((value, i) => Math.abs(value - axis.origin - i * axis.step) <= SLACK * Math.abs(axis.step))
  );
}

/** Results to be shown: without coordinates, unless there is nothing else, and each with its uncertainties. */
export function measuredOf<A extends Announced>(arrays: readonly A[]): Measured<A>[] {
  const values = arrays.filter((array) => !isCoordinate(array));
  const shown = values.length > 0 ? values : arrays;
  const isErrors = (array: A): boolean => shown.some(({ name }) => name === array.errorsOf);
  return shown
    .filter((array) => !isErrors(array))
    .map((signal) => ({ signal, errors: shown.find(({ errorsOf }) => errorsOf === signal.name) ?? null }));
}

/** Dimensions that frames lie on: those before the coordinates of one entry. */
function leadingOf({ shape, coordinates = 1 }: Announced): readonly number[] {
  return shape.slice(0, Math.max(0, shape.length - coordinates));
}

/** True for a curve, or a series of curves, over an axis of its own. */
export function isCurves({ shape, coordinates }: Announced): boolean {
  return shape.length === 1 || (coordinates === 1 && shape.length > 0);
}

/** How many curves or maps an array holds. */
export function entryCount(array: Announced): number {
  return product(leadingOf(array));
}

/** Name of entry `n`: its position in the scan, `[3]` or `[1, 4]`; empty when there is one alone. */
export function entryName(array: Announced, n: number): string {
  const leading = leadingOf(array);
  if (product(leading) <= 1) return '';
  const index: number[] = [];
  let rest = n;
  for (const extent of leading.toReversed()) {
    index.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return `[${index.join(', ')}]`;
}

/**
 * The arrays that share a picture: a curve with its uncertainties; everything else alone. Coordinates are the axes of
 * others and get none.
 */
export function picturesOf<A extends Announced>(arrays: readonly A[]): A[][] {
  return measuredOf(arrays).flatMap(({ signal, errors }) => {
    if (!errors) return [[signal]];
    return isCurves(signal) && entryCount(signal) === 1 ? [[signal, errors]] : [[signal], [errors]];
  });
}
