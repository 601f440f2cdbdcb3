import { UsageError } from '../../core/errors.js';
import type { Params, Values } from '../../core/params.js';
import { parseRange } from '../../core/selection.js';
import type { FrameRange } from './fit.js';

export const params = {
  method: {
    kind: 'choice',
    choices: ['minmax', 'zscore'],
    default: 'minmax',
    help: 'Map the extremes of each channel to --range, or its mean to 0 and its standard deviation to 1.',
  },
  range: {
    kind: 'numbers',
    length: 2,
    default: [-1, 1],
    example: '-1,1',
    help: 'Where minmax maps the smallest and the largest value to.',
  },
  fit: {
    kind: 'text',
    default: 'all',
    help: 'The frames that extremes, or mean and standard deviation, are taken of: ranges such as 0:800 or 0:8,10:18, the training part, or all.',
  },
  given: {
    kind: 'arrays',
    help: 'Two arrays instead of a fit, one number for each channel: low and high, or mean and std, as an earlier result holds them (--given train.npz:low --given train.npz:high, or train.h5:/entry/low/low).',
  },
  dtype: {
    kind: 'choice',
    choices: ['float32', 'float64'],
    default: 'float32',
    help: 'Element type of scaled frames.',
  },
} as const satisfies Params;

export type ScaleParams = typeof params;

/** Where minmax maps to. @throws UsageError for numbers that do not ascend */
export function targetOf(values: Values<ScaleParams>): readonly [number, number] {
  const [low = -1, high = 1] = values.range;
  if (!(low < high)) throw new UsageError('bad-value', `--range takes two ascending numbers, not ${low},${high}.`);
  return [low, high];
}

/** The frames of a fit, in order. @throws UsageError for ranges outside the stack, or that overlap */
export function fitRanges(fit: string, frames: number): readonly FrameRange[] {
  if (fit === 'all') return [[0, frames]];
  const ranges = fit.split(',').map((text) => parseRange(text, frames, '--fit'));
  for (const [i, [start, stop]] of ranges.entries()) {
    const before = ranges[i - 1]?.[1] ?? 0;
    if (start >= before) continue;
    throw new UsageError('bad-range', `--fit takes ranges in order, but ${start}:${stop} begins before ${before}.`);
  }
  return ranges;
}
