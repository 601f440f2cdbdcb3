import type { Params } from '../../core/params.js';
import { PRECISION } from '../fourier/precision.js';

export const params = {
  template: {
    kind: 'arrays',
    help: 'What is looked for, an array of (height, width), for instance .npy. Not turned around: this is no convolution.',
  },
  patch: {
    kind: 'numbers',
    length: 4,
    unit: 'px',
    example: '10,20,16,16',
    help: 'Instead of --template: y,x,height,width of a part of one frame.',
  },
  patchFrame: { kind: 'number', integer: true, min: 0, default: 0, help: 'The frame that --patch is cut from.' },
  mode: {
    kind: 'choice',
    choices: ['same', 'valid', 'full'],
    default: 'same',
    help: 'Which positions: as many as the frame has pixels, those where the template lies within the frame, or all where they meet.',
  },
  normalise: {
    kind: 'flag',
    help: 'Correlation coefficients, -1 to 1: mean and contrast of the frame under the template do not count.',
  },
  method: {
    kind: 'choice',
    choices: ['auto', 'direct', 'fft', 'naive'],
    default: 'auto',
    help: 'How: by sums, by Fourier transforms, or by what takes less time (auto). naive: the four loops of the definition, to compare with.',
  },
  precision: { ...PRECISION, help: `${PRECISION.help} With --normalise always float64 unless given.` },
} as const satisfies Params;

export type CorrelateParams = typeof params;
export type Mode = 'same' | 'valid' | 'full';
export type Method = 'direct' | 'fft' | 'naive';
