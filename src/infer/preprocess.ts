import { dtypeOfArray } from '../core/dtype.js';
import { SourceError, UsageError } from '../core/errors.js';
import { type Channels, channelsOf, greyOf, type Image, type Range, rangeOf } from './image.js';
import type { Preparation } from './preparation.js';
import { resample } from './resample.js';
import type { Cut } from './taps.js';

/** Halves go to the even number, as Python rounds. */
function halfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** What is cut out of an image, and how large it is before. @throws UsageError when it is too small */
function cutOf({ height, width }: Channels, { resize, crop }: Preparation): Cut {
  const shorter = Math.min(height, width);
  const scaled = (side: number) =>
    resize === null ? side : side === shorter ? resize : Math.trunc((resize * side) / shorter);
  const [h, w] = [scaled(height), scaled(width)];
  const [rows, columns] = crop ?? [h, w];
  if (rows > h || columns > w) {
    throw new UsageError(
      'too-small',
      `it has ${height} x ${width} pixels, and ${rows} x ${columns} are wanted of ${h} x ${w}: let it be resized, or give a smaller crop`,
    );
  }
  return { height: h, width: w, top: halfEven((h - rows) / 2), left: halfEven((w - columns) / 2), rows, columns };
}

/** The channels a network takes: grey is repeated, colours become grey, what covers is left out. @throws UsageError */
function matched(image: Channels, wanted: number): Channels {
  if (image.channels === wanted || image.channels === 1) return image;
  if (!image.planar && wanted === 1) return greyOf(image);
  if (!image.planar && wanted === 3) return image;
  throw new UsageError('wrong-channels', `it has ${image.channels} channels, and the network takes ${wanted}`);
}

/** The pixels of `cut`, resized when they have to be: pixel by pixel, as many channels as there are. */
function pixelsOf({ data, height, width, channels }: Channels, cut: Cut): Channels['data'] {
  if (cut.height !== height || cut.width !== width) return resample(data, [height, width, channels], cut);
  if (cut.rows === height && cut.columns === width) return data;
  const row = cut.columns * channels;
  const type = data.constructor as new (length: number) => Channels['data'];
  const made = new type(cut.rows * row);
  for (let y = 0; y < cut.rows; y++) {
    const from = ((cut.top + y) * width + cut.left) * channels;
    made.set(data.subarray(from, from + row), y * row);
  }
  return made;
}

/** Where numbers of one channel come from, and where they go. */
interface Lane {
  readonly from: number;
  readonly step: number;
  readonly to: number;
  readonly stride: number;
  readonly count: number;
}

/** float32 of (x / 255 - mean) / std as tensors have it: rounded after each step. */
function tableOf(mean: number, std: number, [low, high]: Range): Float32Array {
  const { fround } = Math;
  return Float32Array.from({ length: 256 }, (_, value) => {
    const unit = fround((value - low) / (high - low));
    return fround(fround(unit - fround(mean)) / fround(std));
  });
}

const tables = new Map<string, Float32Array>();

function tableFor(mean: number, std: number, range: Range): Float32Array {
  const key = `${mean},${std},${range.join()}`;
  const known = tables.get(key);
  if (known) return known;
  const made = tableOf(mean, std, range);
  if (tables.size > 64) tables.clear();
  tables.set(key, made);
  return made;
}

function fillBytes(data: Uint8Array, lane: Lane, into: Float32Array, table: Float32Array): void {
  let { from, to } = lane;
  for (let i = 0; i < lane.count; i++, from += lane.step, to += lane.stride) into[to] = table[data[from] ?? 0] ?? 0;
}

/** @returns whether a number was none */
function fill(data: Channels['data'], lane: Lane, into: Float32Array, gain: number, offset: number): boolean {
  let { from, to } = lane;
  let strange = false;
  for (let i = 0; i < lane.count; i++, from += lane.step, to += lane.stride) {
    const value = (data[from] ?? 0) * gain + offset;
    if (Number.isNaN(value)) strange = true;
    into[to] = value;
  }
  return strange;
}

/** Rows and columns that an image has when it is prepared. @throws UsageError for shapes that are no image, and images too small */
export function sizeOf(image: Image, preparation: Preparation): readonly [number, number] {
  const { rows, columns } = cutOf(channelsOf(image), preparation);
  return [rows, columns];
}

/**
 * Makes an image what a network takes, from `at` on: resized, cut, scaled to numbers from 0 to 1, less the mean, over the spread.
 *
 * @returns rows and columns
 * @throws UsageError for shapes that are no image, too small, or of other channels; SourceError for NaN
 */
export function prepareInto(
  image: Image,
  preparation: Preparation,
  into: Float32Array,
  at = 0,
): readonly [number, number] {
  const { layout, channels, mean, std } = preparation;
  const given = matched(channelsOf(image), channels);
  const cut = cutOf(given, preparation);
  const count = cut.rows * cut.columns;
  const range = preparation.range ?? rangeOf(dtypeOfArray(image.data));
  // Planes are images of one channel, each for itself.
  const plane = given.height * given.width;
  const planeOf = (c: number): Channels => ({
    ...given,
    data: given.data.subarray(c * plane, (c + 1) * plane),
    channels: 1,
  });
  let pixels = pixelsOf(given.planar ? planeOf(0) : given, cut);
  const pitch = given.planar ? 1 : given.channels;
  for (let c = 0; c < channels; c++) {
    if (given.planar && c > 0) pixels = pixelsOf(planeOf(c), cut);
    const lane: Lane = {
      from: pitch === 1 ? 0 : c,
      step: pitch,
      to: layout === 'nchw' ? at + c * count : at + c,
      stride: layout === 'nchw' ? 1 : channels,
      count,
    };
    const [m = 0, s = 1] = [mean[c], std[c]];
    if (pixels instanceof Uint8Array) fillBytes(pixels, lane, into, tableFor(m, s, range));
    else {
      const gain = 1 / ((range[1] - range[0]) * s);
      if (fill(pixels, lane, into, gain, -range[0] * gain - m / s))
        throw new SourceError('nan', 'it holds NaN: what a network makes of that is no result');
    }
  }
  return [cut.rows, cut.columns];
}

/** An image as one entry of a batch: float32 of (1, channels, height, width), or with the channels last. @throws as `prepareInto` */
export function prepare(image: Image, preparation: Preparation): { data: Float32Array; shape: readonly number[] } {
  const { channels, layout } = preparation;
  const [rows, columns] = sizeOf(image, preparation);
  const data = new Float32Array(channels * rows * columns);
  prepareInto(image, preparation, data);
  return { data, shape: layout === 'nchw' ? [1, channels, rows, columns] : [1, rows, columns, channels] };
}

/** True when a number of these is none: what a network gives for an image with numbers that are too large, or with damaged weights. */
export const holdsNaN = (scores: Float32Array): boolean => scores.some(Number.isNaN);
