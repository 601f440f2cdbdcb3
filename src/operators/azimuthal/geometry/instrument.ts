import { UsageError } from '../../../core/errors.js';
import type { PrepareContext } from '../../../core/operator.js';
import type { DetectorFacts } from '../../../core/source.js';
import type { AzimuthalParams } from '../params.js';
import { findDetector } from './detectors.js';
import { poniFromDetector } from './from-detector.js';
import { type Poni, readPoni } from './poni.js';

type Context = PrepareContext<AzimuthalParams>;

function pair(flag: string, values: readonly number[] | undefined): readonly [number, number] | undefined {
  if (!values) return undefined;
  const [first = 0, second = first, ...more] = values;
  if (more.length === 0 && first > 0 && second > 0) return [first, second];
  throw new UsageError('bad-value', `--${flag} takes one or two positive numbers.`, { flag });
}

/** What the source says about its detector, with the options put over it. */
function factsOf({ values, detector }: Context): DetectorFacts {
  const known = values.detector === undefined ? undefined : findDetector(values.detector);
  const pixelSize = pair('pixel-size', values.pixelSize) ?? known?.pixel ?? detector.pixelSize;
  const [row, column] = values.beamCenter ?? [];
  const { distance = detector.distance, wavelength = detector.wavelength } = values;
  const beamCenter: DetectorFacts['beamCenter'] =
    row !== undefined && column !== undefined ? [row, column] : detector.beamCenter;
  return {
    ...(detector.name === undefined ? {} : { name: detector.name }),
    ...(pixelSize ? { pixelSize } : {}),
    ...(beamCenter ? { beamCenter } : {}),
    ...(distance === undefined ? {} : { distance }),
    ...(wavelength === undefined ? {} : { wavelength }),
  };
}

async function readText(context: Context, poni: string): Promise<Poni> {
  // No path holds a line break, and no geometry fits one line.
  if (poni.includes('\n')) return readPoni(poni, 'The geometry');
  return readPoni(await context.readText(poni), poni);
}

/**
 * The geometry of the experiment: the PONI file, or else what the source says of its detector, with single values replaced by
 * options.
 * @throws UsageError when something is missing, contradictory or impossible
 */
export async function instrumentOf(context: Context): Promise<Poni> {
  const { values } = context;
  const facts = factsOf(context);
  const base = values.poni === undefined ? poniFromDetector(facts) : await readText(context, values.poni);
  const known = values.detector === undefined ? null : findDetector(values.detector);
  if (values.detector !== undefined && !known) {
    throw new UsageError(
      'unknown-detector',
      `There is no detector called ${values.detector} here. Give --pixel-size instead.`,
    );
  }
  const [pixel1, pixel2] = pair('pixel-size', values.pixelSize) ?? known?.pixel ?? [base.pixel1, base.pixel2];
  const [rot1, rot2, rot3] = values.rotation ?? [base.rot1, base.rot2, base.rot3];
  const [row, column] = values.beamCenter ?? [];
  const poni: Poni = {
    ...base,
    pixel1,
    pixel2,
    distance: values.distance ?? base.distance,
    poni1: row === undefined ? base.poni1 : row * pixel1,
    poni2: column === undefined ? base.poni2 : column * pixel2,
    rot1: rot1 ?? 0,
    rot2: rot2 ?? 0,
    rot3: rot3 ?? 0,
    wavelength: values.wavelength ?? base.wavelength,
    ...(known ? { shape: known.shape, detector: known.name } : {}),
  };
  checkPoni(poni, values.unit);
  return poni;
}

function checkPoni({ distance, wavelength }: Poni, unit: string): void {
  if (!(distance > 0)) {
    throw new UsageError('bad-geometry', `The distance from sample to detector is ${distance} m; it must be positive.`);
  }
  if (wavelength !== null && !(wavelength > 0)) {
    throw new UsageError('bad-geometry', `The wavelength is ${wavelength} m; it must be positive.`);
  }
  if (unit.startsWith('q') && wavelength === null) {
    throw new UsageError(
      'no-wavelength',
      `The unit ${unit} needs a wavelength, and the geometry has none. Give --wavelength in metres, or another --unit.`,
    );
  }
}
