import { openOperator } from 'fanfold';
import { difference, measure, sampleNumbers } from '../../measure.js';
import type { Outcome, Setting } from '../../outcome.js';

/** Complex numbers: real parts and imaginary parts apart. */
interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

type Transform = (line: Complex) => void;

const empty = (length: number): Complex => ({ re: new Float64Array(length), im: new Float64Array(length) });

/** cos and -sin of all angles k / n of a turn, made once. */
function turnsOf(n: number): Complex {
  const angles = Float64Array.from({ length: n }, (_, k) => (2 * Math.PI * k) / n);
  return { re: angles.map(Math.cos), im: angles.map((angle) => -Math.sin(angle)) };
}

/** The definition: every output is a sum over every input, n^2 products. */
function byDefinition(n: number): Transform {
  const turns = turnsOf(n);
  const out = empty(n);
  return ({ re, im }) => {
    for (let k = 0; k < n; k++) {
      let sumRe = 0;
      let sumIm = 0;
      for (let i = 0; i < n; i++) {
        const c = turns.re[(i * k) % n] ?? 0;
        const s = turns.im[(i * k) % n] ?? 0;
        sumRe += (re[i] ?? 0) * c - (im[i] ?? 0) * s;
        sumIm += (re[i] ?? 0) * s + (im[i] ?? 0) * c;
      }
      out.re[k] = sumRe;
      out.im[k] = sumIm;
    }
    re.set(out.re);
    im.set(out.im);
  };
}

/** Even and odd elements transformed apart and joined, down to single ones: n log n products, for powers of two. */
function byHalves(n: number): Transform {
  const turns = turnsOf(n);
  const out = empty(n);
  const halves = (from: Complex, to: Complex, start: number, step: number, at: number): void => {
    const length = n / step;
    if (length === 1) {
      to.re[at] = from.re[start] ?? 0;
      to.im[at] = from.im[start] ?? 0;
      return;
    }
    const half = length / 2;
    halves(from, to, start, 2 * step, at);
    halves(from, to, start + step, 2 * step, at + half);
    for (let k = at; k < at + half; k++) {
      const c = turns.re[(k - at) * step] ?? 0;
      const s = turns.im[(k - at) * step] ?? 0;
      const evenRe = to.re[k] ?? 0;
      const evenIm = to.im[k] ?? 0;
      const oddRe = (to.re[k + half] ?? 0) * c - (to.im[k + half] ?? 0) * s;
      const oddIm = (to.re[k + half] ?? 0) * s + (to.im[k + half] ?? 0) * c;
      to.re[k] = evenRe + oddRe;
      to.im[k] = evenIm + oddIm;
      to.re[k + half] = evenRe - oddRe;
      to.im[k + half] = evenIm - oddIm;
    }
  };
  return (line) => {
    halves(line, out, 0, 1, 0);
    line.re.set(out.re);
    line.im.set(out.im);
  };
}

/** Rows, then columns, by one and the same transform of a line; real and imaginary parts in turn. */
function ofImage(data: Float64Array, n: number, transform: Transform): Float64Array {
  const [re, im] = [data.slice(), new Float64Array(n * n)];
  const line = empty(n);
  for (const [between, along] of [
    [n, 1],
    [1, n],
  ] as const) {
    for (let l = 0; l < n; l++) {
      for (let i = 0; i < n; i++) {
        line.re[i] = re[l * between + i * along] ?? 0;
        line.im[i] = im[l * between + i * along] ?? 0;
      }
      transform(line);
      for (let i = 0; i < n; i++) {
        re[l * between + i * along] = line.re[i] ?? 0;
        im[l * between + i * along] = line.im[i] ?? 0;
      }
    }
  }
  const both = new Float64Array(2 * n * n);
  for (let i = 0; i < n * n; i++) {
    both[2 * i] = re[i] ?? 0;
    both[2 * i + 1] = im[i] ?? 0;
  }
  return both;
}

/** A two-dimensional Fourier transform: a better algorithm beats faster arithmetic. */
export default async function fourier({ size }: Setting): Promise<Outcome> {
  const n = size === 'full' ? 256 : 64;
  const image = sampleNumbers(n * n);
  const naive = await measure(() => ofImage(image, n, byDefinition(n)), 3);
  const fast = await measure(() => ofImage(image, n, byHalves(n)), 3);
  const values = { output: 'complex' };
  const fft2 = await openOperator('fft2', { shape: [n, n], dtype: 'float64', values });
  const compiled = await measure(() => fft2.apply(image).spectrum ?? [], 3);
  return {
    subject: `two-dimensional Fourier transform of ${n} x ${n} float64`,
    rows: [
      { what: 'by definition, a line at a time', seconds: naive.seconds },
      { what: 'by halves (FFT)', seconds: fast.seconds, difference: difference(naive.value, fast.value) },
      {
        what: 'fanfold fft2, one thread',
        seconds: compiled.seconds,
        difference: difference(naive.value, compiled.value),
      },
    ],
    tolerance: 1e-12,
  };
}
