// Elements of one dtype as another: x scale + offset in float64, then rounded to what the target can hold. Integers are
// rounded to nearest, halves to even, and end at the limits of their dtype; NaN becomes 0.
import { load2 } from './_load.as';

/** Two pairs of float64 as four float32. */
@inline
function single4(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 4, 5);
}

/** Two pairs of rounded float64 as four integers of 32 bits; conversion ends at their limits, and NaN is 0. */
@inline
function integers4<U>(a: v128, b: v128): v128 {
  if (sizeof<U>() == 4 && !isSigned<U>())
    return v128.shuffle<i32>(i32x4.trunc_sat_f64x2_u_zero(a), i32x4.trunc_sat_f64x2_u_zero(b), 0, 1, 4, 5);
  return v128.shuffle<i32>(i32x4.trunc_sat_f64x2_s_zero(a), i32x4.trunc_sat_f64x2_s_zero(b), 0, 1, 4, 5);
}

/** Eight elements, given as four pairs. */
@inline
function store8<U>(p: usize, a: v128, b: v128, c: v128, d: v128): void {
  if (isFloat<U>()) {
    if (sizeof<U>() == 8) {
      v128.store(p, a);
      v128.store(p, b, 16);
      v128.store(p, c, 32);
      v128.store(p, d, 48);
    } else {
      v128.store(p, single4(a, b));
      v128.store(p, single4(c, d), 16);
    }
    return;
  }
  const low = integers4<U>(f64x2.nearest(a), f64x2.nearest(b));
  const high = integers4<U>(f64x2.nearest(c), f64x2.nearest(d));
  if (sizeof<U>() == 4) {
    v128.store(p, low);
    v128.store(p, high, 16);
  } else if (sizeof<U>() == 2) {
    v128.store(p, isSigned<U>() ? i16x8.narrow_i32x4_s(low, high) : i16x8.narrow_i32x4_u(low, high));
  } else {
    const words = i16x8.narrow_i32x4_s(low, high);
    const bytes = isSigned<U>() ? i8x16.narrow_i16x8_s(words, words) : i8x16.narrow_i16x8_u(words, words);
    store<i64>(p, i64x2.extract_lane(bytes, 0));
  }
}

@inline
function storeOne<U>(p: usize, value: f64): void {
  if (isFloat<U>()) {
    store<U>(p, <U>value);
    return;
  }
  // NaN is 0 before it meets the limits, which would keep it.
  const rounded = value == value ? nearest(value) : 0;
  const bits: u64 = 8 * sizeof<U>() - (isSigned<U>() ? 1 : 0);
  const highest = <f64>(((<u64>1) << bits) - 1);
  const lowest: f64 = isSigned<U>() ? -highest - 1 : 0;
  store<U>(p, <U><i64>max(lowest, min(highest, rounded)));
}

/** Returns 1 when a number was NaN. */
function elements<T, U>(source: usize, target: usize, count: u32, scale: f64, offset: f64): i32 {
  const s = f64x2.splat(scale);
  const o = f64x2.splat(offset);
  const end = source + <usize>count * sizeof<T>();
  let strange = i64x2.splat(0);
  while (source + 8 * sizeof<T>() <= end) {
    const a = f64x2.add(f64x2.mul(load2<T>(source), s), o);
    const b = f64x2.add(f64x2.mul(load2<T>(source + 2 * sizeof<T>()), s), o);
    const c = f64x2.add(f64x2.mul(load2<T>(source + 4 * sizeof<T>()), s), o);
    const d = f64x2.add(f64x2.mul(load2<T>(source + 6 * sizeof<T>()), s), o);
    if (isFloat<T>() && !isFloat<U>()) {
      strange = v128.or(strange, v128.or(f64x2.ne(a, a), f64x2.ne(b, b)));
      strange = v128.or(strange, v128.or(f64x2.ne(c, c), f64x2.ne(d, d)));
    }
    store8<U>(target, a, b, c, d);
    source += 8 * sizeof<T>();
    target += 8 * sizeof<U>();
  }
  let isStrange = v128.any_true(strange);
  while (source < end) {
    const value = <f64>load<T>(source) * scale + offset;
    if (!isFloat<U>() && value != value) isStrange = true;
    storeOne<U>(target, value);
    source += sizeof<T>();
    target += sizeof<U>();
  }
  return isStrange ? 1 : 0;
}

function from<T>(source: usize, target: usize, to: i32, count: u32, scale: f64, offset: f64): i32 {
  if (to == 0) return elements<T, u8>(source, target, count, scale, offset);
  if (to == 1) return elements<T, i8>(source, target, count, scale, offset);
  if (to == 2) return elements<T, u16>(source, target, count, scale, offset);
  if (to == 3) return elements<T, i16>(source, target, count, scale, offset);
  if (to == 4) return elements<T, u32>(source, target, count, scale, offset);
  if (to == 5) return elements<T, i32>(source, target, count, scale, offset);
  if (to == 6) return elements<T, f32>(source, target, count, scale, offset);
  return elements<T, f64>(source, target, count, scale, offset);
}

/**
 * `count` elements of dtype number `given` at `source` become elements of dtype number `to` at `target`; the two do not
 * overlap. Returns 1 when a number that became an integer was NaN.
 */
export function convert(
  source: usize, given: i32, target: usize, to: i32, count: u32, scale: f64, offset: f64
): i32 {
  if (given == 0) return from<u8>(source, target, to, count, scale, offset);
  if (given == 1) return from<i8>(source, target, to, count, scale, offset);
  if (given == 2) return from<u16>(source, target, to, count, scale, offset);
  if (given == 3) return from<i16>(source, target, to, count, scale, offset);
  if (given == 4) return from<u32>(source, target, to, count, scale, offset);
  if (given == 5) return from<i32>(source, target, to, count, scale, offset);
  if (given == 6) return from<f32>(source, target, to, count, scale, offset);
  return from<f64>(source, target, to, count, scale, offset);
}
