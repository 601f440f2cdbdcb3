import { frameKey, uniform } from '../formats/synthetic/keyed-random.js';
import type { SamplePart } from './samples.js';

/**
 * What is done to training samples, anew in every epoch. `shift`: the window begins at any of its points, and what was before
 * comes behind its end. `shift-reverse`: half of the windows are read backwards as well.
 */
export const AUGMENTS = ['none', 'shift', 'shift-reverse'] as const;

export type Augment = (typeof AUGMENTS)[number];

/**
 * The image of a series that begins `shift` pixels later, around its end, and is read backwards or not: rows and columns of a
 * Gramian field move as the points do, of both kinds.
 */
function moved(from: Float32Array, into: Float32Array, pixels: number, shift: number, reversed: boolean): void {
  const source = new Int32Array(pixels);
  for (let i = 0; i < pixels; i++) source[i] = ((reversed ? pixels - 1 - i : i) + shift) % pixels;
  for (let start = 0; start < from.length; start += pixels * pixels) {
    for (let y = 0; y < pixels; y++) {
      const [to, row] = [start + y * pixels, start + (source[y] ?? 0) * pixels];
      for (let x = 0; x < pixels; x++) into[to + x] = from[row + (source[x] ?? 0)] ?? 0;
    }
  }
}

/**
 * The same part with its images moved, all sensors of a sample alike. Seed, epoch and place in the epoch decide how. Statistics stay:
 * none of them depends on where a window begins.
 */
export function augmented(part: SamplePart, augment: Augment, pixels: number, seed: number): SamplePart {
  if (augment === 'none') return part;
  let [sum, diff] = [new Float32Array(0), new Float32Array(0)];
  return {
    count: part.count,
    y: part.y,
    async *batches(epoch) {
      const [k0, k1] = frameKey(seed, epoch);
      let place = 0;
      for await (const samples of part.batches(epoch)) {
        const { count } = samples;
        const length = samples.sum.length;
        if (sum.length < length) [sum, diff] = [new Float32Array(length), new Float32Array(length)];
        const each = length / count;
        for (let i = 0; i < count; i++, place++) {
          const shift = Math.floor(uniform(2 * place, k0, k1) * pixels);
          const reversed = augment === 'shift-reverse' && uniform(2 * place + 1, k0, k1) < 0.5;
          const [first, end] = [i * each, (i + 1) * each];
          moved(samples.sum.subarray(first, end), sum.subarray(first, end), pixels, shift, reversed);
          moved(samples.diff.subarray(first, end), diff.subarray(first, end), pixels, shift, reversed);
        }
        yield { ...samples, sum: sum.subarray(0, length), diff: diff.subarray(0, length) };
      }
    },
  };
}
