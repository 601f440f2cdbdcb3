import { makeComplex, PlainLine } from './plain.js';
import { turn } from './turn.js';

/** Primes that have stages of their own; see kernels/_fft_stages.as.ts. */
const LARGEST_RADIX = 13;

/** Elements that a stage of an odd radix keeps. */
export const ODD_PAIRS = LARGEST_RADIX - 1;

/** How the kernels transform lines of one length. */
export interface Line {
  /** Points, points of the convolution or 0, number of stages, radices: as kernels/_fft_line.as.ts reads them. */
  readonly steps: Int32Array;
  /** Complex numbers that the stages multiply by. */
  readonly numbers: Float64Array;
  /** Elements that a buffer of lines holds. */
  readonly elements: number;
}

/** Radices whose product is `n`, or null when a prime factor is too large. */
function radicesOf(n: number): number[] | null {
  const radices: number[] = [];
  let rest = n;
  for (const prime of [13, 11, 7, 5, 3]) {
    while (rest % prime === 0) {
      radices.push(prime);
      rest /= prime;
    }
  }
  const twos = Math.log2(rest);
  if (!Number.isInteger(twos)) return null;
  // One stage of 8 at the end saves a pass where a 2 would be left over.
  const last = twos % 2 === 0 ? [] : [twos === 1 ? 2 : 8];
  const fours = Math.floor((twos - (last[0] === 8 ? 3 : 0)) / 2);
  return [...radices, ...Array.from({ length: fours }, () => 4), ...last];
}

/** The shortest length that is at least `atLeast` and has no prime factor above 5: those transform fast. */
export function fastLength(atLeast: number): number {
  let best = 2 ** Math.ceil(Math.log2(Math.max(1, atLeast)));
  for (let fives = 1; fives < best; fives *= 5) {
    for (let odd = fives; odd < best; odd *= 3) {
      const twos = 2 ** Math.max(0, Math.ceil(Math.log2(atLeast / odd)));
      if (odd * twos >= atLeast) best = Math.min(best, odd * twos);
    }
  }
  return best;
}

/** Powers of w = e^(-2 pi i / n) for every stage, one after another. */
function stageNumbers(length: number, radices: readonly number[]): number[] {
  const numbers: number[] = [];
  let n = length;
  for (const r of radices) {
    const m = n / r;
    if (r > 5 && r % 2 === 1) {
      const half = (r - 1) / 2;
      for (let k = 1; k <= half; k++) for (let j = 1; j <= half; j++) numbers.push(...turn((j * k) % r, r));
    }
    for (let p = 0; p < m; p++) {
      for (let k = 1; k < r; k++) {
        const [c, s] = turn((p * k) % n, n);
        numbers.push(c, -s);
      }
    }
    n = m;
  }
  return numbers;
}

/** A length with large primes as a convolution of a fast length with a chirp (Bluestein 1970): the chirp, then its transform. */
function chirpNumbers(length: number, fast: number): number[] {
  const numbers: number[] = [];
  const chirp = makeComplex(fast);
  for (let k = 0; k < length; k++) {
    const [c, s] = turn((k * k) % (2 * length), 2 * length);
    numbers.push(c, -s);
    for (const at of [k, (fast - k) % fast]) {
      chirp.re[at] = c / fast;
      chirp.im[at] = s / fast;
    }
  }
  new PlainLine(fast).transform(chirp, 0);
  for (let k = 0; k < fast; k++) numbers.push(chirp.re[k] ?? 0, chirp.im[k] ?? 0);
  return numbers;
}

/** Works out how lines of `length` points are transformed, with angles in float64 whatever the transform is made in. */
export function planLine(length: number): Line {
  const own = radicesOf(length);
  if (own) {
    return {
      steps: Int32Array.of(length, 0, own.length, ...own),
      numbers: Float64Array.from(stageNumbers(length, own)),
      elements: length,
    };
  }
  const fast = fastLength(2 * length - 1);
  const radices = radicesOf(fast) ?? [];
  return {
    steps: Int32Array.of(length, fast, radices.length, ...radices),
    numbers: Float64Array.from([...chirpNumbers(length, fast), ...stageNumbers(fast, radices)]),
    elements: fast,
  };
}
