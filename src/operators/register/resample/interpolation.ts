import type { Triple } from '../grid.js';
import type { Given } from '../method.js';
import type { Filters } from '../smooth.js';
import { type Degree, splineFilter } from '../spline.js';
import type { Interpolation } from './weights.js';

const ALONE = Float64Array.of(1);

const DEGREES: Readonly<Record<Exclude<Interpolation, 'linear'>, Degree>> = { cubic: 3, bspline4: 4, bspline5: 5 };

/** How frames are sampled: as asked for, or as the method does. */
export function interpolationOf({ interpolation, method }: Given): Interpolation | 'shear' {
  return interpolation ?? (method === 'spm' ? 'bspline4' : 'cubic');
}

/** Filters that turn voxels into the coefficients that interpolate them; linear interpolation takes them as they are. */
export function interpolationFilters(size: Triple, how: Interpolation): Filters {
  const taps = how === 'linear' ? ALONE : splineFilter(0, DEGREES[how]);
  return [size[0] === 1 ? ALONE : taps, size[1] === 1 ? ALONE : taps, size[2] === 1 ? ALONE : taps];
}
