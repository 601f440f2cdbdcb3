// Pixels that more than two neighbouring bins share: what the second bin was given too much goes on to the third, and from there
// to the next. Each level of such moves is one more pass with one number a pixel.
import { load2 } from './_load.as';
import { invalid, Job, poisson } from './_ring_job.as';

/** Address of the part of a pixel that lies beyond bin `level` of its own. */
@inline
function onwardOf(job: Job, level: usize, pixel: usize): usize {
  return job.onward + ((level - 1) * job.pixels + pixel) * 4;
}

/** Where the sums of a pixel's first bin lie. */
@inline
function binOf<B>(first: usize): usize {
  return (<usize>load<B>(first) >> 1) << 5;
}

@inline
function add(at: usize, value: f64): void {
  store<f64>(at, load<f64>(at) + value);
}

/** Sums of what goes on, per first bin of the pixels: four of them, taken in turn. */
export function onwardPixels<T, B>(job: Job, level: usize, raw: usize, from: usize, count: i32, acc: usize): void {
  let first = job.first + from * sizeof<B>();
  let part = onwardOf(job, level, from);
  const end = raw + <usize>(count & ~3) * sizeof<T>();
  const acc1 = acc + 8, acc2 = acc + 16, acc3 = acc + 24;
  while (raw < end) {
    const parts = v128.load(part);
    const moved0 = f64x2.mul(load2<T>(raw), f64x2.promote_low_f32x4(parts));
    const moved1 = f64x2.mul(
      load2<T>(raw + 2 * sizeof<T>()),
      f64x2.promote_low_f32x4(v128.shuffle<i64>(parts, parts, 1, 1)),
    );
    add(acc + binOf<B>(first), f64x2.extract_lane(moved0, 0));
    add(acc1 + binOf<B>(first + sizeof<B>()), f64x2.extract_lane(moved0, 1));
    add(acc2 + binOf<B>(first + 2 * sizeof<B>()), f64x2.extract_lane(moved1, 0));
    add(acc3 + binOf<B>(first + 3 * sizeof<B>()), f64x2.extract_lane(moved1, 1));
    raw += 4 * sizeof<T>();
    first += 4 * sizeof<B>();
    part += 16;
  }
  for (let k = count & 3; k > 0; k--) {
    add(acc + binOf<B>(first), <f64>load<f32>(part) * <f64>load<T>(raw));
    raw += sizeof<T>();
    first += sizeof<B>();
    part += 4;
  }
}

/** Moves the sums on: from bin `b + level` to the one after it. */
export function collectOnward(job: Job, level: usize, acc: usize, sums: usize): void {
  const bins = <usize>job.bins;
  for (let b: usize = 0; b + level + 1 < bins; b++) {
    const at = acc + (b << 5);
    const moved = load<f64>(at) + load<f64>(at, 8) + (load<f64>(at, 16) + load<f64>(at, 24));
    const here = sums + (b + level) * 16;
    store<f64>(here, load<f64>(here) - moved);
    store<f64>(here, load<f64>(here, 16) + moved, 16);
  }
}

/** The same pixel by pixel, with variance and checks: the bin keeps `held - part`, and the next gets `part`. */
export function onwardChecked<T, B>(
  job: Job,
  level: usize,
  raw: usize,
  from: usize,
  count: i32,
  sums: usize,
  missed: usize,
): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const pixel = from + i;
    const part = <f64>load<f32>(onwardOf(job, level, pixel));
    if (part == 0) continue;
    const held = level == 1 ? 1 - <f64>load<f32>(job.weight + pixel * 4) : <f64>load<f32>(onwardOf(job, level - 1, pixel));
    const bin = (<usize>load<B>(job.first + pixel * sizeof<B>()) >> 1) + level;
    const kept = held - part;
    const change = kept * kept - held * held;
    const value = <f64>load<T>(raw + i * sizeof<T>());
    if (invalid(value, job.low, job.high)) {
      moveMissed(job, pixel, missed + bin * 24, part);
      continue;
    }
    const variance = poisson(value);
    const at = sums + bin * 16;
    store<f64>(at, load<f64>(at) - part * value);
    store<f64>(at, load<f64>(at, 8) + change * variance, 8);
    store<f64>(at, load<f64>(at, 16) + part * value, 16);
    store<f64>(at, load<f64>(at, 24) + part * part * variance, 24);
  }
}

/** What an invalid pixel leaves out moves on like what it would have added. */
function moveMissed(job: Job, pixel: usize, at: usize, part: f64): void {
  const norm = part * <f64>load<f32>(job.norm + pixel * 4);
  const dark = job.dark ? part * <f64>load<f32>(job.dark + pixel * 4) : 0;
  store<f64>(at, load<f64>(at) - part);
  store<f64>(at, load<f64>(at, 8) - norm, 8);
  store<f64>(at, load<f64>(at, 16) - dark, 16);
  store<f64>(at, load<f64>(at, 24) + part, 24);
  store<f64>(at, load<f64>(at, 32) + norm, 32);
  store<f64>(at, load<f64>(at, 40) + dark, 40);
}
