// From the points of a series to the cosines and sines of its angles, in float64. All arrays have room for an even number of
// values: the last of an odd number is stored twice, so that pairs need no tail.
import { load2 } from './_load.as';

/** Below this range, ten times the spacing of float64 at 1, a series counts as constant. */
const CONSTANT: f64 = 2.220446049250313e-15;

@inline
function evenUp(p: usize, n: u32): void {
  if (n & 1) store<f64>(p + (<usize>n << 3), load<f64>(p + (<usize>(n - 1) << 3)));
}

/** `n` points of any dtype as float64 at `into`; false when one is no finite number. */
@inline
export function widen<T>(from: usize, n: u32, into: usize): bool {
  let odd = f64x2.splat(0);
  let i: u32 = 0;
  for (; i + 2 <= n; i += 2) {
    const pair = load2<T>(from + <usize>i * sizeof<T>());
    if (isFloat<T>()) odd = v128.or(odd, f64x2.sub(pair, pair));
    v128.store(into + (<usize>i << 3), pair);
  }
  if (i < n) {
    const last = <f64>load<T>(from + <usize>i * sizeof<T>());
    if (isFloat<T>()) odd = v128.or(odd, f64x2.splat(last - last));
    store<f64>(into + (<usize>i << 3), last);
    evenUp(into, n);
  }
  return !v128.any_true(odd);
}

/** Means of `size` pieces; `bounds` holds the first and the end of each (int32). */
export function means(points: usize, bounds: usize, size: u32, into: usize): void {
  for (let k: u32 = 0; k < size; k++) {
    const first = load<u32>(bounds + (<usize>k << 3));
    const end = load<u32>(bounds + (<usize>k << 3), 4);
    let sum: f64 = 0;
    for (let i = first; i < end; i++) sum += load<f64>(points + (<usize>i << 3));
    store<f64>(into + (<usize>k << 3), sum / <f64>(end - first));
  }
  evenUp(into, size);
}

/** Scales `n` values to [lo, hi] where they are and leaves their least and largest at `limits`; false when these are too far apart. */
export function scale(values: usize, n: u32, lo: f64, hi: f64, limits: usize): bool {
  const end = values + (<usize>((n + 1) >> 1) << 4);
  let least = v128.load(values);
  let most = least;
  for (let p = values; p < end; p += 16) {
    const pair = v128.load(p);
    least = f64x2.pmin(least, pair);
    most = f64x2.pmax(most, pair);
  }
  const min = Math.min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  const max = Math.max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
  store<f64>(limits, min);
  store<f64>(limits, max, 8);
  const range = max - min;
  if (!(range < Infinity)) return false;
  if (range < CONSTANT) {
    for (let p = values; p < end; p += 16) v128.store(p, f64x2.splat(lo));
    return true;
  }
  const factor = (hi - lo) / range;
  const f = f64x2.splat(factor);
  const b = f64x2.splat(lo - min * factor);
  for (let p = values; p < end; p += 16) v128.store(p, f64x2.add(f64x2.mul(v128.load(p), f), b));
  return true;
}

/** Sines of the angles whose cosines are at `x`; a cosine may be beyond 1 by the last bit. */
export function sines(x: usize, y: usize, n: u32): void {
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  const bytes = <usize>((n + 1) >> 1) << 4;
  for (let at: usize = 0; at < bytes; at += 16) {
    const c = v128.load(x + at);
    v128.store(y + at, f64x2.sqrt(f64x2.pmax(f64x2.sub(one, f64x2.mul(c, c)), zero)));
  }
}
