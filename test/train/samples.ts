import type { SamplePart } from '../../dist/train/samples.js';

/** Numbers between -1 and 1 that are the same on every machine. */
export function wave(length: number, phase: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.fround(Math.sin(1.7 * i + phase)));
}

/** Samples whose images and statistics tell their class, with noise of their own. */
export function madeUp(
  count: number,
  { channels = 2, pixels = 8, classes = 2, statistics = 0, batch = 4 } = {},
): SamplePart {
  const y = Int32Array.from({ length: count }, (_, i) => i % classes);
  const image = channels * pixels * pixels;
  const imagesOf = (i: number, kind: number) =>
    wave(image, 10 * i + kind).map((value, k) => 0.5 * value + (((k >> 3) + kind) % classes === y[i] ? 0.5 : 0));
  return {
    count,
    y,
    async *batches() {
      for (let first = 0; first < count; first += batch) {
        const numbers = Array.from({ length: Math.min(batch, count - first) }, (_, i) => first + i);
        yield {
          count: numbers.length,
          sum: Float32Array.from(numbers.flatMap((i) => [...imagesOf(i, 0)])),
          diff: Float32Array.from(numbers.flatMap((i) => [...imagesOf(i, 1)])),
          statistics: Float32Array.from(numbers.flatMap((i) => [...wave(statistics, i)])),
          y: y.slice(first, first + numbers.length),
        };
      }
    },
  };
}
