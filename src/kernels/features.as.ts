// Sums over series for statistical features, in two float64 lanes: points 0, 2, 4, ... and 1, 3, 5, ..., added at the end. The
// reference, src/operators/features/sums.ts, has the same lanes, so that the bits agree.

@inline
function total(lanes: v128, last: f64): f64 {
  return f64x2.extract_lane(lanes, 0) + last + f64x2.extract_lane(lanes, 1);
}

/**
 * Mean and central sums of a series: `out` gets the mean, then sum d^2, sum d^3 and sum d^4 of the differences d from it, which
 * go to `centred`.
 */
export function centre(x: usize, count: i32, centred: usize, out: usize): void {
  const body = count & ~1;
  const bytes = <usize>body * 8;
  let sum = f64x2.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) sum = f64x2.add(sum, v128.load(x + at));
  const mean = total(sum, body < count ? load<f64>(x + bytes) : 0) / <f64>count;
  const means = f64x2.splat(mean);
  let s2 = f64x2.splat(0), s3 = s2, s4 = s2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const d = f64x2.sub(v128.load(x + at), means);
    const square = f64x2.mul(d, d);
    v128.store(centred + at, d);
    s2 = f64x2.add(s2, square);
    s3 = f64x2.add(s3, f64x2.mul(square, d));
    s4 = f64x2.add(s4, f64x2.mul(square, square));
  }
  let last: f64 = 0;
  if (body < count) {
    last = load<f64>(x + bytes) - mean;
    store<f64>(centred + bytes, last);
  }
  const square = last * last;
  store<f64>(out, mean);
  store<f64>(out, total(s2, square), 8);
  store<f64>(out, total(s3, square * last), 16);
  store<f64>(out, total(s4, square * square), 24);
}

/** Sum of the products of two series. */
export function dot(x: usize, y: usize, count: i32): f64 {
  const bytes = <usize>(count & ~1) * 8;
  let sum = f64x2.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) sum = f64x2.add(sum, f64x2.mul(v128.load(x + at), v128.load(y + at)));
  return total(sum, (count & 1) != 0 ? load<f64>(x + bytes) * load<f64>(y + bytes) : 0);
}
