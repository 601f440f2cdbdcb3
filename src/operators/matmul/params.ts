import type { Dtype } from '../../core/dtype.js';
import type { Params, Values } from '../../core/params.js';
import type { Stack } from '../../core/stack.js';

export const params = {
  by: { kind: 'arrays', help: 'The matrix B, as an array of K x N, or a vector of K numbers.' },
  transposeBy: { kind: 'flag', help: 'Multiply by the transpose of --by, which is then N x K.' },
  random: {
    kind: 'number',
    integer: true,
    min: 1,
    help: 'Instead of --by: a random projection to this many columns, of entries +-1/sqrt(N).',
  },
  seed: { kind: 'number', integer: true, min: 0, default: 0, help: 'Which random projection.' },
  dtype: {
    kind: 'choice',
    choices: ['float32', 'float64'],
    help: 'What is computed in, and the element type of the product. float64 for frames of float64, int32 and uint32 unless given, else float32.',
  },
  method: {
    kind: 'choice',
    choices: ['fast', 'naive'],
    default: 'fast',
    help: 'The compiled blocked kernel, or three loops over B as it lies, to compare with.',
  },
} as const satisfies Params;

export type MatmulParams = typeof params;

/** What products and sums are rounded to. */
export function arithmeticOf({ dtype }: Stack, values: Values<MatmulParams>): 'float32' | 'float64' {
  const wide: readonly Dtype[] = ['float64', 'int32', 'uint32'];
  return values.dtype ?? (wide.includes(dtype) ? 'float64' : 'float32');
}
