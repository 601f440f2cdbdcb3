import { isInteger, type NumericArray } from '../../core/dtype.js';
import type { Stack } from '../../core/stack.js';

/** Rows, columns and values of a pixel of an image. */
export interface ImageExtent {
  readonly height: number;
  readonly width: number;
  readonly values: number;
}

/** Pixels of a line that one pixel of the smaller line covers, with the part of each that it covers. */
interface Share {
  readonly from: number;
  readonly parts: Float64Array;
}

/** How `length` pixels become `count`, each the mean over as long a piece; parts of a piece add up to 1. */
export function sharesOf(length: number, count: number): readonly Share[] {
  const piece = length / count;
  return Array.from({ length: count }, (_, i) => {
    const [start, end] = [i * piece, (i + 1) * piece];
    const from = Math.floor(start);
    const until = Math.min(length, Math.max(from + 1, Math.ceil(end - 1e-9)));
    const parts = Float64Array.from(
      { length: until - from },
      (__, k) => (Math.min(end, from + k + 1) - Math.max(start, from + k)) / piece,
    );
    return { from, parts };
  });
}

/** The largest image of the same proportions whose longer side has `size` pixels; images that are smaller stay. */
export function shrunkExtent({ height, width, values }: ImageExtent, size: number): ImageExtent {
  const factor = Math.min(1, size / Math.max(height, width));
  const side = (length: number) => Math.max(1, Math.round(length * factor));
  return { height: side(height), width: side(width), values };
}

/** What frames are as images: (rows, columns), or (rows, columns, 3) in colours; null for others. */
export function imageExtentOf({ frameShape }: Stack): ImageExtent | null {
  const [height, width, values = 1] = frameShape;
  if (height === undefined || width === undefined || frameShape.length > 3) return null;
  return values === 1 || values === 3 ? { height, width, values } : null;
}

/** Makes images smaller: each value is the mean over the area it covers, in float64. */
export class Shrinker {
  readonly #from: ImageExtent;
  readonly #to: ImageExtent;
  readonly #rows: readonly Share[];
  readonly #columns: readonly Share[];
  /** One row of sums, as wide as the images that come in. */
  readonly #line: Float64Array;

  constructor(from: ImageExtent, to: ImageExtent) {
    this.#from = from;
    this.#to = to;
    this.#rows = sharesOf(from.height, to.height);
    this.#columns = sharesOf(from.width, to.width);
    this.#line = new Float64Array(from.width * from.values);
  }

  /** Integers are rounded, half upwards. */
  shrink(image: NumericArray, into: NumericArray, rounds: boolean): void {
    const { values } = this.#from;
    const line = this.#line;
    let at = 0;
    for (const { from, parts } of this.#rows) {
      line.fill(0);
      for (let k = 0; k < parts.length; k++) {
        const [start, part] = [(from + k) * line.length, parts[k] ?? 0];
        for (let i = 0; i < line.length; i++) line[i] = (line[i] ?? 0) + part * (image[start + i] ?? 0);
      }
      for (const column of this.#columns) {
        for (let v = 0; v < values; v++) {
          let sum = 0;
          for (let k = 0; k < column.parts.length; k++)
            sum += (column.parts[k] ?? 0) * (line[(column.from + k) * values + v] ?? 0);
          into[at++] = rounds ? Math.floor(sum + 0.5) : sum;
        }
      }
    }
  }

  /** Values of one image that comes in, and of one that goes out. */
  get sizes(): readonly [number, number] {
    const size = ({ height, width, values }: ImageExtent) => height * width * values;
    return [size(this.#from), size(this.#to)];
  }
}

/** True for elements that have no fractions. */
export const isRounded = (stack: Stack): boolean => isInteger(stack.dtype);
