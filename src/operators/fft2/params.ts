import type { Params, Values } from '../../core/params.js';
import { PRECISION } from '../fourier/precision.js';

/** What is made of complex numbers; kernels/_fft_values.as.ts knows them by their places. */
export const OUTPUTS = ['power', 'magnitude', 'log-power', 'real', 'complex'] as const;

export type Output = (typeof OUTPUTS)[number];

export const params = {
  output: {
    kind: 'choice',
    choices: OUTPUTS,
    help: 'Squares of absolute values, these values, log10(1 + power), real parts, or real and imaginary parts. By default power, and real with --inverse.',
  },
  inverse: { kind: 'flag', help: 'The inverse transform, from frequencies back to pixels.' },
  shift: {
    kind: 'flag',
    help: 'Frequency 0 lies in the middle of the spectrum, at (N / 2, rounded down), not in the corner.',
  },
  norm: {
    kind: 'choice',
    choices: ['backward', 'ortho', 'forward'],
    default: 'backward',
    help: 'Which direction is divided by the number of pixels: the inverse (backward), the forward one, or both by its square root (ortho).',
  },
  precision: PRECISION,
  method: {
    kind: 'choice',
    choices: ['fast', 'naive'],
    default: 'fast',
    help: 'naive: the double sum of the definition for every frequency, to compare with. For small frames.',
  },
} as const satisfies Params;

export type FftParams = typeof params;

export function outputOf({ output, inverse }: Values<FftParams>): Output {
  return output ?? (inverse ? 'real' : 'power');
}

/** What results are multiplied by, for frames of so many pixels. */
export function scaleOf({ norm, inverse }: Values<FftParams>, pixels: number): number {
  if (norm === 'ortho') return 1 / Math.sqrt(pixels);
  return (norm === 'forward') === inverse ? 1 : 1 / pixels;
}
