// A frame on the grid of the reference. The map is affine: four voxels in a row mostly fall into four cells in a row, so that
// each tap of all four is one load, with weights of their own.
import { volumeColumns, volumeOf, volumeSize } from './_spline.as';
import { invertTo } from './_register_invert.as';
import { narrow, viewFirst, viewLast, wholeRow } from './_register_view.as';
import { weightsAt } from './_register_weights.as';

const PAD: i32 = 2;
/** Bytes of the weights along one axis. */
const AXIS: usize = 96;
/** Maps of the job: its map, the correction it inverts, and three more. */
const MAP: usize = 96;
const WEIGHTS: usize = 480;

// Of the volume at hand.
let row: usize = 0, plane: usize = 0, origin: usize = 0;
let lastX: i32 = 0, lastY: i32 = 0, lastZ: i32 = 0, depth: i32 = 0;
// Of four voxels: fractions from their cells, and addresses of their first taps.
let tx: v128 = f32x4.splat(0), ty: v128 = f32x4.splat(0), tz: v128 = f32x4.splat(0);
let at0: usize = 0, at1: usize = 0, at2: usize = 0, at3: usize = 0;

/** The voxel that a position belongs to; `last` is the last there is. Cutting off the fraction is the floor, but for what lies before voxel 0. */
@inline
function cell(taps: i32, x: f64, last: i32): i32 {
  return min(<i32>(taps == 5 ? x + 0.5 : x), last);
}

@inline
function begin(taps: i32): void {
  const nx = volumeSize(0), ny = volumeSize(1), nz = volumeSize(2);
  const back = taps == 5 ? 1 : 2;
  row = volumeColumns(1), plane = volumeColumns(2);
  lastX = nx - back, lastY = ny - back, lastZ = max(0, nz - back);
  depth = nz == 1 ? 1 : taps;
  const before = <usize>(PAD - (taps == 2 ? 0 : taps == 4 ? 1 : 2));
  origin = volumeColumns(0) + before * (row + 4) + (nz == 1 ? <usize>PAD : before) * plane;
}

/** Where row (y, z) starts along one axis of the frame. */
@inline
function startOf(line: usize, y: f64, z: f64): f64 {
  return load<f64>(line, 8) * y + load<f64>(line, 16) * z + load<f64>(line, 24);
}

/** The address of the first tap; fractions go to one of the four lanes at `to`. */
@inline
function place(taps: i32, u: f64, v: f64, w: f64, to: usize): usize {
  const i = cell(taps, u, lastX), j = cell(taps, v, lastY), k = cell(taps, w, lastZ);
  store<f32>(to, <f32>(u - <f64>i));
  store<f32>(to, <f32>(v - <f64>j), AXIS);
  store<f32>(to, <f32>(w - <f64>k), 2 * AXIS);
  return origin + <usize>k * plane + <usize>j * row + <usize>i * 4;
}

/** Places of a position and those 1, 2 and 3 steps further on. */
function placeEach(taps: i32, u: f64, v: f64, w: f64, du: f64, dv: f64, dw: f64, to: usize): void {
  at0 = place(taps, u, v, w, to);
  at1 = place(taps, u + du, v + dv, w + dw, to + 4);
  at2 = place(taps, u + 2 * du, v + 2 * dv, w + 2 * dw, to + 8);
  at3 = place(taps, u + 3 * du, v + 3 * dv, w + 3 * dw, to + 12);
  tx = v128.load(to), ty = v128.load(to, AXIS), tz = v128.load(to, 2 * AXIS);
}

@inline
function ramp(start: f32, slope: f32): v128 {
  return f32x4.add(f32x4.splat(start), f32x4.mul(f32x4(0, 1, 2, 3), f32x4.splat(slope)));
}

@inline
function within(t: f32, low: f32, high: f32): bool {
  return t >= low && t <= high;
}

/** Whether four positions fall into four cells in a row; then their places are known. */
@inline
function placeTogether(taps: i32, u: f64, v: f64, w: f64, du: f32, dv: f32, dw: f32): bool {
  const i = cell(taps, u, lastX), j = cell(taps, v, lastY), k = cell(taps, w, lastZ);
  const a = <f32>(u - <f64>i), b = <f32>(v - <f64>j), c = <f32>(w - <f64>k);
  // Splines go on smoothly a little beyond their cell; what linear interpolation does there shows.
  const slack: f32 = taps == 2 ? 1e-6 : 1e-4;
  const low: f32 = (taps == 5 ? -0.5 : 0) - slack, high: f32 = (taps == 5 ? 0.5 : 1) + slack;
  if (i + 3 > lastX || !within(a, low, high) || !within(a + 3 * du, low, high)) return false;
  if (!within(b, low, high) || !within(b + 3 * dv, low, high)) return false;
  if (depth > 1 && (!within(c, low, high) || !within(c + 3 * dw, low, high))) return false;
  tx = ramp(a, du), ty = ramp(b, dv), tz = ramp(c, dw);
  at0 = origin + <usize>k * plane + <usize>j * row + <usize>i * 4;
  return true;
}

@inline
function tap(isTogether: bool, far: usize): v128 {
  if (isTogether) return v128.load(at0 + far);
  let four = v128.load_zero<f32>(at0 + far);
  four = v128.load_lane<f32>(at1 + far, four, 1);
  four = v128.load_lane<f32>(at2 + far, four, 2);
  return v128.load_lane<f32>(at3 + far, four, 3);
}

