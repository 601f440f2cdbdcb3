import { BITS, type Taps } from './taps.js';

const limit = (value: number): number => Math.min(255, value);

/** Columns of 8-bit pixels, rounded to 8 bits. */
function across(
  data: Uint8Array,
  width: number,
  channels: number,
  rows: readonly [number, number],
  taps: Taps,
): Uint8Array {
  const { first, count, whole: weights, most } = taps;
  const columns = first.length;
  const [begin, end] = rows;
  const made = new Uint8Array((end - begin) * columns * channels);
  let at = 0;
  for (let y = begin; y < end; y++) {
    for (let x = 0; x < columns; x++) {
      const start = (y * width + (first[x] ?? 0)) * channels;
      const [taken, weight] = [count[x] ?? 0, x * most];
      if (channels === 3) {
        let [r, g, b] = [2 ** (BITS - 1), 2 ** (BITS - 1), 2 ** (BITS - 1)];
        for (let k = 0, from = start; k < taken; k++, from += 3) {
          const w = weights[weight + k] ?? 0;
          r = (r + (data[from] ?? 0) * w) | 0;
          g = (g + (data[from + 1] ?? 0) * w) | 0;
          b = (b + (data[from + 2] ?? 0) * w) | 0;
        }
        made[at++] = limit(r >> BITS);
        made[at++] = limit(g >> BITS);
        made[at++] = limit(b >> BITS);
        continue;
      }
      for (let c = 0; c < channels; c++) {
        let sum = 2 ** (BITS - 1);
        for (let k = 0, from = start + c; k < taken; k++, from += channels)
          sum = (sum + (data[from] ?? 0) * (weights[weight + k] ?? 0)) | 0;
        made[at++] = limit(sum >> BITS);
      }
    }
  }
  return made;
}

/** Rows of 8-bit pixels, rounded to 8 bits. */
function down(data: Uint8Array, begin: number, across: number, taps: Taps): Uint8Array {
  const { first, count, whole: weights, most } = taps;
  const made = new Uint8Array(first.length * across);
  const sums = new Int32Array(across);
  for (let y = 0; y < first.length; y++) {
    sums.fill(2 ** (BITS - 1));
    for (let k = 0; k < (count[y] ?? 0); k++) {
      const w = weights[y * most + k] ?? 0;
      const from = ((first[y] ?? 0) + k - begin) * across;
      for (let i = 0; i < across; i++) sums[i] = (sums[i] ?? 0) + (data[from + i] ?? 0) * w;
    }
    const to = y * across;
    for (let i = 0; i < across; i++) made[to + i] = limit((sums[i] ?? 0) >> BITS);
  }
  return made;
}

/**
 * Pixels of 8 bits resized along rows, then along columns, rounded to 8 bits each time, in plain TypeScript: the definition.
 *
 * @param size width and channels of the image
 * @param rows those of the image that are needed, from and to
 */
export function resampleBytes(
  data: Uint8Array,
  [width, channels]: readonly [number, number],
  rows: readonly [number, number],
  [horizontal, vertical]: readonly [Taps, Taps],
): Uint8Array {
  const made = across(data, width, channels, rows, horizontal);
  return down(made, rows[0], horizontal.first.length * channels, vertical);
}
