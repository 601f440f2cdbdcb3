import { invert, type Matrix } from '../rigid.js';
import type { Coefficients } from '../volume.js';
import { sampleWith } from './sample.js';
import { viewOf, viewOfAll } from './view.js';

/** Where voxels of the reference are in a frame. */
export interface Placing {
  /** From the frame to the reference, in voxels. */
  readonly correction: Matrix;
  /** Its inverse. */
  readonly map: Matrix;
  /** Invert the correction for every voxel anew, although it does not change. */
  readonly each: boolean;
  /** Leave out voxels that all of these keep in view. */
  readonly except: readonly Matrix[];
  /** In view up to this far beyond the outermost voxel centres, in voxels. */
  readonly reach: number;
}

/**
 * Samples a frame where a map takes the voxels of the reference.
 *
 * @param coefficients of the interpolating spline, or the voxels themselves for two taps
 * @param into shape of a frame: NaN where the frame does not show a voxel
 */
export function resampleVolume(coefficients: Coefficients, placing: Placing, taps: number, into: Float32Array): void {
  const [nx, ny, nz] = coefficients.size;
  const { correction, each, except, reach } = placing;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const start = (z * ny + y) * nx;
      const [first, last] = viewOf(coefficients.size, placing.map, y, z, reach);
      const [from, to] = except.length > 0 ? viewOfAll(coefficients.size, except, y, z, reach) : [0, -1];
      into.fill(Number.NaN, start, start + nx);
      for (let x = first; x <= last; x++) {
        if (x >= from && x <= to) continue;
        const map = each ? invert(correction) : placing.map;
        const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, p = 0, q = 0, r = 0, s = 0] = map;
        const [u, v, w] = [a * x + b * y + c * z + d, e * x + f * y + g * z + h, p * x + q * y + r * z + s];
        into[start + x] = sampleWith(coefficients, taps, u, v, w);
      }
    }
  }
}
