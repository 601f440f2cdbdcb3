import { SourceError } from '../core/errors.js';
import type { Affine, Source } from '../core/source.js';
import { formatShape } from '../core/stack.js';

/** Matrices that differ by more, in millimetres or millimetres a voxel, say different things. */
export const DIFFERENT = 1e-3;

/** Largest difference between elements of two matrices. */
export function matrixDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? 0))), 0);
}

/** Lengths of the three columns of a 3 x 4 matrix: the sizes of a voxel along x, y and z. */
export function columnLengths(matrix: readonly number[]): [number, number, number] {
  const length = (c: number): number => Math.hypot(matrix[c] ?? 0, matrix[4 + c] ?? 0, matrix[8 + c] ?? 0);
  return [length(0), length(1), length(2)];
}

const sizesText = (matrix: readonly number[]): string =>
  `${columnLengths(matrix)
    .map((size) => Number(size.toPrecision(6)))
    .join(' x ')} mm`;

/** What sets the grid of one file apart from that of another, in words; null for the same grid but for rounding. */
function gridDifference(first: Source, other: Source): { what: string; how: string } | null {
  const [ours, theirs] = [first.affine, other.affine];
  if (ours === undefined && theirs === undefined) return null;
  const [shape, otherShape] = [first, other].map(({ handle }) => formatShape(handle.stack.frameShape));
  if (shape !== otherShape) return { what: 'frames', how: `their frames differ, ${shape} against ${otherShape}` };
  if (ours === undefined || theirs === undefined)
    return { what: 'affine', how: 'their voxels lie elsewhere (only one of them says where)' };
  const difference = matrixDifference(ours.matrix, theirs.matrix);
  if (difference <= DIFFERENT) return null;
  const lengths = columnLengths(theirs.matrix);
  if (columnLengths(ours.matrix).some((length, d) => Math.abs(length - (lengths[d] ?? 0)) > DIFFERENT))
    return {
      what: 'voxel sizes',
      how: `their voxel sizes differ, ${sizesText(ours.matrix)} against ${sizesText(theirs.matrix)}`,
    };
  return { what: 'affine', how: `their voxels lie elsewhere (they differ by up to ${difference.toPrecision(3)})` };
}

/**
 * Where the frames of all parts lie, which must be one grid; undefined when no part says.
 *
 * @throws SourceError naming the first part with another grid than the first of all, and how it differs
 */
export function sharedPlacement(parts: readonly Source[]): Affine | undefined {
  const [first, ...others] = parts;
  for (const other of others) {
    const found = first && gridDifference(first, other);
    if (!found) continue;
    throw new SourceError(
      'parts-differ',
      `${first.location} and ${other.location} cannot be joined: ${found.how}. ` +
        'Open them one by one, or resample one to the grid of the other.',
      { first: first.location, second: other.location, what: found.what },
    );
  }
  return first?.affine;
}
