import type { Dtype } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import type { Params, Values } from '../../core/params.js';
import { formatShape, type Stack } from '../../core/stack.js';

/** The parameters of `gaf`. */
export const params = {
  size: {
    kind: 'number',
    integer: true,
    unit: 'px',
    help: 'Points a series is averaged to, and so the height and width of its images. All its points when absent.',
  },
  fields: {
    kind: 'texts',
    help: 'What is made, such as sum,diff: sum and diff (images), both of them (the default), vectors (two per series, from which images are made on demand), limits (least and largest value).',
  },
  range: {
    kind: 'numbers',
    length: 2,
    default: [-1, 1],
    example: '0,1',
    help: 'What a series is scaled to, within -1,1. With 0,1 the diagonal of the sum gives the series back.',
  },
  dtype: {
    kind: 'choice',
    choices: ['float32', 'uint8', 'uint16', 'float64', 'f32', 'u8', 'u16', 'f64'],
    default: 'float32',
    help: 'Type of the images; integers are round((g + 1) * largest / 2).',
  },
  overlapping: {
    kind: 'flag',
    help: 'Averages over windows of one length that overlap, instead of pieces side by side.',
  },
  order: {
    kind: 'choice',
    choices: ['paa-first', 'scale-first'],
    default: 'paa-first',
    help: 'Average, then scale (pyts), or the other way round (polars-ts).',
  },
} as const satisfies Params;

export type GafParams = typeof params;

const SLOTS = ['sum', 'diff', 'vectors', 'limits'] as const;

/** One result of `gaf`. */
export type GafSlot = (typeof SLOTS)[number];

/** The type of images. */
export type ImageDtype = Extract<Dtype, 'float32' | 'float64' | 'uint8' | 'uint16'>;

const SHORT: Readonly<Record<string, ImageDtype>> = { f32: 'float32', f64: 'float64', u8: 'uint8', u16: 'uint16' };

/** The type of images under its full name. */
export function imageDtype({ dtype }: Values<GafParams>): ImageDtype {
  return SHORT[dtype] ?? (dtype as ImageDtype);
}

/** What is wanted, in the order of slots. @throws UsageError for an unknown name */
export function wantedFields({ fields }: Values<GafParams>): readonly GafSlot[] {
  const names = fields.flatMap((text) => text.split(/[,;\s]+/)).filter((name) => name !== '');
  const known = [...SLOTS, 'both'];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const guess = nearest(unknown, known);
    throw new UsageError(
      'bad-value',
      `--fields takes ${known.join(', ')}, not '${unknown}'.${guess ? ` Did you mean ${guess}?` : ''}`,
      { flag: 'fields' },
    );
  }
  const both = names.length === 0 || names.includes('both');
  return SLOTS.filter((slot) => names.includes(slot) || (both && (slot === 'sum' || slot === 'diff')));
}

/** Series of a frame: `channels` of `length` points each, made to `size`. */
export interface Extent {
  readonly channels: number;
  readonly length: number;
  readonly size: number;
  /** True for frames of several channels, even of one: their results have a dimension for them. */
  readonly hasChannels: boolean;
}

/** @throws UsageError for frames that are no series, series of one point, and sizes that averaging cannot give */
export function extentOf({ frameShape }: Stack, { size: wanted }: Values<GafParams>): Extent {
  if (frameShape.length > 2) {
    throw new UsageError(
      'frame-rank',
      `gaf needs series, but a frame here is ${formatShape(frameShape)}. Choose --frame-rank 2 (channels x time) or 1.`,
    );
  }
  const length = frameShape.at(-1) ?? 1;
  const channels = frameShape.length === 2 ? (frameShape[0] ?? 1) : 1;
  if (length < 2) {
    throw new UsageError(
      'short-series',
      `gaf needs series of at least 2 points along the last dimension, but a frame here is ${formatShape(frameShape)}.`,
    );
  }
  const size = wanted ?? length;
  if (size < 2) throw new UsageError('bad-value', `--size must be at least 2, not ${size}.`, { flag: 'size' });
  if (size > length) {
    throw new UsageError(
      'bad-value',
      `--size ${size} is more than the ${length} points of a series: averaging makes series shorter, never longer. Give at most ${length}.`,
      { flag: 'size', length },
    );
  }
  return { channels, length, size, hasChannels: frameShape.length === 2 };
}

/** Least and largest scaled value. @throws UsageError outside [-1, 1] or the wrong way round */
export function rangeOf({ range }: Values<GafParams>): readonly [lo: number, hi: number] {
  const [lo = -1, hi = 1] = range;
  if (lo >= -1 && lo < hi && hi <= 1) return [lo, hi];
  throw new UsageError(
    'bad-value',
    `--range must be two numbers from -1 to 1, the smaller first, not ${lo},${hi}: they are cosines.`,
    { flag: 'range' },
  );
}
