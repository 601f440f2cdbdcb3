import { UsageError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import type { Params, RawValues } from '../core/params.js';
import { formatShape } from '../core/stack.js';
import { detectorNames, findDetector } from '../operators/azimuthal/geometry/detectors.js';

/** The flag that stands for shape, pixel size and gaps together. */
export const KNOWN_DETECTOR = {
  detector: {
    kind: 'text',
    help: 'a detector by name, such as eiger4m or pilatus1m, gives frame shape, --pixel-size and --modules; SHAPE is then the number of frames',
  },
} as const satisfies Params;

/** What `make` was asked for, the detector's name replaced by what it stands for. */
export interface Wanted {
  readonly shape: readonly number[];
  readonly own: RawValues;
}

/**
 * Puts the detector's frame shape behind the given shape, unless it ends in it already, and fills in what was not given.
 *
 * @throws UsageError for an unknown detector, or a shape that has frames of another shape
 */
export function withDetector(shape: readonly number[], { detector, ...own }: RawValues): Wanted {
  if (detector === undefined) return { shape, own };
  const found = findDetector(String(detector));
  if (!found) {
    const guess = nearest(
      String(detector).toLowerCase(),
      detectorNames().map((name) => name.toLowerCase()),
    );
    throw new UsageError(
      'unknown-detector',
      `There is no detector '${String(detector)}'.${guess ? ` Did you mean ${guess}?` : ''} Or give SHAPE with the frame, --pixel-size and --modules.`,
    );
  }
  const ends = shape.slice(-2).join() === found.shape.join();
  if (!ends && shape.length > 2) {
    throw new UsageError(
      'wrong-shape',
      `Frames of ${found.name} have ${formatShape(found.shape)} pixels, but the shape is ${formatShape(shape)}. Give the number of frames alone.`,
    );
  }
  const { modules } = found;
  const gaps = modules ? [modules.rows, modules.columns, modules.rowGap, modules.columnGap] : undefined;
  // Pixels of another size are another detector, which no reader knows by this name.
  const name = own.pixelSize === undefined && own.modules === undefined ? { detectorName: found.name } : {};
  return {
    shape: ends ? shape : [...shape, ...found.shape],
    own: { pixelSize: found.pixel, ...(gaps ? { modules: gaps } : {}), ...name, ...own },
  };
}
