import { openArray } from '../../../api/array.js';
import type { Source } from '../../../core/source.js';
import type { GafSize } from './job.js';

/** Noise between -1 and 1 that depends on its number alone. */
function noise(number: number): number {
  const mixed = Math.imul(number ^ (number >>> 15), 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 12)) >>> 0) / 2 ** 31 - 1;
}

/** Trends, waves, noise, and both together in turn: float64 series, shape (samples, channels, length), on shared memory: threads use them where they lie. */
export function makeSeries({ samples, channels, length }: GafSize): Source {
  const data = new Float64Array(new SharedArrayBuffer(8 * samples * channels * length));
  for (let row = 0; row < samples * channels; row++) {
    const kind = Math.floor(row / channels) % 4;
    for (let t = 0; t < length; t++) {
      const at = row * length + t;
      const trend = (2 * t) / Math.max(1, length - 1) - 1;
      const wave = Math.sin((2 * Math.PI * t) / 24);
      const shape = kind === 0 ? trend : kind === 1 ? wave : kind === 3 ? 0.5 * trend + 0.3 * wave : 0;
      data[at] = shape + 0.1 * noise(at);
    }
  }
  return openArray([samples, channels, length], data);
}
