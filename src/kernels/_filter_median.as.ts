// Medians of windows. Comparisons only, so that results are exact; -0 counts as 0. Windows without NaN go by vectors: 3 x 3 from sorted
// columns, and small others by dropping the smallest and the largest of what is left until one is left. Large windows
// of few bits go by a histogram; all others, and rows near NaN, one by one.
import { BLOCK, blank, Job, lineOf, pointLines, readRow } from './_filter_job.as';
import { byHistogram } from './_filter_histogram.as';
import { ranked } from './_ranked.as';

@inline
function low<A>(a: v128, b: v128): v128 {
  return v128.pmin<A>(a, b);
}

@inline
function high<A>(a: v128, b: v128): v128 {
  return v128.pmax<A>(a, b);
}

/** Makes every -0 of a line 0; whether it holds NaN. */
function settle<A>(line: usize, count: usize): bool {
  const step: usize = 16 / sizeof<A>();
  const body = count - (count % step);
  let nan = v128.splat<A>(0);
  for (let k: usize = 0; k < body; k += step) {
    const value = v128.add<A>(v128.load(line + k * sizeof<A>()), v128.splat<A>(0));
    nan = v128.or(nan, v128.ne<A>(value, value));
    v128.store(line + k * sizeof<A>(), value);
  }
  let has = v128.any_true(nan);
  for (let k = body; k < count; k++) {
    const value = load<A>(line + k * sizeof<A>()) + <A>0;
    if (value != value) has = true;
    store<A>(line + k * sizeof<A>(), value);
  }
  return has;
}

/** Sorts the three rows of a window, column by column, into the lines of `work`. */
function sortColumns<A>(job: Job): void {
  const a = <usize>load<u32>(job.lines);
  const b = <usize>load<u32>(job.lines, 4);
  const c = <usize>load<u32>(job.lines, 8);
  const line = job.line;
  const end = (job.width + 2) * sizeof<A>();
  for (let at: usize = 0; at < end; at += 16) {
    const x = v128.load(a + at);
    const y = v128.load(b + at);
    const z = v128.load(c + at);
    const less = low<A>(x, y);
    const more = high<A>(x, y);
    const rest = low<A>(more, z);
    const into = job.work + at;
    v128.store(into, low<A>(less, rest));
    v128.store(into + line, high<A>(less, rest));
    v128.store(into + 2 * line, high<A>(more, z));
  }
}

@inline
function middle<A>(a: v128, b: v128, c: v128): v128 {
  return high<A>(low<A>(a, b), low<A>(high<A>(a, b), c));
}

/** The median of nine is that of the largest of the smallest, the middle of the middle and the smallest of the largest of its columns. */
@inline
function ofNine<A>(small: usize, line: usize): v128 {
  const mid = small + line;
  const large = mid + line;
  const first = high<A>(high<A>(v128.load(small), v128.load(small, sizeof<A>())), v128.load(small, 2 * sizeof<A>()));
  const second = middle<A>(v128.load(mid), v128.load(mid, sizeof<A>()), v128.load(mid, 2 * sizeof<A>()));
  const third = low<A>(low<A>(v128.load(large), v128.load(large, sizeof<A>())), v128.load(large, 2 * sizeof<A>()));
  return middle<A>(first, second, third);
}

function nines<A>(job: Job, out: usize): void {
  sortColumns<A>(job);
  const end = job.width * sizeof<A>();
  const last = end < BLOCK ? <usize>0 : end - BLOCK;
  const into = end < BLOCK ? job.spare : out;
  for (let x: usize = 0; x < end; x += BLOCK) {
    const at = min(x, last);
    for (let v: usize = 0; v < 4; v++) {
      const p = at + 16 * v;
      v128.store(into + p, ofNine<A>(job.work + p, job.line));
    }
  }
  if (end < BLOCK) memory.copy(out, into, end);
}

