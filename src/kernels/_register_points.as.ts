// Sums over the points of a template, where a motion takes them.
import { cubicAt, isIn, volumeOf } from './_spline.as';
import { load2 } from './_load.as';

const CONSTANT: i32 = 7;

/** Samples points [from, to) where the 3 x 4 float64 `map` takes them; returns how many are out of view, and lists them. */
function samplePoints(points: usize, count: i32, map: usize, from: i32, to: i32, samples: usize, missed: usize): i32 {
  const far = <usize>count * 4;
  const a = load<f64>(map), b = load<f64>(map, 8), c = load<f64>(map, 16), d = load<f64>(map, 24);
  const e = load<f64>(map, 32), f = load<f64>(map, 40), g = load<f64>(map, 48), h = load<f64>(map, 56);
  const p = load<f64>(map, 64), q = load<f64>(map, 72), r = load<f64>(map, 80), s = load<f64>(map, 88);
  let out = 0;
  for (let n = from; n < to; n++, samples += 4) {
    const at = points + <usize>n * 4;
    const x = <f64>load<f32>(at), y = <f64>load<f32>(at + far), z = <f64>load<f32>(at + 2 * far);
    const u = a * x + b * y + c * z + d, v = e * x + f * y + g * z + h, w = p * x + q * y + r * z + s;
    if (isIn(u, v, w)) store<f32>(samples, cubicAt(u, v, w));
    else {
      store<f32>(samples, 0);
      store<u32>(missed + <usize>out * 4, n);
      out++;
    }
  }
  return out;
}

/**
 * Sums of `width` columns times samples over points [from, to), then of squared samples, in float64, at `sums`. `samples`: room for those
 * points.
 *
 * @returns how many are out of view: they are listed at `missed`
 */
export function sumPoints(
  volume: usize, points: usize, columns: usize, width: i32, count: i32, map: usize, from: i32, to: i32, samples: usize, missed: usize, sums: usize,
): i32 {
  volumeOf(volume);
  const out = samplePoints(points, count, map, from, to, samples, missed);
  const end = samples + <usize>(to - from) * 4, far = <usize>count * 4;
  let column = columns + <usize>from * 4;
  let squares = f64x2.splat(0);
  for (let at = samples, weight = column + CONSTANT * far; at < end; at += 8, weight += 8) {
    const value = load2<f32>(at);
    squares = f64x2.add(squares, f64x2.mul(f64x2.mul(value, value), load2<f32>(weight)));
  }
  let j = 0;
  for (; j + 1 < width; j += 2, column += 2 * far) addTwo(samples, end, column, far, sums + <usize>j * 8);
  if (j < width) addOne(samples, end, column, sums + <usize>j * 8);
  store<f64>(sums + <usize>width * 8, f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1));
  return out;
}

@inline
function total(low: v128, high: v128): f64 {
  const both = f64x2.add(low, high);
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}

function addOne(samples: usize, end: usize, column: usize, sum: usize): void {
  let low = f64x2.splat(0), high = low;
  for (let at = samples; at < end; at += 16, column += 16) {
    low = f64x2.add(low, f64x2.mul(load2<f32>(at), load2<f32>(column)));
    high = f64x2.add(high, f64x2.mul(load2<f32>(at + 8), load2<f32>(column + 8)));
  }
  store<f64>(sum, total(low, high));
}

/** Two columns at once: each sample is widened once for both. */
function addTwo(samples: usize, end: usize, column: usize, far: usize, sum: usize): void {
  let low = f64x2.splat(0), high = low, nextLow = low, nextHigh = low;
  for (let at = samples; at < end; at += 16, column += 16) {
    const a = load2<f32>(at), b = load2<f32>(at + 8);
    low = f64x2.add(low, f64x2.mul(a, load2<f32>(column)));
    high = f64x2.add(high, f64x2.mul(b, load2<f32>(column + 8)));
    nextLow = f64x2.add(nextLow, f64x2.mul(a, load2<f32>(column + far)));
    nextHigh = f64x2.add(nextHigh, f64x2.mul(b, load2<f32>(column + far + 8)));
  }
  store<f64>(sum, total(low, high));
  store<f64>(sum, total(nextLow, nextHigh), 8);
}
