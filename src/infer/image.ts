import { type Dtype, dtypeOfArray, dtypeRange, isInteger, type NumericArray } from '../core/dtype.js';
import { UsageError } from '../core/errors.js';
import { formatShape, product } from '../core/stack.js';

/** An image in memory: grey (height, width), or colours (height, width, 3 or 4), or planes (channels, height, width). */
export interface Image {
  readonly data: NumericArray;
  readonly shape: readonly number[];
  /** What a person would call it; the place in the list without. */
  readonly name?: string;
}

/** Channels of an image, as they lie: pixel by pixel, or plane after plane. */
export interface Channels {
  readonly data: NumericArray;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly planar: boolean;
}

/** Numbers that become 0 and 1. */
export type Range = readonly [number, number];

const COLOURS = [1, 3, 4];

/**
 * How the numbers of an image lie. A last dimension of 1, 3 or 4 is its colours, else the first of three is its channels.
 *
 * @throws UsageError for shapes that are no image, and data of another length
 */
export function channelsOf({ data, shape }: Image): Channels {
  if (!Array.isArray(shape) || shape.some((extent) => !Number.isInteger(extent) || extent < 1))
    throw new UsageError('bad-image', 'An image is { data, shape }, such as shape [480, 640] or [480, 640, 3].');
  dtypeOfArray(data);
  if (data.length !== product(shape)) {
    const what = `An image of ${formatShape(shape)} has ${product(shape)} numbers, not ${data.length}.`;
    throw new UsageError('bad-image', what);
  }
  const [a = 1, b = 1, c = 1] = shape;
  if (shape.length === 2) return { data, height: a, width: b, channels: 1, planar: false };
  if (shape.length === 3 && COLOURS.includes(c)) return { data, height: a, width: b, channels: c, planar: false };
  if (shape.length === 3) return { data, height: b, width: c, channels: a, planar: true };
  throw new UsageError(
    'bad-image',
    `An image has two dimensions, or three with its channels, not ${formatShape(shape)}: choose frames of images with --frame-rank 2.`,
  );
}

/** Numbers that become 0 and 1 when nobody says: the limits of integers; floats are taken to be from 0 to 1 already. */
export function rangeOf(dtype: Dtype): Range {
  return isInteger(dtype) ? dtypeRange(dtype) : [0, 1];
}

/** Weights of red, green and blue in grey (ITU-R BT.601), in parts of 65536: what is done to 8 bits is exact. */
const GREY = [19595, 38470, 7471] as const;

/** Red, green and blue as one grey channel; 8 bits stay 8 bits, others become float32. */
export function greyOf({ data, height, width, channels }: Channels): Channels {
  const pixels = height * width;
  const bytes = data instanceof Uint8Array;
  const grey = bytes ? new Uint8Array(pixels) : new Float32Array(pixels);
  const [r, g, b] = GREY;
  for (let i = 0, at = 0; i < pixels; i++, at += channels) {
    const sum = (data[at] ?? 0) * r + (data[at + 1] ?? 0) * g + (data[at + 2] ?? 0) * b;
    grey[i] = bytes ? (sum + 0x8000) >> 16 : sum / 65536;
  }
  return { data: grey, height, width, channels: 1, planar: false };
}
