/** Values at the ends of a colour map, and how they were found. */
export interface Limits {
  readonly low: number;
  readonly high: number;
  /** In words, for the picture. */
  readonly rule: string;
}

/** Percentiles are taken from at most this many values, evenly spread over the array. */
const SAMPLES = 2 ** 20;

/** Finite values in ascending order; evenly spread ones of a large array. */
export function sortedSample(values: ArrayLike<number>): Float64Array {
  const step = Math.max(1, Math.floor(values.length / SAMPLES));
  const sample: number[] = [];
  for (let i = 0; i < values.length; i += step) {
    const value = values[i] ?? Number.NaN;
    if (Number.isFinite(value)) sample.push(value);
  }
  return Float64Array.from(sample).sort();
}

/**
 * The 0.1 and 99.9 percentiles; equal values at both ends are pulled apart.
 *
 * @param symmetric limits of equal size on both sides of zero
 */
export function automaticLimits(values: ArrayLike<number>, symmetric: boolean): Limits {
  const sorted = sortedSample(values);
  if (sorted.length === 0) return { low: 0, high: 1, rule: 'no finite value' };
  const at = (fraction: number) => sorted[Math.round(fraction * (sorted.length - 1))] ?? 0;
  let [low, high] = [at(0.001), at(0.999)];
  let rule = '0.1 to 99.9 percentile';
  if (symmetric) {
    high = Math.max(Math.abs(low), Math.abs(high));
    low = -high;
    rule = `${rule}, symmetric`;
  }
  if (low === high) {
    const apart = Math.abs(low) * 0.01 || 1;
    return { low: low - apart, high: high + apart, rule: 'constant' };
  }
  return { low, high, rule };
}

/** A number with as many digits as it takes to tell values `span` apart by a hundredth of it. */
export function formatTick(value: number, span: number): string {
  const magnitude = Math.max(Math.abs(value), span);
  if (magnitude !== 0 && (magnitude >= 1e6 || magnitude < 1e-3)) return value === 0 ? '0' : value.toExponential(2);
  const digits = Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(span || 1))));
  const text = value.toFixed(digits);
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return short === '-0' ? '0' : short;
}

/** Largest of 1, 2, 5 times a power of ten that is at most `longest`. */
export function roundLength(longest: number): number {
  const power = 10 ** Math.floor(Math.log10(longest));
  const factor = [5, 2, 1].find((one) => one * power <= longest * (1 + 1e-9)) ?? 1;
  return Number((factor * power).toPrecision(1));
}
