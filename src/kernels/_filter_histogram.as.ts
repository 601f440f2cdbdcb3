// Medians of large windows of 8 and 16 bit frames, by a histogram that goes along a row with the window: a column of pixels is added, another
// taken away (Huang, Yang and Tang 1979). Counts of 16 and of 256 neighbouring values beside those of every value make finding the rank short.
import { Job } from './_filter_job.as';

@inline
function change(at: usize, by: i32): void {
  store<i32>(at, load<i32>(at) + by);
}

/** Adds, or takes away, one column of the window's pixels; gives by how much it changed those in blocks of 256 before `block`. */
@inline
function column<A>(job: Job, x: usize, by: i32, block: i32): i32 {
  const one = job.counts;
  const sixteen = one + job.bins * 4;
  const many = sixteen + (job.bins >> 4) * 4;
  let before = 0;
  for (let i: usize = 0; i < job.rows; i++) {
    const value = <i32>load<A>(<usize>load<u32>(job.lines + i * 4) + x * sizeof<A>()) - job.lowest;
    change(one + <usize>value * 4, by);
    change(sixteen + <usize>(value >> 4) * 4, by);
    change(many + <usize>(value >> 8) * 4, by);
    before += value >> 8 < block ? by : 0;
  }
  return before;
}

/** Medians of a row of windows. The counts are 0 before and after it. */
export function byHistogram<A>(job: Job, out: usize): void {
  const one = job.counts;
  const sixteen = one + job.bins * 4;
  const many = sixteen + (job.bins >> 4) * 4;
  const rank = <i32>((job.rows * job.columns) >> 1);
  // The block of 256 values that the median lies in, and how many pixels lie before it.
  let block = 0;
  let before = 0;
  for (let x: usize = 0; x < job.columns; x++) column<A>(job, x, 1, 0);
  for (let x: usize = 0; ; ) {
    while (before > rank) {
      block--;
      before -= load<i32>(many + <usize>block * 4);
    }
    for (;;) {
      const here = load<i32>(many + <usize>block * 4);
      if (before + here > rank) break;
      before += here;
      block++;
    }
    let left = rank - before;
    let p = sixteen + <usize>block * 16 * 4;
    for (let here = load<i32>(p); here <= left; here = load<i32>(p)) {
      left -= here;
      p += 4;
    }
    let v = one + (p - sixteen) * 16;
    for (let here = load<i32>(v); here <= left; here = load<i32>(v)) {
      left -= here;
      v += 4;
    }
    store<A>(out + x * sizeof<A>(), <A>(<i32>((v - one) >> 2) + job.lowest));
    if (++x == job.width) break;
    before += column<A>(job, x - 1, -1, block);
    before += column<A>(job, x + job.columns - 1, 1, block);
  }
  for (let x = job.width - 1; x < job.width + job.columns - 1; x++) column<A>(job, x, -1, 0);
}
