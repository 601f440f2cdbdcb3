import { SourceError } from '../core/errors.js';
import type { Affine, Source } from '../core/source.js';

/** Matrices that differ by more, in millimetres or millimetres a voxel, say different things. */
export const DIFFERENT = 1e-3;

/** Largest difference between elements of two matrices. */
export function matrixDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? 0))), 0);
}

/**
 * Where the frames of all parts lie, which must be one place; undefined when no part says.
 *
 * @throws SourceError naming two parts that lie elsewhere
 */
export function sharedPlacement(parts: readonly Source[]): Affine | undefined {
  const [first, ...others] = parts;
  for (const other of others) {
    const [ours, theirs] = [first?.affine, other.affine];
    const difference = ours && theirs ? matrixDifference(ours.matrix, theirs.matrix) : ours === theirs ? 0 : null;
    if (first === undefined || (difference !== null && difference <= DIFFERENT)) continue;
    const how =
      difference === null ? 'only one of them says where' : `they differ by up to ${difference.toPrecision(3)}`;
    throw new SourceError(
      'parts-differ',
      `${first.location} and ${other.location} cannot be joined: their voxels lie elsewhere (${how}). ` +
        'Open them one by one, or resample one to the grid of the other.',
      { first: first.location, second: other.location, what: 'affine' },
    );
  }
  return first?.affine;
}
