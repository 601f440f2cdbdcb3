import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARENA_BASE, Arena, makeMemory } from '../../dist/core/arena.js';
import type { AnyOperator } from '../../dist/core/operator.js';
import { checkValues } from '../../dist/core/params.js';
import type { Stack } from '../../dist/core/stack.js';

/** What NumPy, SciPy and scikit-image make of the formula, see fourier.py beside it. */
export const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../golden/operators/fourier.json'), 'utf8'),
) as {
  readonly transforms: readonly {
    readonly shape: readonly number[];
    readonly step: number;
    readonly spectrum: readonly number[];
  }[];
  readonly options: readonly {
    readonly values: Record<string, unknown>;
    readonly frame: 'real' | 'complex';
    readonly result: readonly number[];
  }[];
  readonly correlations: readonly {
    readonly frame: readonly [number, number];
    readonly template: readonly [number, number];
    readonly mode: 'same' | 'valid' | 'full';
    readonly shape: readonly number[];
    readonly result: readonly number[];
  }[];
  readonly coefficients: Readonly<Record<'frame' | 'template' | 'valid' | 'same', number[]>>;
};

/** The largest difference beside the largest of `expected`; infinite when lengths differ or one is not a number. */
export function relative(actual: ArrayLike<number> | undefined, expected: ArrayLike<number>): number {
  if (actual?.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  let most = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i] ?? 0));
    const difference = Math.abs((actual[i] ?? 0) - (expected[i] ?? 0));
    if (!(difference <= most)) most = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return most === 0 ? 0 : most / largest;
}

/** Every `step`-th element. */
export function every(values: ArrayLike<number> | undefined, step: number): number[] {
  return Array.from(values ?? []).filter((_, i) => i % step === 0);
}

/** Starts an operator in a window of exactly the bytes it declares. @throws OperatorError when it takes more */
export async function startWithin(operator: AnyOperator, stack: Stack, raw: Record<string, unknown>): Promise<void> {
  const values = checkValues(operator.params, raw, operator.name);
  const nothing = () => Promise.reject(new Error('nothing to read'));
  const load = (input: unknown) => Promise.resolve(input as { shape: readonly number[]; data: Float64Array });
  const context = { stack, values, detector: {}, read: nothing, readText: nothing, load };
  const prepared = (await operator.prepare?.(context)) ?? {};
  const bytes = operator.cost?.(stack, values, prepared).workerBytes ?? 0;
  const arena = new Arena(makeMemory(bytes), ARENA_BASE, bytes);
  operator.init?.({ stack, values, prepared, arena });
}
