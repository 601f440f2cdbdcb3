// What the kernels of azimuthal integration share: where their arrays lie, which values count, what the others take away.

/** Addresses and constants of one integration, written by the host; its layout is that of `JOB` in kernel.ts. */
@unmanaged
export class Job {
  /** Place of every pixel, u16 or u32: its bin, or 2 x the first of two, plus 1 when `weight` is the second's. One place more than there are takes what belongs to no bin. */
  first: usize;
  /** The smaller part of every pixel, f32; the rest goes to the other bin. 0: all pixels are whole. */
  weight: usize;
  /** Normalisation and dark current per pixel, f32; `dark` may be 0. */
  norm: usize;
  dark: usize;
  /** Pixels that feed any bins, with the ends of their entries, and the entries: u32, u32; u32, f32. */
  spreadPixel: usize;
  spreadEnd: usize;
  entryBin: usize;
  entryWeight: usize;
  /** Sparse matrix by rows (bins): ends of the rows, then pixel and coefficient of every entry: usize; u32, f32. */
  rowEnd: usize;
  bins: usize;
  /** 4 when bins are u32, 2 when they are u16. */
  binBytes: usize;
  /** 1: the variance max(raw, 1) is summed too. */
  variance: usize;
  /** 1: pixels from `low` to `high` and NaN do not count; floats always say so. `low` > `high`: NaN alone. */
  check: usize;
  /** Levels of parts beyond the second bin, f32 [levels, pixels], and the pixels of a frame. */
  levels: usize;
  onward: usize;
  pixels: usize;
  low: f64;
  high: f64;
}

/** Poisson variance of a count: max(raw, 1), without the branch that scalar code would make of it. */
@inline
export function poisson2(value: f64): v128 {
  return f64x2.pmax(f64x2.splat(value), f64x2.splat(1));
}

@inline
export function poisson(value: f64): f64 {
  return f64x2.extract_lane(poisson2(value), 0);
}

/** True for values from `low` to `high` and for those that are no number: NaN and infinities. */
@inline
export function invalid(value: f64, low: f64, high: f64): bool {
  return !(value < low || value > high) || value - value != 0;
}

/** What an invalid pixel takes away from its bin: coefficient, norm and dark. */
@inline
export function miss(job: Job, pixel: usize, bin: usize, weight: f64, missed: usize): void {
  const at = missed + bin * 24;
  const norm = weight * <f64>load<f32>(job.norm + pixel * 4);
  store<f64>(at, load<f64>(at) + weight);
  store<f64>(at, load<f64>(at, 8) + norm, 8);
  if (job.dark) store<f64>(at, load<f64>(at, 16) + weight * <f64>load<f32>(job.dark + pixel * 4), 16);
}

/** True when both values count. */
@inline
export function valid2(values: v128, low: v128, high: v128): bool {
  const isNumber = f64x2.eq(f64x2.sub(values, values), f64x2.splat(0));
  return i64x2.all_true(v128.and(isNumber, v128.or(f64x2.lt(values, low), f64x2.gt(values, high))));
}

/** Adds two float64 at once. */
@inline
export function addPair(at: usize, values: v128): void {
  v128.store(at, f64x2.add(v128.load(at), values));
}

/** Adds to the sum and the variance of a bin. */
@inline
export function addSums(sums: usize, bin: usize, sum: f64, variance: f64): void {
  const to = sums + bin * 16;
  store<f64>(to, load<f64>(to) + sum);
  store<f64>(to, load<f64>(to, 8) + variance, 8);
}
