import { UsageError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import { detectorNames, findDetector } from './detectors.js';
import type { NamedDetector } from './detectors-table.js';

/**
 * Where a flat detector stands: pyFAI's parameters. Axis 1 is slow (rows), axis 2 fast (columns); metres and radians. (poni1, poni2)
 * is the point of normal incidence, counted from the outer corner of the first pixel.
 */
export interface Poni {
  readonly distance: number;
  readonly poni1: number;
  readonly poni2: number;
  readonly rot1: number;
  readonly rot2: number;
  readonly rot3: number;
  /** Metres; null when the file gives none, which angles and distances do not need. */
  readonly wavelength: number | null;
  /** Pixel sizes, slow and fast. */
  readonly pixel1: number;
  readonly pixel2: number;
  /** Rows and columns of the detector, when the file says. */
  readonly shape: readonly [number, number] | null;
  /** Name of the detector, when it has one. */
  readonly detector: string | null;
  /** Which corner the first pixel lies in, after EXIF: 3 unless the file says otherwise. */
  readonly orientation: 1 | 2 | 3 | 4;
}

type Fields = ReadonlyMap<string, string>;

/** What may stand in Detector_config, not yet checked. */
interface Config {
  readonly pixel1?: unknown;
  readonly pixel2?: unknown;
  readonly max_shape?: unknown;
  readonly orientation?: unknown;
  readonly splineFile?: unknown;
  readonly x_offset_file?: unknown;
  readonly y_offset_file?: unknown;
  readonly filename?: unknown;
}

function fail(code: string, name: string, text: string): never {
  throw new UsageError(code, `${name}: ${text}`, { poni: name });
}

/** Keys in lower case with their last values. */
function fieldsOf(text: string): Fields {
  const fields = new Map<string, string>();
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    const colon = line.indexOf(':');
    if (line.trimStart().startsWith('#') || colon < 0) continue;
    fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return fields;
}

function toNumber(text: string, key: string, name: string): number {
  const value = text.replace(/#.*$/, '').trim();
  const number = value === '' ? Number.NaN : Number(value);
  if (!Number.isFinite(number)) fail('bad-poni', name, `${key} is '${text}', which is not a finite number.`);
  return number;
}

function needNumber(fields: Fields, keys: readonly string[], name: string): number {
  for (const key of keys) {
    const text = fields.get(key.toLowerCase());
    if (text !== undefined) return toNumber(text, key, name);
  }
  return fail(
    'bad-poni',
    name,
    `the line '${keys[0]}:' is missing. A PONI file needs Distance, Poni1, Poni2 and Rot1 to Rot3.`,
  );
}

function versionOf(fields: Fields, name: string): number {
  const text = fields.get('poni_version') ?? '1';
  const version = toNumber(text, 'poni_version', name);
  if (version === 1 || version === 2 || version === 2.1) return version;
  return fail(
    'poni-version',
    name,
    `it is of version ${text}, but only versions 1, 2 and 2.1 are read${version >= 3 ? ': later ones describe thick sensors' : ''}. ` +
      'Save it as version 2 or 2.1.',
  );
}

function configOf(fields: Fields, name: string): Config {
  const text = fields.get('detector_config');
  if (text === undefined) return {};
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    return fail('bad-poni', name, `Detector_config is not valid JSON: ${text.slice(0, 80)}`);
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    fail(
      'bad-poni',
      name,
      `Detector_config must be an object such as {"pixel1": 75e-6, "pixel2": 75e-6}, not ${text.slice(0, 80)}.`,
    );
  }
  return config as Config;
}

/** Detectors of pyFAI whose pixels are no plain grid: curved, hexagonal, of unequal pixels, or described by another file. */
const NOT_A_GRID = /^(hex|pixirad|cirpad|xcirpad|aarhus|rapid|cylindrical|imxpad|xpad|d5$|jungfrau|nexus)/;

function refuseDistorted(detector: string, fields: Fields, config: Config, name: string): void {
  const plain = detector.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (NOT_A_GRID.test(plain)) {
    fail(
      'unsupported-detector',
      name,
      `the detector ${detector} is not a plain grid of equal, flat pixels, which is all that can be integrated here.`,
    );
  }
  const files = [
    fields.get('splinefile'),
    config.splineFile,
    config.x_offset_file,
    config.y_offset_file,
    config.filename,
  ];
  const file = files.find((value) => typeof value === 'string' && !/^(none|null|)$/i.test(value));
  if (file !== undefined) {
    fail(
      'unsupported-detector',
      name,
      `the pixels of the detector are displaced by the file ${String(file)}, which is not supported. Integrate images that are corrected for it.`,
    );
  }
}

/** The pixel size along one axis; a named detector that bins or an unnamed one may say it. */
function pixelOf(
  fields: Fields,
  config: Config,
  key: 'pixel1' | 'pixel2',
  known: number | undefined,
  name: string,
): number {
  const written = key === 'pixel1' ? 'PixelSize1' : 'PixelSize2';
  const given = config[key] ?? fields.get(written.toLowerCase()) ?? known;
  if (given === undefined || given === null) {
    return fail('bad-poni', name, `it gives no pixel size. Add ${written}, or "${key}" to Detector_config.`);
  }
  const size = typeof given === 'number' ? given : toNumber(String(given), key, name);
  if (!(size > 0 && Number.isFinite(size)))
    fail('bad-poni', name, `the pixel size ${key} is ${size} m; it must be above 0.`);
  return size;
}

function shapeOf(config: Config, known: NamedDetector | null, name: string): readonly [number, number] | null {
  const given = config.max_shape ?? known?.shape ?? null;
  if (given === null) return null;
  if (!Array.isArray(given) || given.length !== 2 || !given.every((extent) => Number.isInteger(extent) && extent > 0)) {
    fail('bad-poni', name, `max_shape is ${JSON.stringify(given)}; it must be two numbers, rows and columns.`);
  }
  const [rows, columns] = given as readonly number[];
  return [rows ?? 0, columns ?? 0];
}

function orientationOf(config: Config, name: string): Poni['orientation'] {
  const given = config.orientation ?? 0;
  if (given === 0) return 3;
  if (given === 1 || given === 2 || given === 3 || given === 4) return given;
  return fail(
    'bad-poni',
    name,
    `the orientation of the detector is ${JSON.stringify(given)}; it must be 0, 1, 2, 3 or 4.`,
  );
}

function wavelengthOf(fields: Fields, name: string): number | null {
  const text = fields.get('wavelength') ?? 'none';
  if (/^(none|null|)$/i.test(text)) return null;
  const wavelength = toNumber(text, 'Wavelength', name);
  if (wavelength <= 0) fail('bad-poni', name, `the wavelength is ${wavelength} m; it must be above 0.`);
  return wavelength;
}

/**
 * Reads the text of a PONI file of version 1 (PixelSize1, PixelSize2), 2 (Detector, Detector_config) or 2.1 (with an orientation).
 * Keys ignore case and a later line replaces an earlier one: version 1 files were appended to.
 *
 * @param name of the file, for messages
 * @throws UsageError naming what is missing, wrong or not supported
 */
export function readPoni(text: string, name: string): Poni {
  const fields = fieldsOf(text);
  if (fields.size === 0) fail('bad-poni', name, 'this is not a PONI file: it has no line such as "Distance: 0.1".');
  versionOf(fields, name);
  const config = configOf(fields, name);
  const detector = fields.get('detector') ?? 'Detector';
  refuseDistorted(detector, fields, config, name);
  const known = findDetector(detector);
  const isNamed = !/^detector$/i.test(detector);
  const hasPixels =
    ('pixel1' in config && 'pixel2' in config) || (fields.has('pixelsize1') && fields.has('pixelsize2'));
  if (isNamed && !known && !hasPixels) {
    const guess = nearest(detector, detectorNames());
    fail(
      'unknown-detector',
      name,
      `there is no detector '${detector}' here.${guess ? ` Did you mean ${guess}?` : ''} Give its pixel1 and pixel2 in Detector_config.`,
    );
  }
  const distance = needNumber(fields, ['Distance', 'Dist'], name);
  if (distance <= 0) fail('bad-poni', name, `the distance is ${distance} m; it must be above 0.`);
  return {
    distance,
    poni1: needNumber(fields, ['Poni1'], name),
    poni2: needNumber(fields, ['Poni2'], name),
    rot1: needNumber(fields, ['Rot1'], name),
    rot2: needNumber(fields, ['Rot2'], name),
    rot3: needNumber(fields, ['Rot3'], name),
    wavelength: wavelengthOf(fields, name),
    pixel1: pixelOf(fields, config, 'pixel1', known?.pixel[0], name),
    pixel2: pixelOf(fields, config, 'pixel2', known?.pixel[1], name),
    shape: shapeOf(config, known, name),
    detector: isNamed ? (known?.name ?? detector) : null,
    orientation: orientationOf(config, name),
  };
}
