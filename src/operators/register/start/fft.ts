/** Complex numbers on a grid of powers of two, x fastest. */
export interface Waves {
  readonly size: readonly [number, number, number];
  readonly re: Float32Array;
  readonly im: Float32Array;
}

interface Turns {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

function turnsOf(n: number): Turns {
  const angle = (_: unknown, k: number) => (2 * Math.PI * k) / n;
  const half = { length: n / 2 };
  return {
    cos: Float64Array.from(Array.from(half, angle), Math.cos),
    sin: Float64Array.from(Array.from(half, angle), Math.sin),
  };
}

/** Puts elements where their bits, read backwards, say. */
function reorder(re: Float64Array, im: Float64Array, n: number): void {
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    const [a, b] = [re[i] ?? 0, im[i] ?? 0];
    re[i] = re[j] ?? 0;
    im[i] = im[j] ?? 0;
    re[j] = a;
    im[j] = b;
  }
}

/** The Fourier transform of one line of 2^k elements (Cooley and Tukey 1965), with exp(-i k x) for a `sign` of -1; not scaled. */
function transformLine(re: Float64Array, im: Float64Array, { cos, sin }: Turns, sign: 1 | -1): void {
  const n = 2 * cos.length;
  reorder(re, im, n);
  for (let half = 1; half < n; half *= 2) {
    const stride = n / (2 * half);
    for (let from = 0; from < n; from += 2 * half) {
      for (let k = 0; k < half; k++) {
        const [c, s] = [cos[k * stride] ?? 0, sign * (sin[k * stride] ?? 0)];
        const [low, high] = [from + k, from + k + half];
        const [a, b] = [re[high] ?? 0, im[high] ?? 0];
        const [u, v] = [a * c - b * s, a * s + b * c];
        re[high] = (re[low] ?? 0) - u;
        im[high] = (im[low] ?? 0) - v;
        re[low] = (re[low] ?? 0) + u;
        im[low] = (im[low] ?? 0) + v;
      }
    }
  }
}

/** The Fourier transform along all axes, in place; forwards and back again multiply by the number of elements. */
export function transform({ size, re, im }: Waves, sign: 1 | -1): void {
  let step = 1;
  for (const n of size) {
    if (n > 1) {
      const turns = turnsOf(n);
      const [a, b] = [new Float64Array(n), new Float64Array(n)];
      for (let line = 0; line < re.length / n; line++) {
        const from = Math.floor(line / step) * step * n + (line % step);
        for (let i = 0; i < n; i++) {
          a[i] = re[from + i * step] ?? 0;
          b[i] = im[from + i * step] ?? 0;
        }
        transformLine(a, b, turns, sign);
        for (let i = 0; i < n; i++) {
          re[from + i * step] = a[i] ?? 0;
          im[from + i * step] = b[i] ?? 0;
        }
      }
    }
    step *= n;
  }
}
