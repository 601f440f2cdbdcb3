// Gramian angular fields of many series: averages, scaling and square roots in float64, then products of every pair of points.
import { BYTES_ROOM, narrowed, paintBytes, prepareBytes } from './_gaf_bytes.as';
import { paintDouble, paintSingle, single } from './_gaf_floats.as';
import { arranged, multiplied, paintLevels, prepareLevels } from './_gaf_levels.as';
import { means, scale, sines, widen } from './_gaf_series.as';

function widened(dtype: i32, series: usize, index: usize, length: u32, into: usize): bool {
  const at = index * <usize>length;
  if (dtype == 0) return widen<u8>(series + at, length, into);
  if (dtype == 1) return widen<i8>(series + at, length, into);
  if (dtype == 2) return widen<u16>(series + (at << 1), length, into);
  if (dtype == 3) return widen<i16>(series + (at << 1), length, into);
  if (dtype == 4) return widen<u32>(series + (at << 2), length, into);
  if (dtype == 5) return widen<i32>(series + (at << 2), length, into);
  if (dtype == 6) return widen<f32>(series + (at << 2), length, into);
  return widen<f64>(series + (at << 3), length, into);
}

function paintIntegers<T>(x: usize, y: usize, size: u32, work: usize, bias: f64, sum: usize, diff: usize): void {
  const room = <usize>(size + 7) >> 3 << 6;
  const a = work;
  const b = a + room;
  const u = b + room;
  const v = u + room;
  const spare = v + room;
  const factor = Math.sqrt(bias - 0.5);
  multiplied(x, size, factor, a);
  multiplied(y, size, factor, b);
  prepareLevels(bias, spare);
  if (sizeof<T>() == 1 && size >= 8) {
    const half = room >> 1;
    const constants = spare + 32 + (<usize>(size + 16) << 3);
    const block = constants + BYTES_ROOM;
    prepareBytes(constants);
    narrowed(a, size, u, v);
    narrowed(b, size, u + half, v + half);
    if (sum) paintBytes(a, b, a, b, v, v + half, u, u + half, size, sum, true, constants, block, spare);
    if (diff) paintBytes(a, b, b, a, v, v + half, u + half, u, size, diff, false, constants, block, spare);
    return;
  }
  arranged(a, size, u);
  arranged(b, size, v);
  if (sum) paintLevels<T>(u, v, a, b, size, sum, true, spare);
  if (diff) paintLevels<T>(u, v, b, a, size, diff, false, spare);
}

function paint(kind: i32, x: usize, y: usize, size: u32, work: usize, bias: f64, sum: usize, diff: usize): void {
  if (kind == 6) {
    const u = work;
    const v = work + (<usize>(size + 3) << 2);
    single(x, size, u);
    single(y, size, v);
    paintSingle(u, v, size, sum, diff);
  } else if (kind == 7) paintDouble(x, y, size, sum, diff);
  else if (kind == 0) paintIntegers<u8>(x, y, size, work, bias, sum, diff);
  else paintIntegers<u16>(x, y, size, work, bias, sum, diff);
}

/**
 * Fields of `count` series of `length` points, one behind the other. `dtype` and `kind`, the type of the images, count in the
 * order of DTYPES; `bias` is the level of 0 in images of integers, 128 or 32768. `bounds`: first and end of the `size` pieces
 * (int32). Addresses of what is not wanted are 0: `sum` and `diff` (count, size, size), `vectors` (count, 2, size) and `limits`
 * (count, 2) of float64. `work` has room for `length` + 8 `size` + 200 float64 numbers.
 *
 * @returns the first series with a point that is no finite number, or points too far apart; -1 when there is none
 */
export function gaf(
  dtype: i32, series: usize, count: u32, length: u32, size: u32, bounds: usize, scaleFirst: i32, lo: f64, hi: f64,
  kind: i32, bias: f64, sum: usize, diff: usize, vectors: usize, limits: usize, work: usize,
): i32 {
  const x = work + 16;
  const y = x + (<usize>(size + 1) >> 1 << 4);
  const rest = y + (<usize>(size + 1) >> 1 << 4);
  const points = size == length ? x : rest;
  const element: usize = kind == 6 ? 4 : kind == 7 ? 8 : kind == 0 ? 1 : 2;
  const image = <usize>size * <usize>size * element;
  for (let s: usize = 0; s < count; s++) {
    if (!widened(dtype, series, s, length, points)) return <i32>s;
    if (scaleFirst && !scale(points, length, lo, hi, work)) return <i32>s;
    if (size != length) means(points, bounds, size, x);
    if (!scaleFirst && !scale(x, size, lo, hi, work)) return <i32>s;
    sines(x, y, size);
    if (limits) v128.store(limits + (s << 4), v128.load(work));
    if (vectors) {
      const at = vectors + s * (<usize>size << 4);
      memory.copy(at, x, <usize>size << 3);
      memory.copy(at + (<usize>size << 3), y, <usize>size << 3);
    }
    if (sum || diff) paint(kind, x, y, size, rest, bias, sum ? sum + s * image : 0, diff ? diff + s * image : 0);
  }
  return -1;
}
