import type { NamedArray } from '../core/sink.js';
import { formatShape } from '../core/stack.js';

/** A few numbers that tell whether a result makes sense. */
export interface Statistics {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** NaN where a value is: a sum without it would pass for the whole. */
  readonly sum: number;
  /** Values that are no number; min, max and mean are those of the rest. */
  readonly missing: number;
}

export function statisticsOf(array: NamedArray): Statistics {
  let [min, max, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  let missing = 0;
  for (const value of array.data) {
    if (Number.isNaN(value)) {
      missing++;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const dtype = array.data.constructor.name.replace('Array', '').toLowerCase();
  return {
    name: array.name,
    shape: array.shape,
    dtype,
    unit: array.unit,
    min,
    max,
    mean: sum / (array.data.length - missing),
    sum: missing > 0 ? Number.NaN : sum,
    missing,
  };
}

const digits = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(7));

/** One line for each result. */
export function describeArrays(arrays: readonly NamedArray[]): string[] {
  return arrays.map((array) => {
    const { min, max, mean, missing } = statisticsOf(array);
    if (missing > 0 && missing === array.data.length) return `${array.name}: ${formatShape(array.shape)}, all NaN`;
    const unit = array.unit ? ` ${array.unit}` : '';
    if (array.shape.length === 0) return `${array.name}: ${array.data[0]}${unit}`;
    return `${array.name}: ${formatShape(array.shape)}, min ${digits(min)}, max ${digits(max)}, mean ${digits(mean)}${unit}${missing > 0 ? `, ${missing} NaN` : ''}`;
  });
}
