/** A kernel as a column times a row. */
export interface Factors {
  readonly vertical: Float64Array;
  readonly horizontal: Float64Array;
}

/**
 * The column and the row whose products are exactly the weights, or null when there are none: rounding must not make another kernel of
 * the one that was given.
 *
 * @param weights (rows, columns)
 */
export function exactFactors(weights: Float64Array, rows: number, columns: number): Factors | null {
  const first = weights.findIndex((weight) => weight !== 0);
  if (first < 0) return null;
  const [row, column] = [Math.floor(first / columns), first % columns];
  const horizontal = weights.slice(row * columns, (row + 1) * columns);
  const vertical = Float64Array.from(
    { length: rows },
    (_, i) => (weights[i * columns + column] ?? 0) / (weights[first] ?? 1),
  );
  const isExact = weights.every(
    (weight, k) => (vertical[Math.floor(k / columns)] ?? 0) * (horizontal[k % columns] ?? 0) === weight,
  );
  return isExact ? { vertical, horizontal } : null;
}
