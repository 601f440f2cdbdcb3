import type { NumericArray } from '../../core/dtype.js';
import type { ImageDtype } from './params.js';
import type { Vectors } from './series.js';

/** Half of the levels of an image of integers: 127.5 and 32767.5 without the half. */
const HALVES = { uint8: 128, uint16: 32768 } as const;

/**
 * Adding this leaves float64 numbers 32 bits of fraction, so that g = 0, whose level is a tie and goes up (half to even), is told from
 * its neighbours alike everywhere.
 */
const COARSE = 2 ** 20;

/** The level of 0 in images of this type; 0 for floats. */
export function levelOfZero(dtype: ImageDtype): number {
  return dtype === 'uint8' || dtype === 'uint16' ? HALVES[dtype] : 0;
}

function paintFloats(
  a: NumericArray,
  b: NumericArray,
  { x, y }: Pair,
  round: (v: number) => number,
  out: NumericArray,
) {
  const n = x.length;
  for (let i = 0; i < n; i++) {
    const [p, q] = [a[i] ?? 0, b[i] ?? 0];
    for (let j = 0; j < n; j++) out[i * n + j] = round(p * (x[j] ?? 0)) - round(q * (y[j] ?? 0));
  }
}

function paintLevels(a: NumericArray, b: NumericArray, { x, y }: Pair, half: number, out: NumericArray): void {
  const n = x.length;
  for (let i = 0; i < n; i++) {
    const [p, q] = [a[i] ?? 0, b[i] ?? 0];
    for (let j = 0; j < n; j++)
      out[i * n + j] = Math.floor(p * (x[j] ?? 0) - q * (y[j] ?? 0) + (COARSE + half)) - COARSE;
  }
}

interface Pair {
  readonly x: NumericArray;
  readonly y: NumericArray;
}

/**
 * One image of a series, made of its vectors: `sum` x_i x_j - y_i y_j, `diff` y_i x_j - x_i y_j. Floats are themselves; integers
 * are round((g + 1) * largest / 2), of products in float64. Pixels of float32 are products of float32.
 *
 * @param out (size, size), of type `dtype`
 */
export function paintField(field: 'sum' | 'diff', vectors: Vectors, dtype: ImageDtype, out: NumericArray): void {
  const isSum = field === 'sum';
  if (dtype === 'float64') {
    const { x, y } = vectors;
    paintFloats(isSum ? x : y, isSum ? y : x, vectors, (v) => v, out);
  } else if (dtype === 'float32') {
    const [x, y] = [Float32Array.from(vectors.x), Float32Array.from(vectors.y)];
    paintFloats(isSum ? x : y, isSum ? y : x, { x, y }, Math.fround, out);
  } else {
    // Each takes half of the factor, so that equal points still have difference 0.
    const factor = Math.sqrt(HALVES[dtype] - 0.5);
    const [x, y] = [vectors.x.map((v) => v * factor), vectors.y.map((v) => v * factor)];
    paintLevels(isSum ? x : y, isSum ? y : x, { x, y }, HALVES[dtype], out);
  }
}
