import { DTYPES, type Dtype } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import type { Params, Values } from '../../core/params.js';

export const params = {
  dtype: {
    kind: 'choice',
    choices: Object.keys(DTYPES) as Dtype[],
    default: 'float32',
    help: 'Element type of the result.',
  },
  scale: { kind: 'number', default: 1, help: 'Result = x times this, plus --add.' },
  add: { kind: 'number', default: 0, help: 'Added to every scaled number.' },
  range: {
    kind: 'numbers',
    length: 2,
    example: '0,4095',
    help: 'Instead of --scale: two numbers of the frames, which become those of --to.',
  },
  fit: {
    kind: 'choice',
    choices: ['none', 'frame', 'stack'],
    default: 'none',
    help: 'Take --range from the smallest and the largest number of each frame, or of all frames.',
  },
  to: {
    kind: 'numbers',
    length: 2,
    example: '0,255',
    help: 'What the two numbers of --range or --fit become. The limits of an integer dtype, or 0,1.',
  },
  onNan: {
    kind: 'choice',
    choices: ['zero', 'error'],
    default: 'zero',
    help: 'What becomes of NaN in an integer dtype.',
  },
  method: {
    kind: 'choice',
    choices: ['fast', 'naive'],
    default: 'fast',
    help: 'The compiled kernel, or plain loops, to compare with.',
  },
} as const satisfies Params;

export type AstypeParams = typeof params;
export type AstypeValues = Values<AstypeParams>;

/** @throws UsageError for ways to scale that exclude each other, and numbers that are not finite */
export function checkScaling({ scale, add, range, fit, to }: AstypeValues): void {
  const isFitted = fit !== 'none';
  if (isFitted && range)
    throw new UsageError('bad-value', '--fit takes the range of the frames: leave --range out, or --fit.');
  if ((isFitted || range) && (scale !== 1 || add !== 0))
    throw new UsageError('bad-value', `--scale and --add say how to scale: leave ${range ? '--range' : '--fit'} out.`);
  if (to && !range && !isFitted)
    throw new UsageError('bad-value', '--to needs --range or --fit, which it is the target of.');
  for (const [flag, values] of Object.entries({ scale: [scale], add: [add], range, to })) {
    const bad = values?.find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw new UsageError('bad-value', `--${flag} takes finite numbers, not ${bad}.`);
  }
  if (range && range[0] === range[1])
    throw new UsageError('bad-value', `--range takes two different numbers, not ${range[0]} twice.`);
}
