import { invertSymmetric } from '../fit/solve.js';
import type { SpmTemplate } from './template.js';

/** Sums over the kept rows of products of columns, row-major. */
function gram(columns: readonly Float64Array[], kept: Uint32Array): Float64Array {
  const n = columns.length;
  const sums = new Float64Array(n * n);
  for (const [j, a] of columns.entries()) {
    for (const [k, b] of columns.slice(0, j + 1).entries()) {
      let sum = 0;
      for (const row of kept) sum += (a[row] ?? 0) * (b[row] ?? 0);
      sums[j * n + k] = sum;
      sums[k * n + j] = sum;
    }
  }
  return sums;
}

/** By elimination, for a symmetric positive matrix. */
function determinant(matrix: Float64Array, n: number): number {
  const m = matrix.slice();
  let product = 1;
  for (let i = 0; i < n; i++) {
    const pivot = m[i * n + i] ?? 0;
    product *= pivot;
    for (let r = i + 1; r < n; r++) {
      const factor = (m[r * n + i] ?? 0) / pivot;
      for (let c = i; c < n; c++) m[r * n + c] = (m[r * n + c] ?? 0) - factor * (m[i * n + c] ?? 0);
    }
  }
  return product;
}

/** Leverage of every kept row. */
function leverages(columns: readonly Float64Array[], kept: Uint32Array, inverse: Float64Array): Float64Array {
  const n = columns.length;
  const row = new Float64Array(n);
  return Float64Array.from(kept, (at) => {
    for (let j = 0; j < n; j++) row[j] = columns[j]?.[at] ?? 0;
    let sum = 0;
    for (let j = 0; j < n; j++) {
      let along = 0;
      for (let k = 0; k < n; k++) along += (inverse[j * n + k] ?? 0) * (row[k] ?? 0);
      sum += along * (row[j] ?? 0);
    }
    return sum;
  });
}

/**
 * The points that hold `quality` of the determinant of all: a tenth of them, those of least leverage, goes at a time. Equal
 * leverages go in the order of the points. At least `least` stay, where SPM would go on and then fail.
 *
 * @returns which points stay, in order
 */
export function informative({ values, columns }: SpmTemplate, quality: number, least: number): Uint32Array {
  const count = values.length;
  const all = [
    ...Array.from({ length: columns.length / count }, (_, j) => columns.subarray(j * count, (j + 1) * count)),
  ];
  all.push(values);
  let kept = Uint32Array.from({ length: count }, (_, n) => n);
  let first = 0;
  for (;;) {
    const sums = gram(all, kept);
    const information = determinant(sums, all.length);
    if (first === 0) first = information;
    const inverse = information / first > quality ? invertSymmetric(sums, all.length) : null;
    const fewer = Math.round(kept.length / 10);
    if (!inverse || fewer === 0 || kept.length - fewer < least) return kept;
    const worth = leverages(all, kept, inverse);
    const order = Uint32Array.from(kept, (_, i) => i).sort((a, b) => (worth[a] ?? 0) - (worth[b] ?? 0) || a - b);
    const stay = order.subarray(fewer).sort();
    kept = stay.map((i) => kept[i] ?? 0);
  }
}
