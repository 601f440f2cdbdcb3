// Distances between the trajectories of a series, in float64: the same operations in the same order as the reference, so that the
// bits agree. See src/operators/recurrence/plane.ts.
import { ranked as rankedOf } from './_ranked.as';

/** The distances (count, count) of points `delay` apart in `dimension` dimensions, into `plane`. */
export function distances(x: usize, count: i32, dimension: i32, delay: i32, plane: usize): void {
  const step = <usize>delay * 8;
  for (let i = 0; i < count; i++) {
    const own = x + <usize>i * 8;
    const row = plane + <usize>i * <usize>count * 8;
    let j = 0;
    if (dimension == 1) {
      const a = v128.load64_splat(own);
      for (; j + 2 <= count; j += 2) {
        v128.store(row + <usize>j * 8, f64x2.abs(f64x2.sub(a, v128.load(x + <usize>j * 8))));
      }
    } else {
      for (; j + 2 <= count; j += 2) {
        let sum = f64x2.splat(0);
        let p = own;
        let q = x + <usize>j * 8;
        for (let k = 0; k < dimension; k++) {
          const d = f64x2.sub(v128.load64_splat(p), v128.load(q));
          sum = f64x2.add(sum, f64x2.mul(d, d));
          p += step;
          q += step;
        }
        v128.store(row + <usize>j * 8, f64x2.sqrt(sum));
      }
    }
    for (; j < count; j++) {
      let sum: f64 = 0;
      for (let k = 0; k < dimension; k++) {
        const d = load<f64>(own + <usize>k * step) - load<f64>(x + <usize>j * 8 + <usize>k * step);
        sum = dimension == 1 ? abs(d) : sum + d * d;
      }
      store<f64>(row + <usize>j * 8, dimension == 1 ? sum : sqrt(sum));
    }
  }
}

/** Replaces every number by 1 when it is below `limit`, else by 0. */
export function below(plane: usize, count: i32, limit: f64): void {
  const bound = f64x2.splat(limit);
  const one = f64x2.splat(1);
  let k = 0;
  for (; k + 2 <= count; k += 2) {
    const at = plane + <usize>k * 8;
    v128.store(at, v128.and(f64x2.lt(v128.load(at), bound), one));
  }
  for (; k < count; k++) {
    const at = plane + <usize>k * 8;
    store<f64>(at, load<f64>(at) < limit ? 1 : 0);
  }
}

/** Multiplies `product` by `plane`, number by number. */
export function multiply(product: usize, plane: usize, count: i32): void {
  let k = 0;
  for (; k + 2 <= count; k += 2) {
    const at = <usize>k * 8;
    v128.store(product + at, f64x2.mul(v128.load(product + at), v128.load(plane + at)));
  }
  for (; k < count; k++) {
    const at = <usize>k * 8;
    store<f64>(product + at, load<f64>(product + at) * load<f64>(plane + at));
  }
}

/** Rounds `count` numbers to float32. */
export function narrow(plane: usize, count: i32, out: usize): void {
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const a = f32x4.demote_f64x2_zero(v128.load(plane + <usize>k * 8));
    const b = f32x4.demote_f64x2_zero(v128.load(plane + <usize>k * 8, 16));
    v128.store(out + <usize>k * 4, v128.shuffle<i32>(a, b, 0, 1, 4, 5));
  }
  for (; k < count; k++) store<f32>(out + <usize>k * 4, <f32>load<f64>(plane + <usize>k * 8));
}

/** Stores `count` whole numbers from 0 to 255 as bytes. */
export function toBytes(plane: usize, count: i32, out: usize): void {
  for (let k = 0; k < count; k++) store<u8>(out + <usize>k, <u8>load<f64>(plane + <usize>k * 8));
}

/** The value that would stand at `rank` if the numbers were sorted, by Hoare's selection; they are reordered. */
export function ranked(values: usize, count: i32, rank: i32): f64 {
  return rankedOf<f64>(values, count, rank);
}
