// Pixels that go whole into one bin each.
import { load2 } from './_load.as';
import { addPair, addSums, invalid, Job, miss, poisson, valid2 } from './_ring_job.as';

@inline
export function addTo<T>(at: usize, value: T): void {
  if (isFloat<T>()) store<f64>(at, load<f64>(at) + <f64>value);
  else store<i64>(at, load<i64>(at) + <i64>value);
}

/** Whole pixels, sums only: four sums per bin, taken in turn; exact 64-bit integers for integer frames. */
export function wholePixels<T, B>(raw: usize, first: usize, count: i32, acc: usize): void {
  const end = raw + <usize>(count & ~3) * sizeof<T>();
  const acc1 = acc + 8, acc2 = acc + 16, acc3 = acc + 24;
  while (raw < end) {
    addTo<T>(acc + (<usize>load<B>(first) << 5), load<T>(raw));
    addTo<T>(acc1 + (<usize>load<B>(first, sizeof<B>()) << 5), load<T>(raw, sizeof<T>()));
    addTo<T>(acc2 + (<usize>load<B>(first, 2 * sizeof<B>()) << 5), load<T>(raw, 2 * sizeof<T>()));
    addTo<T>(acc3 + (<usize>load<B>(first, 3 * sizeof<B>()) << 5), load<T>(raw, 3 * sizeof<T>()));
    raw += 4 * sizeof<T>();
    first += 4 * sizeof<B>();
  }
  for (let k = count & 3; k > 0; k--) {
    addTo<T>(acc + (<usize>load<B>(first) << 5), load<T>(raw));
    raw += sizeof<T>();
    first += sizeof<B>();
  }
}

/** One whole pixel with variance or checks. */
export function wholeOne(job: Job, value: f64, pixel: usize, bin: usize, acc: usize, missed: usize): void {
  if (invalid(value, job.low, job.high)) miss(job, pixel, bin, 1, missed);
  else addPair(acc + (bin << 5), f64x2.replace_lane(f64x2.splat(value), 1, poisson(value)));
}

/** Whole pixels with variance or checks: (sum, variance) of even and of odd pixels, float64. */
export function wholeChecked<T, B>(job: Job, raw: usize, from: usize, count: i32, acc: usize, missed: usize): void {
  const first = job.first + from * sizeof<B>();
  const low = f64x2.splat(job.low), high = f64x2.splat(job.high), one = f64x2.splat(1);
  const acc1 = acc + 16;
  let i: usize = 0;
  for (; i < <usize>(count & ~1); i += 2) {
    const at = raw + i * sizeof<T>();
    const values = load2<T>(at);
    const bin0 = <usize>load<B>(first + i * sizeof<B>());
    const bin1 = <usize>load<B>(first + i * sizeof<B>(), sizeof<B>());
    if (valid2(values, low, high)) {
      const variances = f64x2.pmax(values, one);
      addPair(acc + (bin0 << 5), v128.shuffle<f64>(values, variances, 0, 2));
      addPair(acc1 + (bin1 << 5), v128.shuffle<f64>(values, variances, 1, 3));
    } else {
      wholeOne(job, f64x2.extract_lane(values, 0), from + i, bin0, acc, missed);
      wholeOne(job, f64x2.extract_lane(values, 1), from + i + 1, bin1, acc1, missed);
    }
  }
  if (count & 1) {
    const bin = <usize>load<B>(first + i * sizeof<B>());
    wholeOne(job, <f64>load<T>(raw + i * sizeof<T>()), from + i, bin, acc, missed);
  }
}

/** Adds the accumulators of whole pixels up to (sum, variance) per bin, in `sums`. */
export function collectWhole<T>(job: Job, acc: usize, sums: usize): void {
  const isChecked = job.variance || job.check;
  for (let b: usize = 0; b < job.bins; b++) {
    const at = acc + (b << 5);
    if (isChecked) {
      addSums(sums, b, load<f64>(at) + load<f64>(at, 16), load<f64>(at, 8) + load<f64>(at, 24));
    } else if (isFloat<T>()) {
      addSums(sums, b, load<f64>(at) + load<f64>(at, 8) + (load<f64>(at, 16) + load<f64>(at, 24)), 0);
    } else {
      addSums(sums, b, <f64>(load<i64>(at) + load<i64>(at, 8) + load<i64>(at, 16) + load<i64>(at, 24)), 0);
    }
  }
}
