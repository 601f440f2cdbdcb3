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
export interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Float64Array;
  /** The same as whole numbers, with 22 bits behind the point. */
  readonly whole: Int32Array;
  readonly most: number;
}

/** Bits behind the point of the weights of 8-bit pixels: a sum of products with 8-bit numbers stays in 32 bits. */
export const BITS = 22;

const known = new Map<string, Taps>();
const KNOWN = 64;

/**
 * Weights of a triangle that is as wide as two pixels of the coarser of both grids, so that pixels that are left out are averaged
 * (antialias), normalised over those that exist: the filter that PIL calls BILINEAR.
 */
export function tapsOf(input: number, output: number, from: number, length: number): Taps {
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
  const whole = Int32Array.from(weights, (weight) => weight * 2 ** BITS + 0.5);
  const taps = { first, count, weights, whole, most };
  if (known.size >= KNOWN) known.clear();
  known.set(key, taps);
  return taps;
}
