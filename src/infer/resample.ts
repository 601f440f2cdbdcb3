import type { NumericArray } from '../core/dtype.js';

/** The part of a resized image that is wanted: its size when whole, and a rectangle of it, in pixels. */
export interface Cut {
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
}

/** What makes the pixels of one dimension: `count[i]` pixels from `first[i]` on, with weights from `i * most` on. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Float64Array;
  readonly most: number;
}

/** Bits behind the point of the weights of 8-bit pixels: a sum of products with 8-bit numbers stays in 32 bits. */
const BITS = 22;

const known = new Map<string, Taps>();
const KNOWN = 64;

/**
 * Weights of a triangle that is as wide as two pixels of the coarser of both grids, so that pixels that are left out are averaged
 * (antialias), normalised over those that exist: the filter that PIL calls BILINEAR.
 */
function tapsOf(input: number, output: number, from: number, length: number): Taps {
  const key = `${input},${output},${from},${length}`;
  const found = known.get(key);
  if (found) return found;
  const scale = input / output;
  const stretch = Math.max(1, scale);
  const most = 2 * Math.ceil(stretch) + 1;
  const [first, count] = [new Int32Array(length), new Int32Array(length)];
  const weights = new Float64Array(length * most);
  for (let i = 0; i < length; i++) {
    const centre = (from + i + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(centre - stretch + 0.5));
    const end = Math.min(input, Math.trunc(centre + stretch + 0.5));
    first[i] = begin;
    count[i] = end - begin;
    let sum = 0;
    for (let k = 0; k < end - begin; k++) {
      const weight = Math.max(0, 1 - Math.abs((k + begin - centre + 0.5) * (1 / stretch)));
      weights[i * most + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < end - begin; k++) weights[i * most + k] = (weights[i * most + k] ?? 0) / sum;
  }
  const taps = { first, count, weights, most };
  if (known.size >= KNOWN) known.clear();
  known.set(key, taps);
  return taps;
}

/** Weights as whole numbers, rounded away from zero at a half. */
const wholeOf = ({ weights }: Taps): Int32Array => Int32Array.from(weights, (weight) => weight * 2 ** BITS + 0.5);

/** Rows of an image that are made and not yet used, and where they begin in it. */
interface Rows<T extends NumericArray> {
  readonly data: T;
  readonly first: number;
}

const limit = (value: number): number => Math.min(255, value);

/** Columns of 8-bit pixels, rounded to 8 bits. */
function acrossBytes(data: Uint8Array, width: number, channels: number, rows: readonly [number, number], taps: Taps) {
  const { first, count, most } = taps;
  const weights = wholeOf(taps);
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
  return { data: made, first: begin };
}

/** Rows of 8-bit pixels, rounded to 8 bits. */
function downBytes({ data, first: begin }: Rows<Uint8Array>, across: number, taps: Taps): Uint8Array {
  const { first, count, most } = taps;
  const weights = wholeOf(taps);
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

/** Columns of numbers, summed in float64 and kept as float32. */
function across(data: NumericArray, width: number, channels: number, rows: readonly [number, number], taps: Taps) {
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
  return { data: made, first: begin };
}

/** Rows of numbers, alike. */
function down({ data, first: begin }: Rows<Float32Array>, across: number, taps: Taps): Float32Array {
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
 * @returns (rows, columns, channels): uint8 for uint8, else float32
 */
export function resample(
  data: NumericArray,
  [height, width, channels]: readonly [number, number, number],
  cut: Cut,
): Uint8Array | Float32Array {
  const horizontal = tapsOf(width, cut.width, cut.left, cut.columns);
  const vertical = tapsOf(height, cut.height, cut.top, cut.rows);
  const last = cut.rows - 1;
  const rows: readonly [number, number] = [
    vertical.first[0] ?? 0,
    (vertical.first[last] ?? 0) + (vertical.count[last] ?? 0),
  ];
  if (data instanceof Uint8Array)
    return downBytes(acrossBytes(data, width, channels, rows, horizontal), cut.columns * channels, vertical);
  // Numbers of float64 are taken as float32 first, as images hold them.
  const floats = data instanceof Float64Array ? Float32Array.from(data) : data;
  return down(across(floats, width, channels, rows, horizontal), cut.columns * channels, vertical);
}
