// Sums over the points of a template, where a motion takes them.
import { cubicAt, isIn, volumeOf } from './_spline.as';
import { load2 } from './_load.as';

const COLUMNS: i32 = 8;

/** Samples points [from, to) where the 3 x 4 float64 `map` takes them; returns how many are out of view, and lists them. */
function samplePoints(points: usize, count: i32, map: usize, from: i32, to: i32, samples: usize, missed: usize): i32 {
  const far = <usize>count * 4;
  const a = load<f64>(map), b = load<f64>(map, 8), c = load<f64>(map, 16), d = load<f64>(map, 24);
  const e = load<f64>(map, 32), f = load<f64>(map, 40), g = load<f64>(map, 48), h = load<f64>(map, 56);
  const p = load<f64>(map, 64), q = load<f64>(map, 72), r = load<f64>(map, 80), s = load<f64>(map, 88);
  let out = 0;
  for (let n = from; n < to; n++) {
    const at = points + <usize>n * 4;
    const x = <f64>load<f32>(at), y = <f64>load<f32>(at + far), z = <f64>load<f32>(at + 2 * far);
    const u = a * x + b * y + c * z + d, v = e * x + f * y + g * z + h, w = p * x + q * y + r * z + s;
    if (isIn(u, v, w)) store<f32>(samples + <usize>n * 4, cubicAt(u, v, w));
    else {
      store<f32>(samples + <usize>n * 4, 0);
      store<u32>(missed + <usize>out * 4, n);
      out++;
    }
  }
  return out;
}

/**
 * Sums of columns times samples over points [from, to), then of squared samples, in float64, at `sums`.
 *
 * @returns how many points are out of view: they are listed at `missed`
 */
export function sumPoints(
  volume: usize, points: usize, columns: usize, count: i32, map: usize, from: i32, to: i32, samples: usize, missed: usize, sums: usize,
): i32 {
  volumeOf(volume);
  const out = samplePoints(points, count, map, from, to, samples, missed);
  const end = samples + <usize>to * 4;
  for (let j = 0; j < COLUMNS; j++) {
    let column = columns + (<usize>j * <usize>count + <usize>from) * 4;
    let low = f64x2.splat(0), high = low;
    for (let at = samples + <usize>from * 4; at < end; at += 16, column += 16) {
      low = f64x2.add(low, f64x2.mul(load2<f32>(at), load2<f32>(column)));
      high = f64x2.add(high, f64x2.mul(load2<f32>(at + 8), load2<f32>(column + 8)));
    }
    const both = f64x2.add(low, high);
    store<f64>(sums + <usize>j * 8, f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1));
  }
  let weight = columns + (<usize>(COLUMNS - 1) * <usize>count + <usize>from) * 4;
  let squares = f64x2.splat(0);
  for (let at = samples + <usize>from * 4; at < end; at += 8, weight += 8) {
    const value = load2<f32>(at);
    squares = f64x2.add(squares, f64x2.mul(f64x2.mul(value, value), load2<f32>(weight)));
  }
  store<f64>(sums + COLUMNS * 8, f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1));
  return out;
}
