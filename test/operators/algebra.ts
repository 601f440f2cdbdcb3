import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Row = readonly number[];

interface Reduced {
  readonly sum: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly pixels: Row;
}

/** What NumPy makes of the same numbers: see algebra.py beside the file. */
export const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../golden/operators/algebra.json'), 'utf8'),
) as {
  readonly matmul: Readonly<Record<'exact' | 'vector' | 'rough' | 'magnitudes', Row>>;
  readonly reduce: Readonly<Record<string, Reduced>>;
  readonly frames: Readonly<Record<'sum' | 'mean' | 'min' | 'max', Row>>;
  readonly long: number;
  readonly longMagnitude: number;
  readonly astype: { readonly frame: readonly Row[]; readonly stack: Row; readonly given: Row };
};

/** Whole numbers from 0 to 250. */
export function ints(count: number, first = 0): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => ((first + k) ** 2 * 7919 + (first + k) * 104729) % 251);
}

/** Numbers from 0 to 1 with all 53 bits. */
export function fractions(count: number, first = 0): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => ((first + k) * 0.6180339887498949) % 1);
}
