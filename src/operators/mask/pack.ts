import { type Dtype, dtypeRange, isInteger } from '../../core/dtype.js';

/**
 * How products are added up. `dot`: int16 times int16 in int32 lanes, for whole weights on 8 and 16 bit integers, exact.
 * `float32`: float32 lanes. `float64`: everything in float64, for what the others cannot hold.
 */
export type Arithmetic = 'dot' | 'float32' | 'float64';

/**
 * Masks laid out for the inner loops. Masks go in pairs (the last one may be alone) whose weights alternate: with n =
 * `together`, the weight of pixel p in mask k of a pair of `width` masks lies at
 * `floor(p / n) * n * width + n * k + p % n` of the pair, and every mask takes the pixels of a frame rounded up to n.
 *
 * Segments are the runs of pixels where a pair has any weight: (first, end, flush) in multiples of 16 pixels. `flush`
 * marks where lanes are added to the float64 sums. `index` holds, for every pair and chunk of pixels, the number of its
 * first segment, and one more entry at the end of each pair. The last pixels of a frame, fewer than 16, are in no segment.
 */
export interface PackedMasks {
  readonly weights: Int16Array | Float32Array | Float64Array;
  readonly segments: Uint32Array;
  readonly index: Uint32Array;
  /** What `dot` must add to the sum of each mask, as it lowers uint16 by 32768 to make it int16. */
  readonly offsets: Float64Array;
  readonly chunks: number;
  readonly masks: number;
  readonly together: number;
  readonly arithmetic: Arithmetic;
}

/** Pixels that are skipped together when they have no weight. */
const GRAIN = 32;
/** Pixels of one chunk: its weights and its part of a few frames stay in the first-level cache. */
const CHUNK = 1024;
/** Pixels between flushes that keep the error of float data and of fractional weights near 1e-7. */
const FLOAT_FLUSH = 128;

interface Choice {
  readonly arithmetic: Arithmetic;
  /** Pixels between two flushes. */
  readonly flush: number;
}

function allOf(masks: readonly Float64Array[], test: (weight: number) => boolean): boolean {
  return masks.every((mask) => mask.every(test));
}

/** The largest flush interval of at most `most` pixels that a lane survives, or null when there is none. */
function flushWithin(pixels: number, most: number): number | null {
  return pixels < GRAIN ? null : Math.min(most, 2 ** Math.floor(Math.log2(pixels)));
}

/** The fastest arithmetic that is exact for integers, and as good as the data for floats. */
function chooseArithmetic(masks: readonly Float64Array[], dtype: Dtype): Choice {
  const double: Choice = { arithmetic: 'float64', flush: CHUNK };
  if (dtype === 'float64' || dtype === 'uint32' || dtype === 'int32') return double;
  const survives = (weight: number) => weight === 0 || (Math.abs(weight) > 1e-30 && Math.abs(weight) < 1e30);
  if (!allOf(masks, survives)) return double;
  if (!isInteger(dtype)) return { arithmetic: 'float32', flush: FLOAT_FLUSH };
  const weight = masks.reduce((high, mask) => mask.reduce((most, one) => Math.max(most, Math.abs(one)), high), 1);
  const [low, high] = dtypeRange(dtype);
  if (allOf(masks, Number.isInteger)) {
    // Each step adds two products to a lane of 31 bits and takes eight pixels.
    const value = dtype === 'uint16' ? 2 ** 15 : Math.max(-low, high);
    const flush = weight < 2 ** 15 ? flushWithin(Math.floor((2 ** 31 - 1) / (2 * value * weight)) * 8, CHUNK) : null;
    return flush === null ? double : { arithmetic: 'dot', flush };
  }
  // Whole weights among others stay exact: up to 2^24, float32 holds every integer; a step takes four pixels.
  const flush = flushWithin(Math.floor(2 ** 24 / (Math.max(-low, high) * weight)) * 4, FLOAT_FLUSH);
  return flush === null ? double : { arithmetic: 'float32', flush };
}

/** Position of a mask's weight 0 in the packed weights, and how many masks its pair has. */
export interface MaskPlace {
  readonly base: number;
  readonly width: number;
}

/** Where mask `m` of `masks` lies. */
export function placeOf(m: number, masks: number, pixels: number, together: number): MaskPlace {
  const pair = m >> 1;
  const padded = Math.ceil(pixels / together) * together;
  return { base: 2 * pair * padded + together * (m & 1), width: Math.min(2, masks - 2 * pair) };
}

function interleave(masks: readonly Float64Array[], into: PackedMasks['weights'], together: number): void {
  const inside = together - 1;
  masks.forEach((mask, m) => {
    const { base, width } = placeOf(m, masks.length, mask.length, together);
    mask.forEach((weight, p) => {
      into[base + (p & ~inside) * width + (p & inside)] = weight;
    });
  });
}

function weightsFor(arithmetic: Arithmetic, masks: readonly Float64Array[], length: number): PackedMasks['weights'] {
  if (arithmetic === 'dot') return new Int16Array(length);
  const fits = arithmetic === 'float32' || allOf(masks, (weight) => Math.fround(weight) === weight);
  return fits ? new Float32Array(length) : new Float64Array(length);
}

/** Segments of one pair in [from, to), cut where sums are flushed. */
function findSegments(pair: readonly Float64Array[], from: number, to: number, flush: number): number[] {
  const segments: number[] = [];
  for (let start = from; start < to; start += GRAIN) {
    const end = Math.min(to, start + GRAIN);
    if (!pair.some((mask) => mask.subarray(start, end).some((weight) => weight !== 0))) continue;
    const last = segments.length - 3;
    const sameFlush = last >= 0 && Math.floor((segments[last] ?? 0) / flush) === Math.floor(start / flush);
    if (sameFlush && segments[last + 1] === start) {
      segments[last + 1] = end;
      continue;
    }
    if (sameFlush) segments[last + 2] = 0;
    segments.push(start, end, 1);
  }
  return segments;
}

/**
 * Lays masks out for `dtype`.
 *
 * @param masks weights of one frame each, row-major, all of the same length
 */
export function packMasks(masks: readonly Float64Array[], dtype: Dtype): PackedMasks {
  const pixels = masks[0]?.length ?? 0;
  const { arithmetic, flush } = chooseArithmetic(masks, dtype);
  const together = arithmetic === 'dot' ? 8 : 4;
  const weights = weightsFor(arithmetic, masks, masks.length * Math.ceil(pixels / together) * together);
  interleave(masks, weights, together);
  const body = pixels & ~15;
  const chunks = Math.ceil(body / CHUNK);
  const segments: number[] = [];
  const index: number[] = [];
  for (let m = 0; m < masks.length; m += 2) {
    for (let from = 0; from < body; from += CHUNK) {
      index.push(segments.length / 3);
      segments.push(...findSegments(masks.slice(m, m + 2), from, Math.min(body, from + CHUNK), flush));
    }
    index.push(segments.length / 3);
  }
  const lowered = arithmetic === 'dot' && dtype === 'uint16' ? 2 ** 15 : 0;
  const offsets = masks.map((mask) => lowered * mask.subarray(0, body).reduce((sum, weight) => sum + weight, 0));
  return {
    weights,
    segments: Uint32Array.from(segments),
    index: Uint32Array.from(index),
    offsets: Float64Array.from(offsets),
    chunks,
    masks: masks.length,
    together,
    arithmetic,
  };
}
