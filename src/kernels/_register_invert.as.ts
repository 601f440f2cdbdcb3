// The inverse of a 3 x 4 transform, in the same steps as src/operators/register/rigid.ts.

@inline
function at(m: usize, row: i32, column: i32): f64 {
  return load<f64>(m + <usize>(row * 4 + column) * 8);
}

@inline
function minor(m: usize, r: i32, c: i32): f64 {
  const r1 = (r + 1) % 3, r2 = (r + 2) % 3, c1 = (c + 1) % 3, c2 = (c + 2) % 3;
  return at(m, r1, c1) * at(m, r2, c2) - at(m, r1, c2) * at(m, r2, c1);
}

/** Inverts `m`, which must not be singular, into `to`. */
export function invertTo(m: usize, to: usize): void {
  const det = at(m, 0, 0) * minor(m, 0, 0) + at(m, 0, 1) * minor(m, 0, 1) + at(m, 0, 2) * minor(m, 0, 2);
  const dx = load<f64>(m, 24), dy = load<f64>(m, 56), dz = load<f64>(m, 88);
  for (let r = 0; r < 3; r++) {
    const a = minor(m, 0, r) / det, b = minor(m, 1, r) / det, c = minor(m, 2, r) / det;
    const line = to + <usize>r * 32;
    store<f64>(line, a);
    store<f64>(line, b, 8);
    store<f64>(line, c, 16);
    store<f64>(line, -(a * dx + b * dy + c * dz), 24);
  }
}
