/**
 * What a frame is explained by at every point: its change with the six motions, the template itself (the intensity), and a
 * constant that is not fitted and only counts. Ramps of the intensity along x, y and z follow where they are asked for.
 */
export const INTENSITY = 6;
export const CONSTANT = 7;
export const COLUMNS = 8;
export const RAMPS = 3;

/** Points whose sums are added up on their own: how a frame is shared between workers does not show in the last bit. */
export const BLOCK = 2048;

/** Pairs of so many columns. */
export function pairCount(width: number): number {
  return (width * (width + 1)) / 2;
}

/** Where the sums of a block are: columns times frame, frame times itself, points out of view, pairs of columns over those. */
export function sumsOf(width: number) {
  return { frame: width, missed: width + 1, pairs: width + 2, length: width + 2 + pairCount(width) } as const;
}

/** Where a symmetric matrix of columns keeps a pair. */
export function pairOf(j: number, k: number): number {
  const [low, high] = j < k ? [j, k] : [k, j];
  return (high * (high + 1)) / 2 + low;
}

/** A template at one smoothness: points and, at them, what frames are compared with. */
export interface Level {
  /** Columns. */
  readonly width: number;
  /** Padded to a multiple of 4 with points of no weight. */
  readonly count: number;
  /** x, then y, then z, in voxels. */
  readonly points: Float32Array;
  /** Column after column, each times the weight. */
  readonly columns: Float32Array;
  /** Sums over all points of pairs of columns times the weight. */
  readonly pairs: Float64Array;
  /** Covariance of the columns' sums for independent noise of unit variance in the voxels; empty where it is not needed. */
  readonly noise: Float64Array;
}

export function blocksOf({ count }: Level): number {
  return Math.ceil(count / BLOCK);
}
