import { nearest } from '../../../core/nearest.js';
import { detectorNames, findDetector } from './detectors.js';
import { failPoni, type PoniFields, toNumber } from './poni-fields.js';

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

/** The detector a PONI file is about. */
export interface PoniDetector {
  /** Pixel sizes in metres, slow and fast. */
  readonly pixel1: number;
  readonly pixel2: number;
  /** Rows and columns of the detector, when the file says. */
  readonly shape: readonly [number, number] | null;
  /** Name of the detector, when it has one. */
  readonly detector: string | null;
  /** Which corner the first pixel lies in, counted as in EXIF; 3 unless the file says otherwise. */
  readonly orientation: 1 | 2 | 3 | 4;
}

/** Detectors of pyFAI whose pixels are no plain grid: curved, hexagonal, of unequal pixels, or described by another file. */
const NOT_A_GRID = /^(hex|pixirad|cirpad|xcirpad|aarhus|rapid|cylindrical|imxpad|xpad|d5$|jungfrau|nexus)/;

function configOf({ values, name }: PoniFields): Config {
  const text = values.get('detector_config') ?? '{}';
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    return failPoni('bad-poni', name, `Detector_config is not valid JSON: ${text.slice(0, 80)}`);
  }
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config;
  return failPoni(
    'bad-poni',
    name,
    `Detector_config must be an object such as {"pixel1": 75e-6, "pixel2": 75e-6}, not ${text.slice(0, 80)}.`,
  );
}

function refuseDistorted(detector: string, { values, name }: PoniFields, config: Config): void {
  if (NOT_A_GRID.test(detector.toLowerCase().replace(/[^a-z0-9]/g, ''))) {
    const text = `the detector ${detector} is not a plain grid of equal, flat pixels, which is all that can be integrated here.`;
    failPoni('unsupported-detector', name, text);
  }
  const { splineFile, x_offset_file, y_offset_file, filename } = config;
  const file = [values.get('splinefile'), splineFile, x_offset_file, y_offset_file, filename].find(
    (value) => typeof value === 'string' && !/^(none|null|)$/i.test(value),
  );
  if (file === undefined) return;
  failPoni(
    'unsupported-detector',
    name,
    `the pixels of the detector are displaced by the file ${String(file)}, which is not supported. Integrate images that are corrected for it.`,
  );
}

/** A pixel size as the file gives it, or null. */
function pixelOf({ values, name }: PoniFields, config: Config, axis: 1 | 2): number | null {
  const key = `pixel${axis}` as const;
  const given = config[key] ?? values.get(`pixelsize${axis}`) ?? null;
  if (given === null) return null;
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  const size = typeof given === 'number' ? given : toNumber(text, `the pixel size ${key}`, name);
  if (size > 0 && Number.isFinite(size)) return size;
  return failPoni('bad-poni', name, `the pixel size ${key} is ${size} m; it must be above 0.`);
}

function shapeOf({ max_shape: given = null }: Config, name: string): readonly [number, number] | null {
  if (given === null) return null;
  const [rows, columns, ...more]: unknown[] = Array.isArray(given) ? given : [];
  const isExtent = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;
  if (isExtent(rows) && isExtent(columns) && more.length === 0) return [rows, columns];
  return failPoni('bad-poni', name, `max_shape is ${JSON.stringify(given)}; it must be two numbers, rows and columns.`);
}

function orientationOf({ orientation = 0 }: Config, name: string): PoniDetector['orientation'] {
  if (orientation === 0) return 3;
  if (orientation === 1 || orientation === 2 || orientation === 3 || orientation === 4) return orientation;
  const text = `the orientation of the detector is ${JSON.stringify(orientation)}; it must be 0, 1, 2, 3 or 4.`;
  return failPoni('bad-poni', name, text);
}

/**
 * What a PONI file says of its detector. A known one whose pixels have another size here was binned: it keeps neither its shape
 * nor its name, by which gaps would be found in the wrong places.
 *
 * @throws UsageError for detectors that are not known or no plain grid, and for values that are missing or wrong
 */
export function poniDetector(fields: PoniFields): PoniDetector {
  const { values, name } = fields;
  const config = configOf(fields);
  const called = values.get('detector') ?? 'Detector';
  refuseDistorted(called, fields, config);
  const isNamed = !/^detector$/i.test(called);
  const known = isNamed ? findDetector(called) : null;
  const given1 = pixelOf(fields, config, 1);
  const given2 = pixelOf(fields, config, 2);
  const pixel1 = given1 ?? known?.pixel[0];
  const pixel2 = given2 ?? known?.pixel[1];
  if (pixel1 === undefined || pixel2 === undefined) {
    if (!isNamed) return failPoni('bad-poni', name, 'it gives no pixel size. Add the lines PixelSize1 and PixelSize2.');
    const guess = nearest(called, detectorNames());
    const remedy = `${guess ? ` Did you mean ${guess}?` : ''} Put its pixel1 and pixel2 into Detector_config.`;
    return failPoni('unknown-detector', name, `there is no detector '${called}' here.${remedy}`);
  }
  const isSame = (size: number, usual: number) => Math.abs(size - usual) < 1e-3 * usual;
  const isBinned = known !== null && !(isSame(pixel1, known.pixel[0]) && isSame(pixel2, known.pixel[1]));
  return {
    pixel1,
    pixel2,
    shape: shapeOf(config, name) ?? (isBinned ? null : (known?.shape ?? null)),
    detector: isNamed && !isBinned ? (known?.name ?? called) : null,
    orientation: orientationOf(config, name),
  };
}
