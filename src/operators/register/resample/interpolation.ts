import type { Filters } from '../fit/smooth.js';
import type { Triple } from '../grid.js';
import type { Given } from '../method.js';
import { type Degree, splineFilter } from '../spline.js';
import type { Interpolation } from './weights.js';

const ALONE = Float64Array.of(1);

/** Degrees of splines; linear interpolation takes the voxels as they are. */
export const DEGREES: Readonly<Partial<Record<Interpolation, Degree>>> = { cubic: 3, bspline4: 4, bspline5: 5 };

/** How frames are sampled: as asked for, or as the method does. */
export function interpolationOf({ interpolation, method }: Given): Interpolation | 'shear' {
  return interpolation ?? (method === 'spm' ? 'bspline4' : 'cubic');
}

/** Filters that turn voxels into the coefficients that interpolate them. */
export function interpolationFilters(size: Triple, how: Interpolation): Filters {
  const degree = DEGREES[how];
  const taps = degree ? splineFilter(0, degree) : ALONE;
  return [size[0] === 1 ? ALONE : taps, size[1] === 1 ? ALONE : taps, size[2] === 1 ? ALONE : taps];
}
