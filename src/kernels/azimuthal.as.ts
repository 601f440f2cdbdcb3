// Azimuthal integration of one frame: pixels are read in the order they lie in, and each is added to the bins its map
// names. The image streams through the cache once, while the accumulators of all bins stay in it.
import { addPair, invalid, Job, miss, poisson } from './_ring_job.as';
import { collectOnward, onwardChecked, onwardPixels } from './_ring_onward.as';
import { collectShared, sharedChecked, sharedPixels } from './_ring_shared.as';
import { collectWhole, wholeChecked, wholePixels } from './_ring_whole.as';

/** Bytes of one bin's accumulators, in the largest of the forms below: several, so that neighbours do not wait for each other. */
const SLOT: usize = 64;

/** Pixels that feed other bins than one or two neighbours: entry by entry. */
function spreadPixels<T>(job: Job, raw: usize, from: i32, to: i32, sums: usize, missed: usize): void {
  const low = job.low, high = job.high;
  const bins = job.entryBin, weights = job.entryWeight;
  let entry: usize = from == 0 ? 0 : <usize>load<u32>(job.spreadEnd + <usize>from * 4 - 4);
  for (let k: usize = from; k < <usize>to; k++) {
    const pixel = <usize>load<u32>(job.spreadPixel + k * 4);
    const value = <f64>load<T>(raw + pixel * sizeof<T>());
    const end = <usize>load<u32>(job.spreadEnd + k * 4);
    if (invalid(value, low, high)) {
      for (; entry < end; entry++) {
        const weight = <f64>load<f32>(weights + entry * 4);
        miss(job, pixel, <usize>load<u32>(bins + entry * 4), weight, missed);
      }
      continue;
    }
    const both = f64x2.replace_lane(f64x2.splat(value), 1, poisson(value));
    for (; entry < end; entry++) {
      const weight = <f64>load<f32>(weights + entry * 4);
      const factor = f64x2.replace_lane(f64x2.splat(weight), 1, weight * weight);
      addPair(sums + (<usize>load<u32>(bins + entry * 4) << 4), f64x2.mul(factor, both));
    }
  }
}

/** The same integration as a sparse matrix product: each bin gathers its pixels. */
function rowsOf<T>(job: Job, raw: usize, from: i32, to: i32, sums: usize, missed: usize): void {
  const isPlain = !job.variance && !job.check;
  const low = job.low, high = job.high;
  const pixels = job.entryBin, weights = job.entryWeight;
  let entry: usize = from == 0 ? 0 : <usize>load<u32>(job.rowEnd + <usize>from * 4 - 4);
  for (let bin: usize = from; bin < <usize>to; bin++) {
    const end = <usize>load<u32>(job.rowEnd + bin * 4);
    let sum: f64 = 0, variance: f64 = 0;
    if (isPlain) {
      for (; entry < end; entry++) {
        const pixel = <usize>load<u32>(pixels + entry * 4);
        sum += <f64>load<f32>(weights + entry * 4) * <f64>load<T>(raw + pixel * sizeof<T>());
      }
    } else {
      for (; entry < end; entry++) {
        const pixel = <usize>load<u32>(pixels + entry * 4);
        const weight = <f64>load<f32>(weights + entry * 4);
        const value = <f64>load<T>(raw + pixel * sizeof<T>());
        if (invalid(value, low, high)) {
          miss(job, pixel, bin, weight, missed);
          continue;
        }
        sum += weight * value;
        variance += weight * weight * poisson(value);
      }
    }
    store<f64>(sums + bin * 16, sum);
    store<f64>(sums + bin * 16, variance, 8);
  }
}

function scatterAs<T, B>(job: Job, raw: usize, from: i32, to: i32, acc: usize, missed: usize): void {
  const count = to - from;
  const at = raw + <usize>from * sizeof<T>();
  const first = job.first + <usize>from * sizeof<B>();
  if (job.variance || job.check) {
    if (job.weight) sharedChecked<T, B>(job, at, from, count, acc, missed);
    else wholeChecked<T, B>(job, at, from, count, acc, missed);
  } else if (job.weight) sharedPixels<T, B>(at, first, job.weight + <usize>from * 4, count, acc);
  else wholePixels<T, B>(at, first, count, acc);
}

