import type { NumericArray } from '../../../core/dtype.js';
import type { Matrix } from '../rigid.js';
import type { Coefficients } from '../volume.js';
import { BLOCK, type Level, sumsOf } from './columns.js';
import { accumulate, accumulateMissed } from './normal-equations.js';
import { samplePoints } from './sample.js';
import { type Filters, smooth } from './smooth.js';

/** What a worker keeps for itself between frames. */
export interface Workspace {
  readonly coefficients: Coefficients;
  /** Of one block of points. */
  readonly samples: Float32Array;
  /** Points of one block that are out of view. */
  readonly missed: Uint32Array;
  /** Of every block. */
  readonly sums: Float64Array;
  readonly total: Float64Array;
  /** A binned frame and its spectrum; empty when none is asked for. */
  readonly waves: Float32Array;
}

/** The hot loops of the estimate, in TypeScript or as a kernel. */
export interface Steps {
  /** Spline coefficients, smoothed, of the frame that starts at element `at` of the tile. */
  smooth(at: number, filters: Filters): void;
  /** Sums of one block of points, where `map` takes them. */
  sumBlock(level: Level, block: number, map: Matrix): void;
}

/** First point of a block, and the one after its last. */
export function blockRange(level: Level, block: number): readonly [number, number] {
  return [block * BLOCK, Math.min(level.count, (block + 1) * BLOCK)];
}

/** The steps in plain TypeScript. */
export function referenceSteps(tile: NumericArray, space: Workspace): Steps {
  const { coefficients, samples, missed, sums } = space;
  return {
    smooth: (at, filters) => smooth(tile, at, filters, coefficients),
    sumBlock(level, block, map) {
      const [from, to] = blockRange(level, block);
      const many = samplePoints(coefficients, level, map, from, to, samples, missed);
      const at = block * sumsOf(level.width).length;
      accumulate(level, samples, from, to, sums, at);
      accumulateMissed(level, missed, many, sums, at);
    },
  };
}
