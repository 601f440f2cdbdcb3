import { turn } from './turn.js';

/** Complex numbers, real and imaginary parts apart. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export function makeComplex(length: number): Complex {
  return { re: new Float64Array(length), im: new Float64Array(length) };
}

function smallestFactor(n: number): number {
  for (let f = 2; f * f <= n; f++) if (n % f === 0) return f;
  return n;
}

/** Forward transforms of lines of one length, by the definition of mixed radices: any length, in n times the sum of its prime factors. */
export class PlainLine {
  readonly #length: number;
  /** e^(-2 pi i k / n). */
  readonly #roots: Complex;
  readonly #in: Complex;
  readonly #out: Complex;
  readonly #few: Complex;

  constructor(length: number) {
    this.#length = length;
    this.#roots = makeComplex(length);
    for (let k = 0; k < length; k++) {
      const [c, s] = turn(k, length);
      this.#roots.re[k] = c;
      this.#roots.im[k] = -s;
    }
    this.#in = makeComplex(length);
    this.#out = makeComplex(length);
    this.#few = makeComplex(length);
  }

  /** Transforms the points at `first`, `first + stride`, ... in place. */
  transform({ re, im }: Complex, first: number, stride: number): void {
    const n = this.#length;
    for (let k = 0; k < n; k++) {
      this.#in.re[k] = re[first + k * stride] ?? 0;
      this.#in.im[k] = im[first + k * stride] ?? 0;
    }
    this.#part(0, 1, n, 0);
    for (let k = 0; k < n; k++) {
      re[first + k * stride] = this.#out.re[k] ?? 0;
      im[first + k * stride] = this.#out.im[k] ?? 0;
    }
  }

  /** The transform of n points of the input, `stride` apart, to n places of the output from `at` on. */
  #part(from: number, stride: number, n: number, at: number): void {
    const out = this.#out;
    if (n === 1) {
      out.re[at] = this.#in.re[from] ?? 0;
      out.im[at] = this.#in.im[from] ?? 0;
      return;
    }
    const radix = smallestFactor(n);
    const m = n / radix;
    for (let j = 0; j < radix; j++) this.#part(from + j * stride, stride * radix, m, at + j * m);
    const few = this.#few;
    const step = this.#length / n;
    for (let k = 0; k < m; k++) {
      for (let j = 0; j < radix; j++) {
        few.re[j] = out.re[at + j * m + k] ?? 0;
        few.im[j] = out.im[at + j * m + k] ?? 0;
      }
      for (let q = k; q < n; q += m) {
        let sumRe = 0;
        let sumIm = 0;
        for (let j = 0; j < radix; j++) {
          const root = ((j * q) % n) * step;
          const [c, s] = [this.#roots.re[root] ?? 0, this.#roots.im[root] ?? 0];
          const [x, y] = [few.re[j] ?? 0, few.im[j] ?? 0];
          sumRe += x * c - y * s;
          sumIm += x * s + y * c;
        }
        out.re[at + q] = sumRe;
        out.im[at + q] = sumIm;
      }
    }
  }
}

/** The forward transform of a plane of (height, width) numbers, in place, without any factor. */
export function transformPlane(plane: Complex, height: number, width: number): void {
  const row = new PlainLine(width);
  for (let y = 0; y < height; y++) row.transform(plane, y * width, 1);
  const column = new PlainLine(height);
  for (let x = 0; x < width; x++) column.transform(plane, x, width);
}
