// Numbers made of complex elements: powers, magnitudes, logarithms of powers, real parts, pairs.
import { ELEMENT } from './_fft_stages.as';
import { turn2, turn4 } from './_transpose.as';

/** What is written; the numbers are those of `OUTPUTS` in operators/fft2/params.ts. */
export const POWER = 0;
export const MAGNITUDE = 1;
export const LOG_POWER = 2;
export const REAL = 3;
export const PAIRS = 4;

/** log10(x) of four float32, x at least 1: x = 2^e m with m near 1, and the series of 2 artanh((m - 1) / (m + 1)). */
@inline
function log10x4(x: v128): v128 {
  // Adding the distance from sqrt(1/2) to 1 carries into the exponent where m is at least sqrt(1/2) times 2.
  const bits = i32x4.add(x, i32x4.splat(0x3f800000 - 0x3f3504f3));
  const exponent = i32x4.sub(i32x4.shr_u(bits, 23), i32x4.splat(127));
  const m = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const one = f32x4.splat(1);
  const t = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one));
  const u = f32x4.mul(t, t);
  let p = f32x4.splat(1.0 / 9.0);
  p = f32x4.add(f32x4.mul(p, u), f32x4.splat(1.0 / 7.0));
  p = f32x4.add(f32x4.mul(p, u), f32x4.splat(1.0 / 5.0));
  p = f32x4.add(f32x4.mul(p, u), f32x4.splat(1.0 / 3.0));
  p = f32x4.add(f32x4.mul(p, u), one);
  const ln = f32x4.mul(f32x4.mul(t, p), f32x4.splat(0.868588963806503655));
  const log = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(exponent), f32x4.splat(0.301029995663981195)), ln);
  // Infinity and NaN stay what they are.
  return v128.bitselect(log, x, f32x4.lt(x, f32x4.splat(Infinity)));
}

/** The same of two float64, with more terms. */
@inline
function log10x2(x: v128): v128 {
  const bits = i64x2.add(x, i64x2.splat(0x3ff0000000000000 - 0x3fe6a09e667f3bcd));
  const exponent = i64x2.sub(i64x2.shr_u(bits, 52), i64x2.splat(1023));
  const m = i64x2.add(v128.and(bits, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3fe6a09e667f3bcd));
  const one = f64x2.splat(1);
  const t = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
  const u = f64x2.mul(t, t);
  let p = f64x2.splat(1.0 / 21.0);
  for (let k = 19; k > 0; k -= 2) p = f64x2.add(f64x2.mul(p, u), f64x2.splat(1.0 / <f64>k));
  const ln = f64x2.mul(f64x2.mul(t, p), f64x2.splat(0.868588963806503655));
  const whole = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(exponent, exponent, 0, 2, 0, 2));
  const log = f64x2.add(f64x2.mul(whole, f64x2.splat(0.301029995663981195)), ln);
  return v128.bitselect(log, x, f64x2.lt(x, f64x2.splat(Infinity)));
}

@inline
function value<T>(z: usize, reAt: usize, kind: i32, scale: v128): v128 {
  const re = v128.mul<T>(v128.load(z + reAt), scale);
  if (kind == REAL) return re;
  const im = v128.mul<T>(v128.load(z + 16 - reAt), scale);
  const power = v128.add<T>(v128.mul<T>(re, re), v128.mul<T>(im, im));
  if (kind == POWER) return power;
  if (kind == MAGNITUDE) return v128.sqrt<T>(power);
  const above = v128.add<T>(power, v128.splat<T>(<T>1));
  return sizeof<T>() == 4 ? log10x4(above) : log10x2(above);
}

/** Complex numbers of as many lines as a vector has lanes, from vectors of real and of imaginary parts of successive points. */
function writePairs<T>(z: usize, reAt: usize, points: i32, re: v128, im: v128, to: usize, stride: usize): void {
  const imAt = 16 - reAt;
  for (let k = 0; k < points; k += 2, z += 2 * ELEMENT, to += 4 * sizeof<T>()) {
    const a = v128.mul<T>(v128.load(z + reAt), re), b = v128.mul<T>(v128.load(z + imAt), im);
    const c = v128.mul<T>(v128.load(z + ELEMENT + reAt), re), d = v128.mul<T>(v128.load(z + ELEMENT + imAt), im);
    if (sizeof<T>() == 4) turn4(a, b, c, d, to, stride);
    else {
      turn2(a, b, to, stride);
      turn2(c, d, to + 16, stride);
    }
  }
}

/**
 * Writes what `kind` says of the elements at `z`, line by line, each `stride` bytes after the last. Up to a vector more than
 * `points` is written to each line.
 *
 * @param reAt where real parts lie in an element, 0 or 16
 * @param imScale what imaginary parts are multiplied by instead: `scale`, or the other sign of it
 */
export function writeLines<T>(z: usize, reAt: usize, points: i32, kind: i32, scale: T, imScale: T, to: usize, stride: usize): void {
  const s = v128.splat<T>(scale);
  if (kind == PAIRS) {
    writePairs<T>(z, reAt, points, s, v128.splat<T>(imScale), to, stride);
    return;
  }
  if (sizeof<T>() == 4) {
    for (let k = 0; k < points; k += 4, z += 4 * ELEMENT, to += 16) {
      const a = value<T>(z, reAt, kind, s), b = value<T>(z + ELEMENT, reAt, kind, s);
      const c = value<T>(z + 2 * ELEMENT, reAt, kind, s), d = value<T>(z + 3 * ELEMENT, reAt, kind, s);
      turn4(a, b, c, d, to, stride);
    }
  } else {
    for (let k = 0; k < points; k += 2, z += 2 * ELEMENT, to += 16) {
      turn2(value<T>(z, reAt, kind, s), value<T>(z + ELEMENT, reAt, kind, s), to, stride);
    }
  }
}

/** The same line from its end, as the mirrored half of a spectrum has it: point k of `from` goes to (points - k) mod points. */
export function mirror<T>(from: usize, points: i32, arePairs: bool, to: usize): void {
  if (!arePairs) {
    store<T>(to, load<T>(from));
    for (let k = 1; k < points; k++) store<T>(to + <usize>(points - k) * sizeof<T>(), load<T>(from + <usize>k * sizeof<T>()));
    return;
  }
  for (let k = 0; k < points; k++) {
    const p = from + <usize>k * 2 * sizeof<T>();
    const q = to + <usize>(k == 0 ? 0 : points - k) * 2 * sizeof<T>();
    store<T>(q, load<T>(p));
    store<T>(q, -load<T>(p, sizeof<T>()), sizeof<T>());
  }
}
