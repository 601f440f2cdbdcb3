/** A pivot below this part of its diagonal means that a parameter cannot be seen. */
const SMALLEST = 1e-9;

/**
 * Inverse of a symmetric positive matrix, row-major, by Cholesky's factors of the matrix scaled to a unit diagonal.
 *
 * @returns null when it is singular in float64
 */
export function invertSymmetric(matrix: Float64Array, n: number): Float64Array | null {
  const scale = Array.from({ length: n }, (_, i) => 1 / Math.sqrt(matrix[i * n + i] ?? 0));
  if (!scale.every(Number.isFinite)) return null;
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = (matrix[i * n + j] ?? 0) * (scale[i] ?? 0) * (scale[j] ?? 0);
      for (let k = 0; k < j; k++) sum -= (lower[i * n + k] ?? 0) * (lower[j * n + k] ?? 0);
      if (i === j && !(sum > SMALLEST)) return null;
      lower[i * n + j] = i === j ? Math.sqrt(sum) : sum / (lower[j * n + j] ?? 1);
    }
  }
  const inverse = new Float64Array(n * n);
  const line = new Float64Array(n);
  for (let c = 0; c < n; c++) {
    for (let i = 0; i < n; i++) {
      let sum = i === c ? 1 : 0;
      for (let k = 0; k < i; k++) sum -= (lower[i * n + k] ?? 0) * (line[k] ?? 0);
      line[i] = sum / (lower[i * n + i] ?? 1);
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = line[i] ?? 0;
      for (let k = i + 1; k < n; k++) sum -= (lower[k * n + i] ?? 0) * (line[k] ?? 0);
      line[i] = sum / (lower[i * n + i] ?? 1);
    }
    for (let i = 0; i < n; i++) inverse[i * n + c] = (line[i] ?? 0) * (scale[i] ?? 0) * (scale[c] ?? 0);
  }
  return inverse;
}