function onwardAs<T, B>(
  job: Job,
  level: usize,
  raw: usize,
  from: i32,
  to: i32,
  acc: usize,
  sums: usize,
  missed: usize,
): void {
  const count = to - from;
  const at = raw + <usize>from * sizeof<T>();
  if (job.variance || job.check) return onwardChecked<T, B>(job, level, at, from, count, sums, missed);
  memory.fill(acc, 0, (<usize>job.bins + 2) * SLOT);
  onwardPixels<T, B>(job, level, at, from, count, acc);
  collectOnward(job, level, acc, sums);
}

function scatterOf<T>(job: Job, raw: usize, from: i32, to: i32, acc: usize, sums: usize, missed: usize): void {
  memory.fill(acc, 0, (<usize>job.bins + 2) * SLOT);
  if (job.binBytes == 2) scatterAs<T, u16>(job, raw, from, to, acc, missed);
  else scatterAs<T, u32>(job, raw, from, to, acc, missed);
  if (job.weight) collectShared(job, acc, sums);
  else collectWhole<T>(job, acc, sums);
  for (let level: usize = 1; level <= job.levels; level++) {
    if (job.binBytes == 2) onwardAs<T, u16>(job, level, raw, from, to, acc, sums, missed);
    else onwardAs<T, u32>(job, level, raw, from, to, acc, sums, missed);
  }
}

/**
 * Scatters pixels `from` to `to` of a frame and adds what each bin gets to `sums`, (bins, 2) float64: sum and variance.
 * `acc` is scratch of (bins + 2) x 64 bytes; `missed`, (bins + 2, 3) float64, takes what invalid pixels leave out.
 */
export function scatter(
  job: Job,
  dtype: i32,
  raw: usize,
  from: i32,
  to: i32,
  acc: usize,
  sums: usize,
  missed: usize,
): void {
  switch (dtype) {
    case 0: return scatterOf<u8>(job, raw, from, to, acc, sums, missed);
    case 1: return scatterOf<i8>(job, raw, from, to, acc, sums, missed);
    case 2: return scatterOf<u16>(job, raw, from, to, acc, sums, missed);
    case 3: return scatterOf<i16>(job, raw, from, to, acc, sums, missed);
    case 4: return scatterOf<u32>(job, raw, from, to, acc, sums, missed);
    case 5: return scatterOf<i32>(job, raw, from, to, acc, sums, missed);
    case 6: return scatterOf<f32>(job, raw, from, to, acc, sums, missed);
    case 7: return scatterOf<f64>(job, raw, from, to, acc, sums, missed);
  }
}

/** Adds the pixels `from` to `to` of the spread list to `sums` and `missed`. */
export function spread(job: Job, dtype: i32, raw: usize, from: i32, to: i32, sums: usize, missed: usize): void {
  switch (dtype) {
    case 0: return spreadPixels<u8>(job, raw, from, to, sums, missed);
    case 1: return spreadPixels<i8>(job, raw, from, to, sums, missed);
    case 2: return spreadPixels<u16>(job, raw, from, to, sums, missed);
    case 3: return spreadPixels<i16>(job, raw, from, to, sums, missed);
    case 4: return spreadPixels<u32>(job, raw, from, to, sums, missed);
    case 5: return spreadPixels<i32>(job, raw, from, to, sums, missed);
    case 6: return spreadPixels<f32>(job, raw, from, to, sums, missed);
    case 7: return spreadPixels<f64>(job, raw, from, to, sums, missed);
  }
}

/** Gathers the bins `from` to `to` by the sparse matrix into `sums` and `missed`. */
export function gather(job: Job, dtype: i32, raw: usize, from: i32, to: i32, sums: usize, missed: usize): void {
  switch (dtype) {
    case 0: return rowsOf<u8>(job, raw, from, to, sums, missed);
    case 1: return rowsOf<i8>(job, raw, from, to, sums, missed);
    case 2: return rowsOf<u16>(job, raw, from, to, sums, missed);
    case 3: return rowsOf<i16>(job, raw, from, to, sums, missed);
    case 4: return rowsOf<u32>(job, raw, from, to, sums, missed);
    case 5: return rowsOf<i32>(job, raw, from, to, sums, missed);
    case 6: return rowsOf<f32>(job, raw, from, to, sums, missed);
    case 7: return rowsOf<f64>(job, raw, from, to, sums, missed);
  }
}
