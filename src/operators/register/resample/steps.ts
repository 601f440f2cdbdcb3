import type { Dtype, NumericArray } from '../../../core/dtype.js';
import { smooth } from '../fit/smooth.js';
import type { Coefficients } from '../volume.js';
import { keepSheared, shearVolume } from './heptic.js';
import { interpolationFilters } from './interpolation.js';
import { addFrame } from './moments.js';
import { type Placing, resampleVolume } from './resample.js';
import type { Shear } from './shears.js';
import { storeFrame } from './store.js';
import type { Interpolation } from './weights.js';

/** The hot loops of resampling, in TypeScript or as a kernel. */
export interface ResampleSteps {
  /** What the frame that starts at element `at` of the tile is interpolated from: coefficients of a spline, or plain voxels. */
  load(at: number, how: Interpolation): void;
  /** The frame on the grid of the reference; NaN where it does not show a voxel. */
  resample(placing: Placing, taps: number, into: Float32Array): void;
  /** Shears plain voxels in place. */
  shear(shear: Shear): void;
  /** Copies sheared voxels that were in view all the way: those that `resample` left out. */
  keep(placing: Placing, into: Float32Array): void;
  /** Adds a realigned frame to averages and squared deviations. */
  add(frame: Float32Array, average: Float64Array, squares: Float32Array, covered: Uint32Array): void;
  /** Rounds and clips a realigned frame to the dtype of the result. */
  store(frame: Float32Array, outside: number, dtype: Dtype, into: NumericArray): void;
}

/** The steps in plain TypeScript. */
export function resampleReference(tile: NumericArray, coefficients: Coefficients): ResampleSteps {
  return {
    load: (at, how) => smooth(tile, at, interpolationFilters(coefficients.size, how), coefficients),
    resample: (placing, taps, into) => resampleVolume(coefficients, placing, taps, into),
    shear: (shear) => shearVolume(coefficients, shear),
    keep: (placing, into) => keepSheared(coefficients, placing, into),
    add: addFrame,
    store: storeFrame,
  };
}
