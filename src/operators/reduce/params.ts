import type { Params, Values } from '../../core/params.js';

export const params = {
  expr: {
    kind: 'text',
    default: 'x',
    help: 'What is reduced, of each number x: + - * / ^, comparisons, sqrt abs exp log log2 log10 sin cos tan min max pow floor ceil round sign where, pi, e.',
  },
  by: {
    kind: 'choice',
    choices: ['sum', 'mean', 'min', 'max'],
    default: 'sum',
    help: 'How many values become one.',
  },
  over: {
    kind: 'choice',
    choices: ['all', 'pixels', 'frames'],
    default: 'all',
    help: 'Over all numbers to one; over the pixels of each frame to one for the frame; over frames to one for each pixel.',
  },
  method: {
    kind: 'choice',
    choices: ['fast', 'naive'],
    default: 'fast',
    help: 'The compiled kernel, or plain loops, to compare with.',
  },
} as const satisfies Params;

export type ReduceParams = typeof params;
export type ReduceValues = Values<ReduceParams>;