/** The values at the four places. */
@inline
function sample(taps: i32, isTogether: bool, to: usize): v128 {
  weightsAt(taps, tx, to);
  weightsAt(taps, ty, to + AXIS);
  if (depth > 1) weightsAt(taps, tz, to + 2 * AXIS);
  else v128.store(to, f32x4.splat(1), 2 * AXIS);
  const w0 = v128.load(to), w1 = v128.load(to, 16);
  const w2 = v128.load(to, 32), w3 = v128.load(to, 48), w4 = v128.load(to, 64), w5 = v128.load(to, 80);
  let sum = f32x4.splat(0);
  for (let c: usize = 0; c < <usize>depth; c++) {
    let sheet = f32x4.splat(0);
    let far = c * plane;
    for (let b: usize = 0; b < <usize>taps; b++, far += row) {
      let line = f32x4.add(f32x4.mul(w0, tap(isTogether, far)), f32x4.mul(w1, tap(isTogether, far + 4)));
      if (taps > 2) {
        const more = f32x4.mul(w3, tap(isTogether, far + 12));
        line = f32x4.add(line, f32x4.add(f32x4.mul(w2, tap(isTogether, far + 8)), more));
      }
      if (taps > 4) line = f32x4.add(line, f32x4.mul(w4, tap(isTogether, far + 16)));
      if (taps > 5) line = f32x4.add(line, f32x4.mul(w5, tap(isTogether, far + 20)));
      sheet = f32x4.add(sheet, f32x4.mul(line, v128.load(to + AXIS + b * 16)));
    }
    sum = f32x4.add(sum, f32x4.mul(sheet, v128.load(to + 2 * AXIS + c * 16)));
  }
  return sum;
}

/** Voxels `from` to `to` of row (y, z), in fours, the last four overlapping those before. */
@inline
function stretch(taps: i32, job: usize, from: i32, to: i32, y: f64, z: f64, each: i32, out: usize): void {
  if (from > to) return;
  let a = load<f64>(job), e = load<f64>(job, 32), p = load<f64>(job, 64);
  let d = startOf(job, y, z), h = startOf(job + 32, y, z), s = startOf(job + 64, y, z);
  const weights = job + WEIGHTS;
  const few = to - from < 3;
  for (let x = from; x <= to; x += few ? 1 : 4) {
    const first = few ? x : min(x, to - 3);
    if (each) {
      for (let n = few ? 1 : min(4, to - x + 1); n > 0; n--) invertTo(job + MAP, job);
      a = load<f64>(job), e = load<f64>(job, 32), p = load<f64>(job, 64);
      d = startOf(job, y, z), h = startOf(job + 32, y, z), s = startOf(job + 64, y, z);
    }
    const u = a * <f64>first + d, v = e * <f64>first + h, w = p * <f64>first + s;
    const at = out + <usize>first * 4;
    if (few) {
      placeEach(taps, u, v, w, 0, 0, 0, weights);
      store<f32>(at, f32x4.extract_lane(sample(taps, false, weights), 0));
    } else if (placeTogether(taps, u, v, w, <f32>(a - 1), <f32>e, <f32>p)) v128.store(at, sample(taps, true, weights));
    else {
      placeEach(taps, u, v, w, a, e, p, weights);
      v128.store(at, sample(taps, false, weights));
    }
  }
}

/** Voxels `from` to `to` are not shown. */
@inline
function blank(from: i32, to: i32, out: usize): void {
  for (let x = from; x <= to; x++) store<f32>(out + <usize>x * 4, NaN);
}

@inline
function resampleBy(taps: i32, job: usize, each: i32, except: i32, reach: f64, into: usize): void {
  begin(taps);
  const nx = volumeSize(0), ny = volumeSize(1), nz = volumeSize(2);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const u = <f64>y, v = <f64>z;
      wholeRow();
      narrow(job, u, v, reach);
      const first = viewFirst(), last = viewLast();
      let from = last + 1, to = last;
      if (except > 0) {
        wholeRow();
        for (let n = 0; n < except; n++) narrow(job + 2 * MAP + <usize>n * MAP, u, v, reach);
        const low = max(first, viewFirst()), high = min(last, viewLast());
        if (low <= high) from = low, to = high;
      }
      blank(0, first - 1, into);
      blank(last + 1, nx - 1, into);
      stretch(taps, job, first, from - 1, u, v, each, into);
      stretch(taps, job, to + 1, last, u, v, each, into);
      into += <usize>nx * 4;
    }
  }
}

/**
 * The frame where the map of `job` takes the voxels of the reference, from `taps` taps along each axis; NaN where it does not show
 * them. `each`: invert the correction for every voxel anew. `except`: leave out what this many further maps keep in view. `reach`: voxels beyond the outermost
 * centres that still count as in view.
 */
export function resample(volume: usize, job: usize, taps: i32, each: i32, except: i32, reach: f64, into: usize): void {
  volumeOf(volume);
  if (taps == 2) resampleBy(2, job, each, except, reach, into);
  else if (taps == 4) resampleBy(4, job, each, except, reach, into);
  else if (taps == 5) resampleBy(5, job, each, except, reach, into);
  else resampleBy(6, job, each, except, reach, into);
}
