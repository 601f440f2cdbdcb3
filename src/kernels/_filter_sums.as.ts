// Sums of weights times pixels. Each row of a window is added up from left to right, from 0, then the sums of rows from top to bottom: the
// order of the reference, src/operators/filter/naive.ts, so that the bits agree. The last block of a row begins early and makes some
// results twice; rows narrower than a block go through `spare`.
import { BLOCK, blank, Job, lineOf, pointLines, readRow } from './_filter_job.as';

@inline
function add<A>(a: v128, b: v128): v128 {
  return v128.add<A>(a, b);
}

@inline
function weigh<A>(sum: v128, p: usize, weight: v128): v128 {
  return v128.add<A>(sum, v128.mul<A>(v128.load(p), weight));
}

/** Sums of rows of a separable window, of all windows that begin in `line`. */
function across<A>(job: Job, line: usize, sums: usize): void {
  const end = job.width * sizeof<A>();
  const count = job.count;
  for (let at: usize = 0; at < end; at += BLOCK) {
    let a = v128.splat<A>(0), b = a, c = a, d = a;
    for (let k: usize = 0; k < count; k++) {
      const p = line + at + load<u32>(job.offsets + k * 4);
      if (job.isBox) {
        a = add<A>(a, v128.load(p));
        b = add<A>(b, v128.load(p, 16));
        c = add<A>(c, v128.load(p, 32));
        d = add<A>(d, v128.load(p, 48));
      } else {
        const weight = v128.splat<A>(load<A>(job.weights + k * sizeof<A>()));
        a = weigh<A>(a, p, weight);
        b = weigh<A>(b, p + 16, weight);
        c = weigh<A>(c, p + 32, weight);
        d = weigh<A>(d, p + 48, weight);
      }
    }
    v128.store(sums + at, a);
    v128.store(sums + at, b, 16);
    v128.store(sums + at, c, 32);
    v128.store(sums + at, d, 48);
  }
}

/** Sums of the sums of rows. */
function down<A>(job: Job, divisor: A, out: usize): void {
  const end = job.width * sizeof<A>();
  const last = end < BLOCK ? <usize>0 : end - BLOCK;
  const into = end < BLOCK ? job.spare : out;
  const count = job.downCount;
  const by = v128.splat<A>(divisor);
  for (let x: usize = 0; x < end; x += BLOCK) {
    const at = min(x, last);
    let a = v128.splat<A>(0), b = a, c = a, d = a;
    for (let k: usize = 0; k < count; k++) {
      const p = <usize>load<u32>(job.lines + <usize>load<u32>(job.downRows + k * 4) * 4) + at;
      if (job.isBox) {
        a = add<A>(a, v128.load(p));
        b = add<A>(b, v128.load(p, 16));
        c = add<A>(c, v128.load(p, 32));
        d = add<A>(d, v128.load(p, 48));
      } else {
        const weight = v128.splat<A>(load<A>(job.downWeights + k * sizeof<A>()));
        a = weigh<A>(a, p, weight);
        b = weigh<A>(b, p + 16, weight);
        c = weigh<A>(c, p + 32, weight);
        d = weigh<A>(d, p + 48, weight);
      }
    }
    if (divisor != 1) {
      a = v128.div<A>(a, by);
      b = v128.div<A>(b, by);
      c = v128.div<A>(c, by);
      d = v128.div<A>(d, by);
    }
    v128.store(into + at, a);
    v128.store(into + at, b, 16);
    v128.store(into + at, c, 32);
    v128.store(into + at, d, 48);
  }
  if (end < BLOCK) memory.copy(out, into, end);
}

/** A kernel that is a column times a row, on one frame. */
export function separableFrame<A>(dtype: i32, frame: usize, job: Job, divisor: A, out: usize): void {
  const reached = job.height + job.rows - 1;
  for (let e: usize = 0; e < reached; e++) {
    readRow<A>(dtype, frame, e, job, job.work);
    across<A>(job, job.work, lineOf(job, e));
    if (e + 1 < job.rows) continue;
    const y = e + 1 - job.rows;
    const row = out + y * job.width * sizeof<A>();
    pointLines(job, y);
    down<A>(job, divisor, row);
    blank<A>(job, y, row);
  }
}

