import { findDetector } from './detectors.js';
import { type PoniDetector, poniDetector } from './poni-detector.js';
import { failPoni, type PoniFields, poniFields, toNumber } from './poni-fields.js';

/**
 * Where a flat detector stands: pyFAI's parameters. Axis 1 is slow (rows), axis 2 fast (columns); metres and radians. (poni1, poni2)
 * is the point of normal incidence, counted from the outer corner of the first pixel.
 */
export interface Poni extends PoniDetector {
  readonly distance: number;
  readonly poni1: number;
  readonly poni2: number;
  readonly rot1: number;
  readonly rot2: number;
  readonly rot3: number;
  /** Metres; null when the file gives none, which angles and distances do not need. */
  readonly wavelength: number | null;
}

function needNumber({ values, name }: PoniFields, key: string): number {
  const text = values.get(key.toLowerCase());
  if (text !== undefined) return toNumber(text, key, name);
  return failPoni(
    'bad-poni',
    name,
    `the line '${key}:' is missing. A PONI file needs Distance, Poni1, Poni2 and Rot1 to Rot3.`,
  );
}

function checkVersion({ values, name }: PoniFields): void {
  const text = values.get('poni_version') ?? '1';
  const version = toNumber(text, 'poni_version', name);
  if (version === 1 || version === 2 || version === 2.1) return;
  failPoni(
    'poni-version',
    name,
    `it is of version ${text}, but only versions 1, 2 and 2.1 are read${version === 3 ? '; version 3 describes thick sensors' : ''}. ` +
      'Save it as version 2 or 2.1.',
  );
}

function wavelengthOf({ values, name }: PoniFields): number | null {
  const text = values.get('wavelength') ?? 'none';
  if (/^(none|null|)$/i.test(text)) return null;
  const wavelength = toNumber(text, 'Wavelength', name);
  if (wavelength > 0) return wavelength;
  return failPoni('bad-poni', name, `the wavelength is ${wavelength} m; it must be above 0.`);
}

/**
 * Reads the text of a PONI file of version 1 (PixelSize1, PixelSize2), 2 (Detector, Detector_config) or 2.1 (with an orientation).
 * Keys ignore case and a later line replaces an earlier one: version 1 files were appended to.
 *
 * @param name of the file, for messages
 * @throws UsageError naming what is missing, wrong or not supported
 */
export function readPoni(text: string, name: string): Poni {
  const fields = poniFields(text, name);
  if (fields.values.size === 0)
    failPoni('bad-poni', name, 'this is not a PONI file: it has no line such as "Distance: 0.1".');
  checkVersion(fields);
  const distance = needNumber(
    fields,
    fields.values.has('dist') && !fields.values.has('distance') ? 'Dist' : 'Distance',
  );
  if (distance <= 0) failPoni('bad-poni', name, `the distance is ${distance} m; it must be above 0.`);
  return {
    distance,
    poni1: needNumber(fields, 'Poni1'),
    poni2: needNumber(fields, 'Poni2'),
    rot1: needNumber(fields, 'Rot1'),
    rot2: needNumber(fields, 'Rot2'),
    rot3: needNumber(fields, 'Rot3'),
    wavelength: wavelengthOf(fields),
    ...poniDetector(fields),
  };
}

/** The text of a PONI file of version 2, or 2.1 when the orientation is not the usual one. It reads back to the same numbers. */
export function writePoni(poni: Poni): string {
  const known = findDetector(poni.detector ?? '');
  const isPlain =
    known !== null &&
    known.shape.join() === poni.shape?.join() &&
    known.pixel[0] === poni.pixel1 &&
    known.pixel[1] === poni.pixel2;
  const config = {
    ...(isPlain ? {} : { pixel1: poni.pixel1, pixel2: poni.pixel2, max_shape: poni.shape }),
    ...(poni.orientation === 3 ? {} : { orientation: poni.orientation }),
  };
  const lines = [
    `poni_version: ${poni.orientation === 3 ? '2' : '2.1'}`,
    `Detector: ${isPlain ? known.name : 'Detector'}`,
    `Detector_config: ${JSON.stringify(config)}`,
    `Distance: ${poni.distance}`,
    `Poni1: ${poni.poni1}`,
    `Poni2: ${poni.poni2}`,
    `Rot1: ${poni.rot1}`,
    `Rot2: ${poni.rot2}`,
    `Rot3: ${poni.rot3}`,
    ...(poni.wavelength === null ? [] : [`Wavelength: ${poni.wavelength}`]),
  ];
  return `${lines.join('\n')}\n`;
}