/** Takes the smallest and the largest of `count` pairs of vectors away; the others move to the front. */
@inline
function drop<A>(values: usize, count: usize): void {
  let a = v128.load(values);
  let b = v128.load(values, 16);
  const c = v128.load(values, 32);
  const d = v128.load(values, 48);
  let topA = high<A>(a, c);
  let topB = high<A>(b, d);
  a = low<A>(a, c);
  b = low<A>(b, d);
  const end = values + count * 32;
  for (let p = values + 64; p < end; p += 32) {
    const x = v128.load(p);
    const y = v128.load(p, 16);
    const restA = high<A>(a, x);
    const restB = high<A>(b, y);
    a = low<A>(a, x);
    b = low<A>(b, y);
    v128.store(p - 64, low<A>(topA, restA));
    v128.store(p - 64, low<A>(topB, restB), 16);
    topA = high<A>(topA, restA);
    topB = high<A>(topB, restB);
  }
}

/** Two vectors of medians of windows of few pixels; `at` is their place in the lines. */
function pairOfMedians<A>(job: Job, at: usize, out: usize): void {
  const values = job.values;
  let p = values;
  for (let i: usize = 0; i < job.rows; i++) {
    const line = <usize>load<u32>(job.lines + i * 4) + at;
    const end = line + job.columns * sizeof<A>();
    for (let x = line; x < end; x += sizeof<A>()) {
      v128.store(p, v128.load(x));
      v128.store(p, v128.load(x, 16), 16);
      p += 32;
    }
  }
  let count = job.rows * job.columns;
  if (count % 2 == 0) {
    // One value above all others puts the upper of the two in the middle.
    const top = v128.splat<A>(<A>Infinity);
    v128.store(p, top);
    v128.store(p, top, 16);
    count++;
  }
  // Of so many values, the smallest and the largest cannot be the median of all.
  let kept = (count >> 1) + 2;
  let next = values + kept * 32;
  for (; kept > 2; kept--) {
    drop<A>(values, kept);
    if (kept == 3) break;
    const to = values + (kept - 2) * 32;
    v128.store(to, v128.load(next));
    v128.store(to, v128.load(next, 16), 16);
    next += 32;
  }
  v128.store(out, v128.load(values));
  v128.store(out, v128.load(values, 16), 16);
}

function fewPixels<A>(job: Job, out: usize): void {
  const end = job.width * sizeof<A>();
  const last = end < 32 ? <usize>0 : end - 32;
  const into = end < 32 ? job.spare : out;
  for (let x: usize = 0; x < end; x += 32) {
    const at = min(x, last);
    pairOfMedians<A>(job, at, into + at);
  }
  if (end < 32) memory.copy(out, into, end);
}

/** Windows one by one, of any size, with NaN or without. */
function oneByOne<A>(job: Job, hasNan: bool, out: usize): void {
  const chosen = job.chosen;
  const bytes = job.columns * sizeof<A>();
  const end = chosen + job.rows * bytes;
  for (let x: usize = 0; x < job.width; x++) {
    for (let i: usize = 0; i < job.rows; i++) {
      memory.copy(chosen + i * bytes, <usize>load<u32>(job.lines + i * 4) + x * sizeof<A>(), bytes);
    }
    let nan = false;
    if (hasNan) {
      for (let p = chosen; p < end; p += sizeof<A>()) {
        const value = load<A>(p);
        if (value != value) nan = true;
      }
    }
    const count = <i32>(job.rows * job.columns);
    store<A>(out + x * sizeof<A>(), nan ? <A>NaN : ranked<A>(chosen, count, count >> 1));
  }
}

/** Medians of all windows of one frame. */
export function medianFrame<A>(dtype: i32, frame: usize, job: Job, out: usize): void {
  const reached = job.height + job.rows - 1;
  const isNine = job.rows == 3 && job.columns == 3;
  for (let e: usize = 0; e < reached; e++) {
    const line = lineOf(job, e);
    readRow<A>(dtype, frame, e, job, line);
    const has = settle<A>(line, job.width + job.columns - 1);
    store<u32>(job.flags + (e % job.rows) * 4, has ? 1 : 0);
    if (e + 1 < job.rows) continue;
    const y = e + 1 - job.rows;
    pointLines(job, y);
    let hasNan = false;
    for (let i: usize = 0; i < job.rows; i++) if (load<u32>(job.flags + i * 4)) hasNan = true;
    const row = out + y * job.width * sizeof<A>();
    if (!hasNan && isNine) nines<A>(job, row);
    else if (!hasNan && job.values) fewPixels<A>(job, row);
    else if (job.counts) byHistogram<A>(job, row);
    else oneByOne<A>(job, hasNan, row);
    blank<A>(job, y, row);
  }
}
