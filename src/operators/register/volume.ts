import type { Triple } from './grid.js';

/** Voxels around the coefficients, so that no sample needs a check of its taps. */
export const PAD = 2;

/** Spline coefficients of a frame with `PAD` mirrored ones on each side. */
export interface Coefficients {
  /** Of the frame. */
  readonly size: Triple;
  /** From one row, and one plane, to the next. */
  readonly row: number;
  readonly plane: number;
  readonly data: Float32Array;
}

/** Elements that the coefficients of a frame take; kernels read four beyond. */
export function coefficientCount([nx, ny, nz]: Triple): number {
  return (nx + 2 * PAD) * (ny + 2 * PAD) * (nz + 2 * PAD);
}

export function asCoefficients(size: Triple, data: Float32Array): Coefficients {
  const row = size[0] + 2 * PAD;
  return { size, row, plane: row * (size[1] + 2 * PAD), data };
}

/** The index that a mirror at both ends, on the voxels themselves, puts in place of `index`. */
export function mirrored(index: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const within = ((index % period) + period) % period;
  return within < length ? within : period - within;
}
