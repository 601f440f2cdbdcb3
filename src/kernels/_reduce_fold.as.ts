// What becomes of a block of values: one number, or an entry for every pixel.

/** How values become one. */
export const SUM: i32 = 0;
export const MIN: i32 = 1;
export const MAX: i32 = 2;

/** Sum of a block in eight lanes, these in pairs, and what is left over one by one. `step`: 16 bytes for two values, or 0. */
export function sumOf(a: usize, step: usize, count: i32): f64 {
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let n = 0;
  for (; n + 8 <= count; n += 8) {
    s0 = f64x2.add(s0, v128.load(a));
    s1 = f64x2.add(s1, v128.load(a + step));
    s2 = f64x2.add(s2, v128.load(a + 2 * step));
    s3 = f64x2.add(s3, v128.load(a + 3 * step));
    a += 4 * step;
  }
  const s = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (; n < count; n++) {
    sum += load<f64>(a);
    a += step >> 1;
  }
  return sum;
}

/** Adds `value` to the sum at `sum`, and what its rounding lost to the carry (Knuth's two-sum). */
@inline
export function addExactly(sum: usize, carry: usize, value: f64): void {
  const before = load<f64>(sum);
  const after = before + value;
  const part = after - before;
  store<f64>(sum, after);
  store<f64>(carry, load<f64>(carry) + ((before - (after - part)) + (value - part)));
}

/** The extreme of a block and `start`; NaN wins. */
export function extremeOf<MAXIMUM>(a: usize, step: usize, count: i32, start: f64): f64 {
  let e0 = f64x2.splat(start), e1 = e0;
  let n = 0;
  for (; n + 4 <= count; n += 4) {
    e0 = isInteger<MAXIMUM>() ? f64x2.max(e0, v128.load(a)) : f64x2.min(e0, v128.load(a));
    e1 = isInteger<MAXIMUM>() ? f64x2.max(e1, v128.load(a + step)) : f64x2.min(e1, v128.load(a + step));
    a += 2 * step;
  }
  const e = isInteger<MAXIMUM>() ? f64x2.max(e0, e1) : f64x2.min(e0, e1);
  const first = f64x2.extract_lane(e, 0);
  const second = f64x2.extract_lane(e, 1);
  let extreme = isInteger<MAXIMUM>() ? max<f64>(first, second) : min<f64>(first, second);
  for (; n < count; n++) {
    extreme = isInteger<MAXIMUM>() ? max<f64>(extreme, load<f64>(a)) : min<f64>(extreme, load<f64>(a));
    a += step >> 1;
  }
  return extreme;
}

/** Adds values to entries, one to one, or keeps the extreme of both. */
export function spread(kind: i32, a: usize, step: usize, count: i32, into: usize): void {
  const last = into + <usize>count * 8;
  for (; into + 16 <= last; into += 16) {
    const value = v128.load(a);
    const old = v128.load(into);
    v128.store(into, kind == SUM ? f64x2.add(old, value) : kind == MAX ? f64x2.max(old, value) : f64x2.min(old, value));
    a += step;
  }
  if (into < last) {
    const value = load<f64>(a);
    const old = load<f64>(into);
    store<f64>(into, kind == SUM ? old + value : kind == MAX ? max<f64>(old, value) : min<f64>(old, value));
  }
}
