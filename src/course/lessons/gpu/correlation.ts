import { openOperator } from 'fanfold';
import { difference, measure, sampleNumbers } from '../../measure.js';
import type { Outcome, Setting } from '../../outcome.js';

/** The Sobel kernel: positive where the image gets brighter to the right. */
const KERNEL = [-1, 0, 1, -2, 0, 2, -1, 0, 1];

/** Each pixel's neighbours times the kernel; `same` size, zeros outside. */
function naive(image: Float32Array, n: number, kernel: readonly number[]): Float32Array {
  const result = new Float32Array(n * n);
  for (let y = 0; y < n; y++) {
    for (let x = 0; x < n; x++) {
      let sum = 0;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const isInside = y + dy >= 0 && y + dy < n && x + dx >= 0 && x + dx < n;
          if (isInside) sum += (image[(y + dy) * n + x + dx] ?? 0) * (kernel[3 * (dy + 1) + dx + 1] ?? 0);
        }
      }
      result[y * n + x] = sum;
    }
  }
  return result;
}

/** The image once more with a frame of zeros around it: no question is left, and zeros in the kernel are not multiplied. */
function padded(image: Float32Array, n: number, kernel: readonly number[]): Float32Array {
  const wide = n + 2;
  const framed = new Float32Array(wide * wide);
  for (let y = 0; y < n; y++) framed.set(image.subarray(y * n, (y + 1) * n), (y + 1) * wide + 1);
  const sums = new Float64Array(n);
  const result = new Float32Array(n * n);
  for (let y = 0; y < n; y++) {
    sums.fill(0);
    for (let place = 0; place < 9; place++) {
      const weight = kernel[place] ?? 0;
      if (weight === 0) continue;
      const from = (y + Math.floor(place / 3)) * wide + (place % 3);
      for (let x = 0; x < n; x++) sums[x] = (sums[x] ?? 0) + weight * (framed[from + x] ?? 0);
    }
    result.set(sums, y * n);
  }
  return result;
}

/** How a ramp that gets brighter to the right comes out: the sign tells correlation from convolution. */
function onRamp(kernel: readonly number[]): number {
  const ramp = Float32Array.from({ length: 25 }, (_, i) => i % 5);
  return naive(ramp, 5, kernel)[12] ?? 0;
}

/** A 3x3 correlation, `same` size: little arithmetic for each number, so memory and loops decide. */
export default async function correlation({ size }: Setting): Promise<Outcome> {
  const n = size === 'full' ? 2000 : 100;
  const image = Float32Array.from(sampleNumbers(n * n));
  const slow = await measure(() => naive(image, n, KERNEL), 3);
  const fast = await measure(() => padded(image, n, KERNEL), 3);
  const values = { template: [{ shape: [3, 3], data: KERNEL }] };
  const correlate = await openOperator('correlate', { shape: [n, n], dtype: 'float32', values });
  const compiled = await measure(() => correlate.apply(image).correlation ?? [], 3);
  const turned = [...KERNEL].reverse();
  return {
    subject: `3x3 correlation of ${n} x ${n} float32; the value is what a ramp to the right becomes`,
    rows: [
      { what: 'pixel by pixel, border asked nine times', seconds: slow.seconds, value: onRamp(KERNEL) },
      { what: 'a frame of zeros, row by row', seconds: fast.seconds, difference: difference(slow.value, fast.value) },
      {
        what: 'fanfold correlate, one thread',
        seconds: compiled.seconds,
        difference: difference(slow.value, compiled.value),
      },
      { what: 'convolution: the kernel turned by half a turn', value: onRamp(turned) },
    ],
    tolerance: 1e-6,
  };
}
