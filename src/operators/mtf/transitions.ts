/**
 * How often the point after one in bin a lies in bin b, divided by how often any point follows one in bin a. The row of a bin that
 * is never left is 0.
 *
 * @param matrix (bins, bins), row-major
 */
export function countTransitions(bins: Uint16Array, count: number, matrix: Float64Array): void {
  matrix.fill(0);
  for (let t = 1; t < bins.length; t++) {
    const at = (bins[t - 1] ?? 0) * count + (bins[t] ?? 0);
    matrix[at] = (matrix[at] ?? 0) + 1;
  }
  for (let a = 0; a < count; a++) {
    const row = matrix.subarray(a * count, (a + 1) * count);
    const total = row.reduce((sum, n) => sum + n, 0);
    if (total > 0) for (let b = 0; b < count; b++) row[b] = (row[b] ?? 0) / total;
  }
}
