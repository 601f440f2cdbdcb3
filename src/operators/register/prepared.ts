import type { Prepared } from '../../core/operator.js';
import type { Stack } from '../../core/stack.js';
import { checkAffine, type Grid, makeGrid } from './grid.js';
import type { Given } from './method.js';

/** What `prepare` makes, by the names it is placed under. */
export interface RegisterPrepared {
  readonly finePoints: Float32Array;
  readonly fineColumns: Float32Array;
  readonly finePairs: Float64Array;
  readonly fineNoise: Float64Array;
  readonly quickPoints: Float32Array;
  readonly quickColumns: Float32Array;
  readonly quickPairs: Float64Array;
  /** How much the noise at each of its points moves the estimate. */
  readonly quickStrength: Float32Array;
  /** Empty when there is no coarse search. */
  readonly coarsePoints: Float32Array;
  readonly coarseColumns: Float32Array;
  readonly coarsePairs: Float64Array;
  /** Of the reference, binned; empty when there is no coarse search. */
  readonly spectrum: Float32Array;
  /** The source's transform from voxels to world mm, 12 numbers; of length 0 when it gives none. */
  readonly placement: Float64Array;
  /** Where world coordinates come from. */
  readonly world: string;
  /** Motion from which each frame starts, 16 numbers each; none: from rest. */
  readonly starts: Float64Array;
  /** What frame 0 moved by against the reference: all motions are given relative to it. */
  readonly origin: Float64Array;
  /** Covariance of that; of length 0 when it is certain. */
  readonly originCovariance: Float64Array;
}

/** Prepared arrays are looked up by name; this says which there are. */
export const asPrepared = (prepared: Prepared) => prepared as unknown as RegisterPrepared;

/** The source's transform, as it travels to the workers; absent when the source gave none. */
export function placementIn({ placement }: Pick<RegisterPrepared, 'placement'>): readonly number[] | undefined {
  return placement.length > 0 ? [...placement] : undefined;
}

/** The grid of the frames. @param placed the transform that the source itself gives, used unless an option gives another */
export function gridOf(stack: Stack, { affine, voxel, transform }: Given, placed?: readonly number[]): Grid {
  if (affine !== undefined) checkAffine(affine);
  return makeGrid(stack, affine ?? placed, voxel, transform !== 'translation');
}
