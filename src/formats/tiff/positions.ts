import { type Axis, product } from '../../core/stack.js';
import { imageAxes } from '../image-axes.js';

/** How the images of a file are arranged, and what their description says of the axes. */
export interface Arrangement {
  readonly positions: readonly number[];
  /** One for each position dimension, then those of rows and columns. */
  readonly axes: readonly Axis[];
  /** Program that arranged them, for `info`. */
  readonly by: string;
}

/** Pixels for each unit of length along rows and columns, from the resolution tags. */
type Resolution = readonly [row: number, column: number];

function plain(images: number): Arrangement {
  const positions = images === 1 ? [] : [images];
  return { positions, axes: imageAxes(positions), by: '' };
}

/** ImageJ spells units in ASCII. */
function unitOf(text: string | undefined): string {
  const unit = (text ?? '').replaceAll('\\u00B5', 'µ');
  return unit === 'micron' || unit === 'um' ? 'µm' : unit === 'pixel' ? '' : unit;
}

const stepOf = (perUnit: number): number => (Number.isFinite(perUnit) && perUnit > 0 ? 1 / perUnit : 1);

/** ImageJ's description: lines `key=value`; channels vary fastest, then slices, then frames. */
function imagejArrangement(description: string, images: number, resolution: Resolution): Arrangement | null {
  const entries = new Map(
    description.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()] as const;
    }),
  );
  const step = (key: string): number | null => {
    const value = Number(entries.get(key));
    return Number.isFinite(value) && value > 0 ? value : null;
  };
  const count = (key: string): number => {
    const value = step(key) ?? 1;
    return Number.isSafeInteger(value) ? value : 1;
  };
  const total = entries.has('images') ? count('images') : images;
  if (total !== images && images !== 1) return null;
  const unit = unitOf(entries.get('unit'));
  const [interval, spacing] = [step('finterval'), step('spacing')];
  const dimensions: readonly (readonly [extent: number, axis: Axis])[] = [
    [count('frames'), { name: 'time', unit: interval ? 's' : '', step: interval ?? 1, origin: 0 }],
    [count('slices'), { name: 'z', unit: spacing ? unit : '', step: spacing ?? 1, origin: 0 }],
    [count('channels'), { name: 'channel', unit: '', step: 1, origin: 0 }],
  ];
  const used = dimensions.filter(([extent]) => extent > 1);
  const positions = used.map(([extent]) => extent);
  const frameAxes = (['y', 'x'] as const).map((name, i) => ({
    name,
    unit,
    step: unit === '' ? 1 : stepOf(resolution[i] ?? 1),
    origin: 0,
  }));
  if (product(positions) === total)
    return { positions, axes: [...used.map(([, axis]) => axis), ...frameAxes], by: 'ImageJ' };
  return { ...plain(total), axes: [...plain(total).axes.slice(0, -2), ...frameAxes], by: 'ImageJ' };
}

/** The shape that tifffile leaves in the description as JSON: `{"shape": [3, 4, 10, 12]}`. */
function tifffileArrangement(
  description: string,
  images: number,
  frame: readonly [number, number],
): Arrangement | null {
  const found = /"shape"\s*:\s*\[([\d\s,]*)\]/.exec(description);
  const shape = (found?.[1] ?? '').split(',').map(Number);
  const positions = shape.slice(0, -2).filter((extent) => extent !== 1);
  if (shape.length < 3 || shape.includes(0) || shape.at(-2) !== frame[0] || shape.at(-1) !== frame[1]) return null;
  const isTruncated = images === 1 && /"truncated"\s*:\s*true/.test(description);
  if (product(positions) !== images && !isTruncated) return null;
  return { positions, axes: imageAxes(positions), by: 'tifffile' };
}

/**
 * The grid of a file's images as ImageJ or tifffile describe it; one row of them otherwise. Both programs may write one
 * directory for many images that lie behind each other.
 *
 * @param images directories that hold a frame
 */
export function arrangementOf(
  description: string,
  images: number,
  frame: readonly [number, number],
  resolution: Resolution,
): Arrangement {
  const known = description.startsWith('ImageJ=')
    ? imagejArrangement(description, images, resolution)
    : description.startsWith('{')
      ? tifffileArrangement(description, images, frame)
      : null;
  return known ?? plain(images);
}
