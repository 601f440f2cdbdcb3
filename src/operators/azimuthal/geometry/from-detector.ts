import { UsageError } from '../../../core/errors.js';
import type { DetectorFacts } from '../../../core/source.js';
import { findDetector } from './detectors.js';
import type { Poni } from './poni.js';

/** What must be known, how to name it, and the option that gives it. */
const NEEDED = [
  ['distance', 'the distance from sample to detector (--distance)'],
  ['beamCenter', 'the beam centre (--beam-center)'],
  ['pixelSize', 'the pixel size (--pixel-size or --detector)'],
] as const;

function isPositive(value: number): boolean {
  return value > 0 && Number.isFinite(value);
}

/**
 * The geometry of a detector at right angles to the beam, from what its file says of it.
 *
 * @throws UsageError naming everything that is missing, or the value that is impossible
 */
export function poniFromDetector(facts: DetectorFacts): Poni {
  const known = facts.name === undefined ? null : findDetector(facts.name);
  const { distance, beamCenter, wavelength = null, pixelSize = known?.pixel } = facts;
  if (distance === undefined || beamCenter === undefined || pixelSize === undefined) {
    const found = { distance, beamCenter, pixelSize };
    const missing = NEEDED.filter(([key]) => found[key] === undefined).map(([, text]) => text);
    throw new UsageError(
      'no-geometry',
      `The geometry is incomplete: nothing says ${new Intl.ListFormat('en', { type: 'disjunction' }).format(missing)}. Give --poni, or these options.`,
      {
        missing: NEEDED.filter(([key]) => found[key] === undefined)
          .map(([key]) => key)
          .join(','),
      },
    );
  }
  const [pixel1, pixel2] = pixelSize;
  const [row, column] = beamCenter;
  if (!isPositive(distance) || !isPositive(pixel1) || !isPositive(pixel2) || !Number.isFinite(row + column)) {
    throw new UsageError(
      'bad-geometry',
      `The geometry is impossible: distance ${distance} m, pixels of ${pixel1} x ${pixel2} m, beam centre (${row}, ${column}). ` +
        'Give --poni, or --distance, --pixel-size and --beam-center.',
    );
  }
  return {
    distance,
    poni1: row * pixel1,
    poni2: column * pixel2,
    rot1: 0,
    rot2: 0,
    rot3: 0,
    wavelength: wavelength !== null && isPositive(wavelength) ? wavelength : null,
    pixel1,
    pixel2,
    shape: null,
    detector: known?.name ?? null,
    orientation: 3,
  };
}
