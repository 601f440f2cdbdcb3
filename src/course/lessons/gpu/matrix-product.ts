import { openOperator } from 'fanfold';
import { difference, measure, sampleNumbers } from '../../measure.js';
import type { Outcome, Setting } from '../../outcome.js';

/** As in the textbook: each element of the result is a row times a column. The column jumps through memory, n numbers a step. */
function rowTimesColumn(a: Float32Array, b: Float32Array, n: number): Float32Array {
  const product = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += (a[i * n + k] ?? 0) * (b[k * n + j] ?? 0);
      product[i * n + j] = sum;
    }
  }
  return product;
}

/**
 * Four columns at a time, for n that four divides: each number of a is fetched once for four products, the four numbers of b lie
 * side by side, and four sums do not wait for each other. Each sum still adds in the same order.
 */
function fourColumns(a: Float32Array, b: Float32Array, n: number): Float32Array {
  const product = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j += 4) {
      let first = 0;
      let second = 0;
      let third = 0;
      let fourth = 0;
      for (let k = 0; k < n; k++) {
        const factor = a[i * n + k] ?? 0;
        const at = k * n + j;
        first += factor * (b[at] ?? 0);
        second += factor * (b[at + 1] ?? 0);
        third += factor * (b[at + 2] ?? 0);
        fourth += factor * (b[at + 3] ?? 0);
      }
      product.set([first, second, third, fourth], i * n + j);
    }
  }
  return product;
}

/** A matrix product: n^3 multiplications over 3 n^2 numbers, which is why it is what GPUs are shown with. */
export default async function matrixProduct({ size }: Setting): Promise<Outcome> {
  const n = size === 'full' ? 512 : 64;
  const [a, b] = [Float32Array.from(sampleNumbers(n * n, 1)), Float32Array.from(sampleNumbers(n * n, 2))];
  const naive = await measure(() => rowTimesColumn(a, b, n), 3);
  const four = await measure(() => fourColumns(a, b, n), 3);
  const values = { by: [{ shape: [n, n], data: b }] };
  const matmul = await openOperator('matmul', { shape: [n, n], dtype: 'float32', values });
  const blocked = await measure(() => matmul.apply(a).product ?? [], 3);
  /** Additions and multiplications, in thousand millions a second. */
  const rate = (seconds: number): number => (2 * n ** 3) / seconds / 1e9;
  return {
    subject: `product of two float32 matrices of ${n} x ${n}; the value is GFLOP/s`,
    rows: [
      { what: 'row times column', seconds: naive.seconds, value: rate(naive.seconds) },
      {
        what: 'row times four columns',
        seconds: four.seconds,
        value: rate(four.seconds),
        difference: difference(naive.value, four.value),
      },
      {
        what: 'fanfold matmul, one thread',
        seconds: blocked.seconds,
        value: rate(blocked.seconds),
        difference: difference(naive.value, blocked.value),
      },
    ],
    // The loops add in float64 and round once, the kernel adds in float32.
    tolerance: 1e-5,
  };
}
