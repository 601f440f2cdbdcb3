// Pixels that two neighbouring bins share.
import { load2 } from './_load.as';
import { addPair, addSums, invalid, Job, miss, poisson2, valid2 } from './_ring_job.as';

/** Pixels shared by two bins, sums only: per place (smaller part, the rest), float64. */
export function sharedPixels<T, B>(raw: usize, first: usize, weight: usize, count: i32, acc: usize): void {
  const end = raw + <usize>(count & ~3) * sizeof<T>();
  while (raw < end) {
    const values0 = load2<T>(raw), values1 = load2<T>(raw + 2 * sizeof<T>());
    const part = v128.load(weight);
    const small0 = f64x2.mul(values0, f64x2.promote_low_f32x4(part));
    const small1 = f64x2.mul(values1, f64x2.promote_low_f32x4(v128.shuffle<i64>(part, part, 1, 1)));
    const rest0 = f64x2.sub(values0, small0), rest1 = f64x2.sub(values1, small1);
    addPair(acc + (<usize>load<B>(first) << 4), v128.shuffle<f64>(small0, rest0, 0, 2));
    addPair(acc + (<usize>load<B>(first, sizeof<B>()) << 4), v128.shuffle<f64>(small0, rest0, 1, 3));
    addPair(acc + (<usize>load<B>(first, 2 * sizeof<B>()) << 4), v128.shuffle<f64>(small1, rest1, 0, 2));
    addPair(acc + (<usize>load<B>(first, 3 * sizeof<B>()) << 4), v128.shuffle<f64>(small1, rest1, 1, 3));
    raw += 4 * sizeof<T>();
    first += 4 * sizeof<B>();
    weight += 16;
  }
  for (let k = count & 3; k > 0; k--) {
    const value = <f64>load<T>(raw);
    const small = value * <f64>load<f32>(weight);
    addPair(acc + (<usize>load<B>(first) << 4), f64x2.replace_lane(f64x2.splat(small), 1, value - small));
    raw += sizeof<T>();
    first += sizeof<B>();
    weight += 4;
  }
}

/** One shared pixel with variance or checks. */
export function sharedOne(job: Job, value: f64, small: f64, pixel: usize, place: usize, acc: usize, missed: usize): void {
  if (invalid(value, job.low, job.high)) {
    const bin = place >> 1, side = place & 1;
    if (small > 0) miss(job, pixel, bin + side, small, missed);
    miss(job, pixel, bin + 1 - side, 1 - small, missed);
    return;
  }
  const at = acc + (place << 5);
  const parts = f64x2.replace_lane(f64x2.splat(small), 1, 1 - small);
  addPair(at, f64x2.mul(parts, f64x2.splat(value)));
  addPair(at + 16, f64x2.mul(f64x2.mul(parts, parts), poisson2(value)));
}

/** Shared pixels with variance or checks: per place (smaller part, the rest) for the sum, then for the variance. */
export function sharedChecked<T, B>(job: Job, raw: usize, from: usize, count: i32, acc: usize, missed: usize): void {
  const first = job.first + from * sizeof<B>();
  const weight = job.weight + from * 4;
  const low = f64x2.splat(job.low), high = f64x2.splat(job.high), one = f64x2.splat(1);
  const isWithVariance = job.variance != 0;
  let i: usize = 0;
  for (; i < <usize>(count & ~1); i += 2) {
    const values = load2<T>(raw + i * sizeof<T>());
    const place0 = <usize>load<B>(first + i * sizeof<B>());
    const place1 = <usize>load<B>(first + i * sizeof<B>(), sizeof<B>());
    const part = f64x2.promote_low_f32x4(v128.load_zero<u64>(weight + i * 4));
    if (valid2(values, low, high)) {
      const small = f64x2.mul(values, part), rest = f64x2.sub(values, small);
      const at0 = acc + (place0 << 5), at1 = acc + (place1 << 5);
      addPair(at0, v128.shuffle<f64>(small, rest, 0, 2));
      addPair(at1, v128.shuffle<f64>(small, rest, 1, 3));
      if (isWithVariance) {
        const variances = f64x2.pmax(values, one), other = f64x2.sub(one, part);
        const smallVariance = f64x2.mul(f64x2.mul(part, part), variances);
        const restVariance = f64x2.mul(f64x2.mul(other, other), variances);
        addPair(at0 + 16, v128.shuffle<f64>(smallVariance, restVariance, 0, 2));
        addPair(at1 + 16, v128.shuffle<f64>(smallVariance, restVariance, 1, 3));
      }
    } else {
      const small0 = f64x2.extract_lane(part, 0), small1 = f64x2.extract_lane(part, 1);
      sharedOne(job, f64x2.extract_lane(values, 0), small0, from + i, place0, acc, missed);
      sharedOne(job, f64x2.extract_lane(values, 1), small1, from + i + 1, place1, acc, missed);
    }
  }
  if (count & 1) {
    const place = <usize>load<B>(first + i * sizeof<B>());
    const small = <f64>load<f32>(weight + i * 4);
    sharedOne(job, <f64>load<T>(raw + i * sizeof<T>()), small, from + i, place, acc, missed);
  }
}

/** The same for shared pixels. Place 2 b holds (this bin, the next), place 2 b + 1 (the next, this bin). */
export function collectShared(job: Job, acc: usize, sums: usize): void {
  const isChecked = job.variance || job.check;
  const step: usize = isChecked ? 32 : 16;
  let carry: f64 = 0, carryVariance: f64 = 0;
  for (let b: usize = 0; b < job.bins; b++) {
    const even = acc + 2 * b * step, odd = even + step;
    const variance = isChecked ? load<f64>(even, 16) + load<f64>(odd, 24) : 0;
    addSums(sums, b, load<f64>(even) + load<f64>(odd, 8) + carry, variance + carryVariance);
    carry = load<f64>(even, 8) + load<f64>(odd);
    carryVariance = isChecked ? load<f64>(even, 24) + load<f64>(odd, 16) : 0;
  }
}
