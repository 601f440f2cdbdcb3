// What the filters share: where their arrays lie, and how rows of frames reach the lines that windows read.
import { load2, load4 } from './_load.as';

/** Addresses and sizes of one filter, written by the host; its layout is that of `placeKernel` in src/operators/filter/memory.ts. */
@unmanaged
export class Job {
  height: usize;
  width: usize;
  /** Of the window. */
  rows: usize;
  columns: usize;
  /** 1: results whose window leaves the frame are 0. */
  zeroBorder: usize;
  /** Bytes of a line: a row with what windows reach beyond it, and a block more. */
  line: usize;
  /** Row, and column, of the frame at each place that windows reach, i32; -1 outside. */
  rowOf: usize;
  columnOf: usize;
  /** As many lines as a window has rows. */
  ring: usize;
  /** One line, of medians three. */
  work: usize;
  /** A block, for frames narrower than that. */
  spare: usize;
  /** Addresses of lines of the ring from the window's first row to its last, u32. */
  lines: usize;
  /** Whether the lines of the ring hold NaN, u32. */
  flags: usize;
  /** Weights that count: where in a row of the window, in bytes, u32; and weights. */
  offsets: usize;
  weights: usize;
  count: usize;
  /** Of full kernels, the end of each row's weights, u32. */
  ends: usize;
  /** Rows of a separable window that count, u32, their weights and their number. */
  downRows: usize;
  downWeights: usize;
  downCount: usize;
  /** 1: all pixels of the window count, with weights of 1. */
  isBox: usize;
  /** Room for the values of a window in vectors, 0 for windows that have too many; and for those of a single one. */
  values: usize;
  chosen: usize;
  /** Counts for medians of many pixels of few bits, u32: of each of `bins` values from `lowest`, then of 16 and of 256 together; 0 for none. */
  counts: usize;
  bins: usize;
  lowest: i32;
}

/** Bytes that are made at a time: four vectors in registers. */
export const BLOCK: usize = 64;

@inline
function bytesOf(dtype: i32): usize {
  return dtype < 2 ? 1 : dtype < 4 ? 2 : dtype < 7 ? 4 : 8;
}

/** A vector of elements as A. */
@inline
function loadAs<T, A>(p: usize): v128 {
  if (sizeof<A>() == 8) return load2<T>(p);
  if (isFloat<T>()) {
    if (sizeof<T>() == 4) return v128.load(p);
    const low = f32x4.demote_f64x2_zero(v128.load(p));
    return v128.shuffle<i32>(low, f32x4.demote_f64x2_zero(v128.load(p, 16)), 0, 1, 4, 5);
  }
  if (sizeof<T>() == 4) return isSigned<T>() ? f32x4.convert_i32x4_s(v128.load(p)) : f32x4.convert_i32x4_u(v128.load(p));
  return load4<T>(p);
}

function widen<T, A>(x: usize, count: usize, out: usize): void {
  if (isFloat<T>() && sizeof<T>() == sizeof<A>()) {
    memory.copy(out, x, count * sizeof<A>());
    return;
  }
  const step: usize = 16 / sizeof<A>();
  const body = count - (count % step);
  for (let k: usize = 0; k < body; k += step) v128.store(out + k * sizeof<A>(), loadAs<T, A>(x + k * sizeof<T>()));
  for (let k = body; k < count; k++) store<A>(out + k * sizeof<A>(), <A>load<T>(x + k * sizeof<T>()));
}

@inline
function beyond<A>(job: Job, place: usize, row: usize): A {
  const column = load<i32>(job.columnOf + place * 4);
  return column < 0 ? <A>0 : load<A>(row + <usize>column * sizeof<A>());
}

/** The row at place `e` of what windows reach, as A, with what stands beyond its ends. */
export function readRow<A>(dtype: i32, frame: usize, e: usize, job: Job, line: usize): void {
  const row = load<i32>(job.rowOf + e * 4);
  if (row < 0) {
    memory.fill(line, 0, job.line);
    return;
  }
  const width = job.width;
  const before = job.columns >> 1;
  const x = frame + <usize>row * width * bytesOf(dtype);
  const start = line + before * sizeof<A>();
  if (dtype == 0) widen<u8, A>(x, width, start);
  else if (dtype == 1) widen<i8, A>(x, width, start);
  else if (dtype == 2) widen<u16, A>(x, width, start);
  else if (dtype == 3) widen<i16, A>(x, width, start);
  else if (dtype == 4) widen<u32, A>(x, width, start);
  else if (dtype == 5) widen<i32, A>(x, width, start);
  else if (dtype == 6) widen<f32, A>(x, width, start);
  else widen<f64, A>(x, width, start);
  for (let k: usize = 0; k < before; k++) store<A>(line + k * sizeof<A>(), beyond<A>(job, k, start));
  const end = width + job.columns - 1;
  for (let k = before + width; k < end; k++) store<A>(line + k * sizeof<A>(), beyond<A>(job, k, start));
}

/** Bytes of a frame. */
export function frameBytes(dtype: i32, job: Job): usize {
  return job.height * job.width * bytesOf(dtype);
}

/** Where the line of place `e` lies in the ring. */
@inline
export function lineOf(job: Job, e: usize): usize {
  return job.ring + (e % job.rows) * job.line;
}

/** Writes down the lines of the window whose first row stands at place `e`. */
export function pointLines(job: Job, e: usize): void {
  for (let i: usize = 0; i < job.rows; i++) store<u32>(job.lines + i * 4, <u32>lineOf(job, e + i));
}

/** Puts 0 where the windows of row `y` leave the frame, when that is the rule. */
export function blank<A>(job: Job, y: usize, out: usize): void {
  if (!job.zeroBorder) return;
  const top = job.rows >> 1;
  const left = (job.columns >> 1) * sizeof<A>();
  const right = (job.columns - 1) * sizeof<A>() - left;
  const width = job.width * sizeof<A>();
  if (y < top || y + (job.rows - 1 - top) >= job.height) {
    memory.fill(out, 0, width);
    return;
  }
  memory.fill(out, 0, left);
  memory.fill(out + width - right, 0, right);
}
