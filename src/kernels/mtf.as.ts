// Markov transition fields as the product of two thin matrices, in float64; see src/operators/mtf/field.ts. The sum over bins goes
// up, one product after the other, as in the reference, so that the bits agree.

@inline
function put<T>(at: usize, a: v128, b: v128): void {
  if (sizeof<T>() == 8) {
    v128.store(at, a);
    v128.store(at, b, 16);
  } else {
    v128.store(at, v128.shuffle<i32>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 4, 5));
  }
}

/** One row: `left` is its row of `bins` numbers, `right` (bins, size). */
function row<T>(size: i32, bins: i32, left: usize, right: usize, out: usize): void {
  const pitch = <usize>size * 8;
  let l = 0;
  for (; l + 4 <= size; l += 4) {
    let a = f64x2.splat(0), b = a;
    let from = right + <usize>l * 8;
    for (let k = 0; k < bins; k++) {
      const weight = v128.load64_splat(left + <usize>k * 8);
      a = f64x2.add(a, f64x2.mul(weight, v128.load(from)));
      b = f64x2.add(b, f64x2.mul(weight, v128.load(from, 16)));
      from += pitch;
    }
    put<T>(out + <usize>l * sizeof<T>(), a, b);
  }
  for (; l < size; l++) {
    let sum: f64 = 0;
    for (let k = 0; k < bins; k++) {
      sum += load<f64>(left + <usize>k * 8) * load<f64>(right + <usize>k * pitch + <usize>l * 8);
    }
    store<T>(out + <usize>l * sizeof<T>(), <T>sum);
  }
}

function rows<T>(size: i32, bins: i32, left: usize, right: usize, alike: usize, out: usize): void {
  const bytes = <usize>size * sizeof<T>();
  for (let k = 0; k < size; k++) {
    const at = out + <usize>k * bytes;
    const earlier = load<i32>(alike + <usize>k * 4);
    if (earlier >= 0) memory.copy(at, out + <usize>earlier * bytes, bytes);
    else row<T>(size, bins, left + <usize>(k * bins) * 8, right, at);
  }
}

/**
 * The field (size, size) of `left` (size, bins) and `right` (bins, size), both float64, into `out`: float64 when `wide`, else
 * float32. Rows that are `alike` an earlier one (int32, -1 for none) are copied.
 */
export function field(size: i32, bins: i32, wide: i32, left: usize, right: usize, alike: usize, out: usize): void {
  if (wide) rows<f64>(size, bins, left, right, alike, out);
  else rows<f32>(size, bins, left, right, alike, out);
}
