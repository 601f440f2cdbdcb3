import type { NumericArray } from '../core/dtype.js';
import { resampleBytes } from './resample-bytes.js';
import { resampleCompiled } from './resample-kernel.js';
import { type Cut, type Taps, tapsOf } from './taps.js';

/** Columns of numbers, summed in float64 and kept as float32. */
function across(
  data: NumericArray,
  width: number,
  channels: number,
  rows: readonly [number, number],
  taps: Taps,
): Float32Array {
  const { first, count, weights, most } = taps;
  const columns = first.length;
  const [begin, end] = rows;
  const made = new Float32Array((end - begin) * columns * channels);
  let at = 0;
  for (let y = begin; y < end; y++) {
    for (let x = 0; x < columns; x++) {
      const start = (y * width + (first[x] ?? 0)) * channels;
      const [taken, weight] = [count[x] ?? 0, x * most];
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0, from = start + c; k < taken; k++, from += channels)
          sum += (data[from] ?? 0) * (weights[weight + k] ?? 0);
        made[at++] = sum;
      }
    }
  }
  return made;
}

/** Rows of numbers, alike. */
function down(data: Float32Array, begin: number, across: number, taps: Taps): Float32Array {
  const { first, count, weights, most } = taps;
  const made = new Float32Array(first.length * across);
  const sums = new Float64Array(across);
  for (let y = 0; y < first.length; y++) {
    sums.fill(0);
    for (let k = 0; k < (count[y] ?? 0); k++) {
      const w = weights[y * most + k] ?? 0;
      const from = ((first[y] ?? 0) + k - begin) * across;
      for (let i = 0; i < across; i++) sums[i] = (sums[i] ?? 0) + (data[from + i] ?? 0) * w;
    }
    made.set(sums, y * across);
  }
  return made;
}

/**
 * A part of an image resized with an antialiased triangle filter, first along rows, then along columns: bit for bit what PIL's
 * `resize(..., BILINEAR)` gives, for 8-bit pixels with its rounding to 8 bits after each step, for all others as in its mode F. A
 * dimension that keeps its size is not filtered.
 *
 * @param data pixels of (height, width, channels)
 * @param kernel of 8-bit pixels: compiled, or the definition in plain TypeScript
 * @returns (rows, columns, channels): uint8 for uint8, else float32; that of the compiled kernel is valid until the next call
 */
export function resample(
  data: NumericArray,
  [height, width, channels]: readonly [number, number, number],
  cut: Cut,
  kernel: 'wasm' | 'ts' = 'wasm',
): Uint8Array | Float32Array {
  const horizontal = tapsOf(width, cut.width, cut.left, cut.columns);
  const vertical = tapsOf(height, cut.height, cut.top, cut.rows);
  const last = cut.rows - 1;
  const rows: readonly [number, number] = [
    vertical.first[0] ?? 0,
    (vertical.first[last] ?? 0) + (vertical.count[last] ?? 0),
  ];
  const both = [horizontal, vertical] as const;
  if (data instanceof Uint8Array)
    return (kernel === 'wasm' ? resampleCompiled : resampleBytes)(data, [width, channels], rows, both);
  // Numbers of float64 are taken as float32 first, as images hold them.
  const floats = data instanceof Float64Array ? Float32Array.from(data) : data;
  return down(across(floats, width, channels, rows, horizontal), rows[0], cut.columns * channels, vertical);
}
