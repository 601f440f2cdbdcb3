import type { NumericArray } from '../../core/dtype.js';

/** The functions fitted to the field, at a position: 1 alone, or 1 and the scan coordinates. */
type Basis = (position: number) => readonly number[];

/** True for frames that take part in a fit and are changed by it. */
type Counts = (frame: number) => boolean;

/**
 * Solves `a x = b` for a symmetric matrix without negative eigenvalues, which needs no exchange of rows; null when it is
 * singular.
 */
function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] | null {
  const rows = a.map((row, i) => [...row, b[i] ?? 0]);
  const scale = Math.max(...a.flat().map(Math.abs));
  for (const [k, pivot] of rows.entries()) {
    const diagonal = pivot[k] ?? 0;
    if (diagonal <= 1e-12 * scale) return null;
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = (row[k] ?? 0) / diagonal;
      for (let j = k; j < row.length; j++) row[j] = (row[j] ?? 0) - factor * (pivot[j] ?? 0);
    }
  }
  return rows.map((row, k) => (row[b.length] ?? 0) / (row[k] ?? 1));
}

const constant: Basis = () => [1];

/** 1, and the coordinate from -1 to 1 along every axis of the scan that is longer than 1. */
function planeOver(stackShape: readonly number[]): Basis {
  return (position) => {
    const basis = [1];
    let rest = position;
    for (const extent of stackShape.toReversed()) {
      if (extent > 1) basis.push((2 * (rest % extent)) / (extent - 1) - 1);
      rest = Math.floor(rest / extent);
    }
    return basis;
  };
}

/** Least-squares coefficients of one component (0 = y, 1 = x); null when the frames do not determine them. */
function leastSquares(field: NumericArray, component: number, basisAt: Basis, counts: Counts): number[] | null {
  const size = basisAt(0).length;
  const matrix = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  const side = new Array<number>(size).fill(0);
  for (let frame = 0; frame < field.length / 2; frame++) {
    if (!counts(frame)) continue;
    const basis = basisAt(frame);
    for (const [i, b] of basis.entries()) {
      const row = matrix[i] ?? [];
      for (const [j, c] of basis.entries()) row[j] = (row[j] ?? 0) + b * c;
      side[i] = (side[i] ?? 0) + b * (field[2 * frame + component] ?? 0);
    }
  }
  return solve(matrix, side);
}

/**
 * Subtracts from `field` (frames, 2) the mean, or the least-squares plane over the scan, of each component. Frames that
 * do not determine a plane get their mean subtracted.
 *
 * @param counts true for frames that take part; the others are left as they are
 */
export function subtractDescan(
  field: NumericArray,
  stackShape: readonly number[],
  kind: 'mean' | 'plane',
  counts: Counts,
): void {
  for (const component of [0, 1]) {
    const plane = planeOver(stackShape);
    const slope = kind === 'plane' ? leastSquares(field, component, plane, counts) : null;
    const basisAt = slope ? plane : constant;
    const coefficients = slope ?? leastSquares(field, component, constant, counts) ?? [0];
    for (let frame = 0; frame < field.length / 2; frame++) {
      if (!counts(frame)) continue;
      const value = basisAt(frame).reduce((sum, b, i) => sum + b * (coefficients[i] ?? 0), 0);
      field[2 * frame + component] = (field[2 * frame + component] ?? 0) - value;
    }
  }
}
