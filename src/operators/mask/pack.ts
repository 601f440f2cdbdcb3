import { type Dtype, dtypeRange, isInteger } from '../../core/dtype.js';

/**
 * Masks laid out for the inner loops. Masks go in pairs (the last one may be alone) whose weights alternate four by
 * four: the weight of pixel p in mask k of a pair of `width` masks lies at `(p & ~3) * width + 4 * k + (p & 3)` of the
 * pair, and every pair takes `width * padded` weights.
 *
 * Segments are the runs of pixels where a pair has any weight: (first, end, flush) in multiples of 16 pixels. `flush`
 * marks where float32 lanes are added to the float64 sums. `index` holds, for every pair and chunk of pixels, the number of
 * its first segment, and one more entry at the end of each pair. The last pixels of a frame, fewer than 16, are in no segment.
 */
export interface PackedMasks {
  readonly weights: Float32Array | Float64Array;
  readonly segments: Uint32Array;
  readonly index: Uint32Array;
  readonly chunks: number;
  readonly masks: number;
  /** True when float32 lanes would not do: everything in float64. */
  readonly wide: boolean;
}

/** Pixels that are skipped together when they have no weight. */
const GRAIN = 32;
/** Pixels of one chunk: its weights and its part of a few frames stay in the first-level cache. */
const CHUNK = 1024;
/** Lanes of a float32 accumulator. */
const LANES = 4;
/** Pixels between flushes that keep the error of float data and of fractional weights near 1e-7. */
const FLOAT_FLUSH = 128;

interface Arithmetic {
  readonly wide: boolean;
  /** Pixels between two flushes. */
  readonly flush: number;
}

function allOf(masks: readonly Float64Array[], test: (weight: number) => boolean): boolean {
  return masks.every((mask) => mask.every(test));
}

/** Float32 lanes wherever they are exact for integers, and as good as the data for floats. */
function chooseArithmetic(masks: readonly Float64Array[], dtype: Dtype): Arithmetic {
  const wide = { wide: true, flush: CHUNK };
  if (dtype === 'float64' || dtype === 'uint32' || dtype === 'int32') return wide;
  const survives = (weight: number) => weight === 0 || (Math.abs(weight) > 1e-30 && Math.abs(weight) < 1e30);
  if (!allOf(masks, survives)) return wide;
  if (!isInteger(dtype)) return { wide: false, flush: FLOAT_FLUSH };
  const largest = masks.reduce((high, mask) => mask.reduce((m, weight) => Math.max(m, Math.abs(weight)), high), 1);
  const value = Math.max(...dtypeRange(dtype).map(Math.abs));
  // A lane must stay below 2^24, up to where float32 holds every integer.
  const pixels = Math.floor(2 ** 24 / (value * largest)) * LANES;
  if (pixels < GRAIN) return wide;
  const most = allOf(masks, Number.isInteger) ? CHUNK : FLOAT_FLUSH;
  return { wide: false, flush: Math.min(most, 2 ** Math.floor(Math.log2(pixels))) };
}

function interleave(masks: readonly Float64Array[], into: Float32Array | Float64Array, padded: number): void {
  masks.forEach((mask, m) => {
    const pair = m >> 1;
    const width = Math.min(2, masks.length - 2 * pair);
    const base = 2 * pair * padded + 4 * (m & 1);
    mask.forEach((weight, p) => {
      into[base + (p & ~3) * width + (p & 3)] = weight;
    });
  });
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
  const padded = Math.ceil(pixels / 4) * 4;
  const { wide, flush } = chooseArithmetic(masks, dtype);
  const fits = allOf(masks, (weight) => Math.fround(weight) === weight);
  const weights = wide && !fits ? new Float64Array(masks.length * padded) : new Float32Array(masks.length * padded);
  interleave(masks, weights, padded);
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
  return {
    weights,
    segments: Uint32Array.from(segments),
    index: Uint32Array.from(index),
    chunks,
    masks: masks.length,
    wide,
  };
}