/** One vector of a 3 x 3 mean: the sum of its last row, kept for the next two rows, and the result. */
@inline
function box<A>(line: usize, above: usize, middle: usize, below: usize, by: v128, out: usize): void {
  const sum = add<A>(add<A>(v128.load(line), v128.load(line, sizeof<A>())), v128.load(line, 2 * sizeof<A>()));
  v128.store(below, sum);
  // Sums begin with 0 by definition, which shows only in the sign of zero: added at the end, it does the same once.
  const total = add<A>(add<A>(add<A>(v128.load(above), v128.load(middle)), sum), v128.splat<A>(0));
  v128.store(out, v128.div<A>(total, by));
}

/** The mean of 3 x 3 pixels: the sums of a row are made and used in one go. */
export function boxFrame<A>(dtype: i32, frame: usize, job: Job, divisor: A, out: usize): void {
  const by = v128.splat<A>(divisor);
  const end = job.width * sizeof<A>();
  const last = end < BLOCK ? <usize>0 : end - BLOCK;
  for (let e: usize = 0; e < job.height + 2; e++) {
    readRow<A>(dtype, frame, e, job, job.work);
    const below = lineOf(job, e);
    if (e < 2) {
      across<A>(job, job.work, below);
      continue;
    }
    const above = lineOf(job, e - 2);
    const middle = lineOf(job, e - 1);
    const row = out + (e - 2) * end;
    const into = end < BLOCK ? job.spare : row;
    for (let x: usize = 0; x < end; x += BLOCK) {
      const at = min(x, last);
      const line = job.work + at;
      const a = above + at;
      const b = middle + at;
      const c = below + at;
      const o = into + at;
      box<A>(line, a, b, c, by, o);
      box<A>(line + 16, a + 16, b + 16, c + 16, by, o + 16);
      box<A>(line + 32, a + 32, b + 32, c + 32, by, o + 32);
      box<A>(line + 48, a + 48, b + 48, c + 48, by, o + 48);
    }
    if (end < BLOCK) memory.copy(row, into, end);
    blank<A>(job, e - 2, row);
  }
}

/** Any other kernel, weight by weight. */
export function weightedFrame<A>(dtype: i32, frame: usize, job: Job, out: usize): void {
  const reached = job.height + job.rows - 1;
  const end = job.width * sizeof<A>();
  const last = end < BLOCK ? <usize>0 : end - BLOCK;
  for (let e: usize = 0; e < reached; e++) {
    readRow<A>(dtype, frame, e, job, lineOf(job, e));
    if (e + 1 < job.rows) continue;
    const y = e + 1 - job.rows;
    pointLines(job, y);
    const row = out + y * end;
    const into = end < BLOCK ? job.spare : row;
    for (let x: usize = 0; x < end; x += BLOCK) {
      const at = min(x, last);
      let a = v128.splat<A>(0), b = a, c = a, d = a;
      let k: usize = 0;
      for (let i: usize = 0; i < job.rows; i++) {
        const line = <usize>load<u32>(job.lines + i * 4) + at;
        const stop = <usize>load<u32>(job.ends + i * 4);
        let sa = v128.splat<A>(0), sb = sa, sc = sa, sd = sa;
        for (; k < stop; k++) {
          const p = line + load<u32>(job.offsets + k * 4);
          const weight = v128.splat<A>(load<A>(job.weights + k * sizeof<A>()));
          sa = weigh<A>(sa, p, weight);
          sb = weigh<A>(sb, p + 16, weight);
          sc = weigh<A>(sc, p + 32, weight);
          sd = weigh<A>(sd, p + 48, weight);
        }
        a = add<A>(a, sa);
        b = add<A>(b, sb);
        c = add<A>(c, sc);
        d = add<A>(d, sd);
      }
      v128.store(into + at, a);
      v128.store(into + at, b, 16);
      v128.store(into + at, c, 32);
      v128.store(into + at, d, 48);
    }
    if (end < BLOCK) memory.copy(row, into, end);
    blank<A>(job, y, row);
  }
}
