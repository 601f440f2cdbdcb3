import { UsageError } from '../core/errors.js';
import type { Range } from './image.js';
import type { Wanted } from './wanted.js';

/** What is done to images unless told: `imagenet`, as networks for photographs are trained, or `plain`: numbers from 0 to 1. */
export const PRESETS = ['auto', 'imagenet', 'plain'] as const;

export type Preset = (typeof PRESETS)[number];

/** How images are made what a network takes. */
export interface PreprocessOptions {
  /** `auto`: `imagenet` for networks of three channels, else `plain`. */
  readonly preset?: Preset;
  /** Length of the shorter side after resizing, in pixels; `none`: pixels stay as they are. */
  readonly resize?: number | 'none';
  /** Rows and columns cut out of the middle; one number for both; `none`: all of the image. */
  readonly crop?: number | readonly [number, number] | 'none';
  /** Of each channel, of numbers from 0 to 1; one number for all. */
  readonly mean?: number | readonly number[];
  readonly std?: number | readonly number[];
  /** Numbers that become 0 and 1; by default the limits of integers, and 0 and 1 of floats. */
  readonly range?: Range;
}

/** All of it decided, as plain data. */
export interface Preparation {
  readonly layout: 'nchw' | 'nhwc';
  readonly channels: number;
  /** Shorter side; null: not resized. */
  readonly resize: number | null;
  /** Null: the whole image. */
  readonly crop: readonly [number, number] | null;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly range: Range | null;
}

/** Mean and spread of the training images of ImageNet, by channel, of numbers from 0 to 1. */
const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
/** Height and width of images where neither the network nor the caller says. */
const USUAL = 224;
/** Shorter side before the crop, over that of the crop: 256 / 224. */
const MARGIN = 8 / 7;

const bad = (what: string): UsageError => new UsageError('bad-value', what);

function side(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= 65536) return value;
  throw bad(`${name} is a whole number of pixels from 1 on, not ${value}.`);
}

function perChannel(name: string, given: number | readonly number[], channels: number): readonly number[] {
  const values = typeof given === 'number' || given.length === 1 ? Array(channels).fill(Number(given)) : [...given];
  if (values.length !== channels) {
    const numbers = `${name} has ${values.length} numbers, but the network takes ${channels} channel${channels === 1 ? '' : 's'}`;
    throw bad(`${numbers}: give one for each, or one for all.`);
  }
  if (!values.every(Number.isFinite)) throw bad(`${name} holds a number that is not finite: ${values.join(', ')}.`);
  return values;
}

function cropOf(wanted: Wanted, crop: PreprocessOptions['crop'], isPhoto: boolean): Preparation['crop'] {
  const { height, width } = wanted;
  if (crop === 'none') return null;
  if (crop !== undefined) {
    const [rows, columns] = typeof crop === 'number' ? [crop, crop] : crop;
    return [side('crop', rows), side('crop', columns)];
  }
  if (height !== null || width !== null) return [height ?? width ?? USUAL, width ?? height ?? USUAL];
  return isPhoto ? [USUAL, USUAL] : null;
}

/**
 * Decides how images become what a network wants. Without options, images for networks of three channels are resized to 8/7 of what is
 * cut out of their middle, and normalised with mean and spread of ImageNet; for all others, resized to cover what the network takes, as
 * numbers from 0 to 1. `resize: 'none'` feeds frames as they are.
 *
 * @throws UsageError for options that are wrong by themselves, contradict each other, or do not fit the network
 */
export function preparationOf(wanted: Wanted, options: PreprocessOptions = {}): Preparation {
  const { channels, layout, height, width } = wanted;
  const { preset = 'auto', resize, range } = options;
  if (!PRESETS.includes(preset)) throw bad(`preset is ${PRESETS.join(', ')}, not '${String(preset)}'.`);
  if (preset === 'imagenet' && channels !== 3)
    throw bad(`The preset imagenet is for three channels, but the network takes ${channels}: use plain.`);
  const isPhoto = preset === 'imagenet' || (preset === 'auto' && channels === 3);
  const crop = resize === 'none' && options.crop === undefined ? null : cropOf(wanted, options.crop, isPhoto);
  if (crop && ((height ?? crop[0]) !== crop[0] || (width ?? crop[1]) !== crop[1]))
    throw bad(`A crop of ${crop.join(' x ')} is not what the network takes, ${height} x ${width}.`);
  const shorter = crop && Math.max(...crop);
  const usual = shorter && (isPhoto ? Math.round(shorter * MARGIN) : shorter);
  const size = resize === 'none' ? null : resize === undefined ? usual : side('resize', resize);
  if (size !== null && shorter !== null && size < shorter)
    throw bad(`A crop of ${shorter} pixels does not fit images resized to ${size}. Give a larger resize.`);
  const mean = perChannel('mean', options.mean ?? (isPhoto ? IMAGENET.mean : 0), channels);
  const std = perChannel('std', options.std ?? (isPhoto ? IMAGENET.std : 1), channels);
  if (std.some((value) => value <= 0)) throw bad(`std must be above 0, not ${std.join(', ')}.`);
  if (range && !(range.length === 2 && range.every(Number.isFinite) && range[0] < range[1]))
    throw bad(`range is two numbers, the smaller first, not ${range.join(', ')}.`);
  return { layout, channels, resize: size, crop, mean, std, range: range ?? null };
}
