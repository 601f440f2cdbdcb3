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

  /** Transforms the points from `first` on in place. */
  transform({ re, im }: Complex, first: number): void {
    const n = this.#length;
    for (let k = 0; k < n; k++) {
      this.#in.re[k] = re[first + k] ?? 0;
      this.#in.im[k] = im[first + k] ?? 0;
    }
    this.#part(0, 1, n, 0);
    for (let k = 0; k < n; k++) {
      re[first + k] = this.#out.re[k] ?? 0;
      im[first + k] = this.#out.im[k] ?? 0;
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
    const radix = n % 4 === 0 ? 4 : smallestFactor(n);
    const m = n / radix;
    for (let j = 0; j < radix; j++) this.#part(from + j * stride, stride * radix, m, at + j * m);
    const length = this.#length;
    const { re: cos, im: sin } = this.#roots;
    const { re: partRe, im: partIm } = this.#few;
    const { re: outRe, im: outIm } = out;
    const step = length / n;
    for (let k = 0; k < m; k++) {
      for (let j = 0; j < radix; j++) {
        partRe[j] = outRe[at + j * m + k] ?? 0;
        partIm[j] = outIm[at + j * m + k] ?? 0;
      }
      for (let q = k; q < n; q += m) {
        let sumRe = partRe[0] ?? 0;
        let sumIm = partIm[0] ?? 0;
        let root = 0;
        for (let j = 1; j < radix; j++) {
          root += q * step;
          if (root >= length) root -= length;
          const c = cos[root] ?? 0;
          const s = sin[root] ?? 0;
          const x = partRe[j] ?? 0;
          const y = partIm[j] ?? 0;
          sumRe += x * c - y * s;
          sumIm += x * s + y * c;
        }
        outRe[at + q] = sumRe;
        outIm[at + q] = sumIm;
      }
    }
  }
}

/** Columns that are copied together: the numbers of one cache line. */
const TOGETHER = 8;

/** Transforms all columns of a plane of (height, width) numbers in place. */
export function transformColumns({ re, im }: Complex, height: number, width: number): void {
  const line = new PlainLine(height);
  const few = makeComplex(TOGETHER * height);
  for (let first = 0; first < width; first += TOGETHER) {
    const count = Math.min(TOGETHER, width - first);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < count; x++) {
        few.re[x * height + y] = re[y * width + first + x] ?? 0;
        few.im[x * height + y] = im[y * width + first + x] ?? 0;
      }
    }
    for (let x = 0; x < count; x++) line.transform(few, x * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < count; x++) {
        re[y * width + first + x] = few.re[x * height + y] ?? 0;
        im[y * width + first + x] = few.im[x * height + y] ?? 0;
      }
    }
  }
}

/** The forward transform of a plane of (height, width) numbers, in place, without any factor. */
export function transformPlane(plane: Complex, height: number, width: number): void {
  const row = new PlainLine(width);
  for (let y = 0; y < height; y++) row.transform(plane, y * width);
  transformColumns(plane, height, width);
}
