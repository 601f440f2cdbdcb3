import type { NumericArray } from '../../core/dtype.js';
import type { WasmExports } from '../../core/wasm.js';
import { callKernel, dtypeNumber } from '../../kernels/call.js';
import { BLOCK, type Machine, Walker } from './machine.js';

/** How values become one; the kernel knows them by their place. */
export const KINDS = ['sum', 'min', 'max'] as const;

export type Kind = (typeof KINDS)[number];

/** A number that grows: an extreme, or a sum with what its rounding has lost so far. */
export interface Total {
  readonly value: NumericArray;
  readonly carry: NumericArray;
}

/** What a total is before the first value. */
export function startOf(kind: Kind): number {
  return kind === 'sum' ? 0 : kind === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

/** Adds `value` to a sum, and what its rounding lost to the carry (Knuth's two-sum). */
export function addExactly({ value: sum, carry }: Total, value: number): void {
  const before = sum[0] ?? 0;
  const after = before + value;
  const part = after - before;
  sum[0] = after;
  carry[0] = (carry[0] ?? 0) + (before - (after - part) + (value - part));
}

/** A sum with its carry; once it is not finite, the carry means nothing. */
export function totalOf({ value, carry }: Total): number {
  const [sum = 0] = value;
  return Number.isFinite(sum) ? sum + (carry[0] ?? 0) : sum;
}

/** Folds numbers. Two of them: the definition, and the kernel. */
export interface Folder {
  /** All numbers into one. */
  all(x: NumericArray, total: Total): void;
  /** Each number into an entry of its own. */
  each(x: NumericArray, entries: NumericArray): void;
}

/** In plain TypeScript: sums are added number by number, each with its carry. */
export function plainFolder(machine: Machine, kind: Kind): Folder {
  const walker = new Walker(machine);
  const joined = { sum: (a: number, b: number) => a + b, min: Math.min, max: Math.max }[kind];
  const blocks = (x: NumericArray, act: (values: NumericArray, first: number) => void) => {
    for (let first = 0; first < x.length; first += BLOCK)
      act(walker.evaluate(x.subarray(first, Math.min(x.length, first + BLOCK))), first);
  };
  return {
    all: (x, total) =>
      blocks(x, (values) => {
        for (const value of values) {
          if (kind === 'sum') addExactly(total, value);
          else total.value[0] = joined(total.value[0] ?? 0, value);
        }
      }),
    each: (x, entries) =>
      blocks(x, (values, first) => {
        for (const [i, value] of values.entries()) entries[first + i] = joined(entries[first + i] ?? 0, value);
      }),
  };
}

/** By the kernel: sums in eight lanes over a block, and of the blocks with a carry. */
export function wasmFolder(exports: WasmExports, machine: Machine, kind: Kind): Folder {
  const { lines, resultAddress, resultStride, blocks } = machine;
  const program = [lines.byteOffset, lines.byteOffset + lines.byteLength, resultAddress, resultStride] as const;
  const widened = blocks[0]?.byteOffset ?? 0;
  const number = KINDS.indexOf(kind);
  const given = (x: NumericArray) => [number, dtypeNumber(x), x.byteOffset, x.length, ...program, widened] as const;
  return {
    all: (x, { value, carry }) => {
      callKernel(exports, 'fold', ...given(x), value.byteOffset, carry.byteOffset);
    },
    each: (x, entries) => {
      callKernel(exports, 'foldEach', ...given(x), entries.byteOffset);
    },
  };
}
