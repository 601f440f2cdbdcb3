import type { Params, Values } from '../../core/params.js';

/** What stands for pixels beyond the frame; `zero-border` asks for none and gives 0 instead. */
export const BORDERS = ['reflect', 'mirror', 'nearest', 'wrap', 'zero', 'zero-border'] as const;

export type Border = (typeof BORDERS)[number];

export const params = {
  kind: {
    kind: 'choice',
    choices: ['mean', 'gaussian', 'median', 'sobel', 'sobel-y', 'sobel-x', 'weights'],
    help: 'What is made of every window: sobel is the length of the gradient, sobel-y and sobel-x are its parts. weights when --weights are given, else mean.',
  },
  size: {
    kind: 'numbers',
    unit: 'px',
    example: '3,5',
    help: 'Window of mean and median: N for N x N, or rows,columns; 3 when absent.',
  },
  sigma: {
    kind: 'numbers',
    unit: 'px',
    example: '1.5',
    help: 'Standard deviation of gaussian: one, or y,x; 1 when absent.',
  },
  truncate: {
    kind: 'number',
    min: 0,
    help: 'Where gaussian ends, in standard deviations; 4 when absent.',
  },
  weights: {
    kind: 'arrays',
    help: 'Any kernel, a file of rows x columns numbers, or the numbers themselves: 0,1,0,1,-4,1,0,1,0 of a square one, or rows that end in semicolons.',
  },
  border: {
    kind: 'choice',
    choices: BORDERS,
    default: 'reflect',
    help: 'What stands for pixels beyond the frame: d c b a | a b c d for reflect, c b | a b c d for mirror, the nearest pixel, the other side, or 0; zero-border makes every result 0 whose window leaves the frame.',
  },
  dtype: {
    kind: 'choice',
    choices: ['float32', 'float64'],
    help: 'Element type of results and of the arithmetic. float32 for frames of 8 and 16 bit and of float32, else float64.',
  },
  method: {
    kind: 'choice',
    choices: ['fast', 'naive'],
    default: 'fast',
    help: 'fast: the compiled kernel. naive: a plain loop over every window, for comparison; the results have the same bits.',
  },
} as const satisfies Params;

export type FilterParams = typeof params;

export type FilterValues = Values<FilterParams>;
