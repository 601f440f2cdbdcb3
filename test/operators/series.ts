import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What NumPy and SciPy make of the series below, see series.py beside it. */
export const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../golden/operators/series.json'), 'utf8'),
) as {
  readonly normal: readonly (readonly [number, number])[];
  readonly mtf: readonly {
    readonly length: number;
    readonly values: Record<string, unknown>;
    readonly transitions: number[];
    readonly field: number[];
  }[];
  readonly recurrence: readonly { readonly values: Record<string, unknown>; readonly plot: number[] }[];
  readonly features: readonly (readonly Record<string, number>[])[];
  readonly correlations: readonly (readonly number[])[];
  readonly scale: Readonly<Record<'low' | 'high' | 'mean' | 'std' | 'minmax' | 'zscore', number[]>>;
};

const formula = (i: number): number => (i * i * 7919 + i * 104729) % 251;

/** Series with ties, exact in binary. */
export function ties(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => formula(i) / 64 - 2);
}

/** A smooth series, exact in binary. */
export function walk(length: number): Float64Array {
  let sum = 0;
  return Float64Array.from({ length }, (_, i) => {
    sum += formula(i) - 125;
    return sum / 128;
  });
}

/** The largest difference between two lists of numbers; infinite when their lengths differ or one is not a number. */
export function apart(actual: ArrayLike<number> | undefined, expected: ArrayLike<number>): number {
  if (actual?.length !== expected.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((actual[i] ?? 0) - (expected[i] ?? 0));
    if (!(difference <= most)) most = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return most;
}

const REFERENCE = join(import.meta.dirname, '../../../shared/data/timeseries/reference');
export const hasReference = existsSync(REFERENCE);
if (!hasReference) process.stderr.write(`not run: reference matrices of time series (${REFERENCE} is not there)\n`);

/** All numbers of a reference matrix. */
export function reference(name: string): Float64Array {
  return Float64Array.from(
    readFileSync(join(REFERENCE, `${name}.csv`), 'utf8')
      .trim()
      .split(/[,\n]/),
    Number,
  );
}
