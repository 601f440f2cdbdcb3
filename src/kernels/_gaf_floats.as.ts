// Images of float32 and float64: products of every pair of points. The last columns of a row are one vector that ends with
// the row, so that nothing is written behind it; rows shorter than a vector are made number by number.

/** `x` as float32, with room for a whole vector. */
export function single(x: usize, n: u32, into: usize): void {
  for (let i: usize = 0; i < n; i++) store<f32>(into + (i << 2), <f32>load<f64>(x + (i << 3)));
}

/** Four columns of a x - b y: the sum; with a and b exchanged the difference. */
@inline
function sumOf(p: v128, q: v128, a: v128, b: v128): v128 {
  return f32x4.sub(f32x4.mul(a, p), f32x4.mul(b, q));
}

/** A row of both images: every vector is loaded once. */
@inline
function columnsOfBoth(x: usize, y: usize, width: usize, a: v128, b: v128, sum: usize, diff: usize): void {
  let at: usize = 0;
  for (; at + 64 <= width; at += 64) {
    const s = sum + at;
    const d = diff + at;
    const p0 = v128.load(x + at), q0 = v128.load(y + at), p1 = v128.load(x + at, 16), q1 = v128.load(y + at, 16);
    v128.store(s, sumOf(p0, q0, a, b));
    v128.store(s, sumOf(p1, q1, a, b), 16);
    v128.store(d, sumOf(p0, q0, b, a));
    v128.store(d, sumOf(p1, q1, b, a), 16);
    const p2 = v128.load(x + at, 32), q2 = v128.load(y + at, 32), p3 = v128.load(x + at, 48), q3 = v128.load(y + at, 48);
    v128.store(s, sumOf(p2, q2, a, b), 32);
    v128.store(s, sumOf(p3, q3, a, b), 48);
    v128.store(d, sumOf(p2, q2, b, a), 32);
    v128.store(d, sumOf(p3, q3, b, a), 48);
  }
  while (at < width) {
    // The last vector ends with the row.
    const here = min(at, width - 16);
    const p = v128.load(x + here);
    const q = v128.load(y + here);
    v128.store(sum + here, sumOf(p, q, a, b));
    v128.store(diff + here, sumOf(p, q, b, a));
    at += 16;
  }
}

@inline
function columns(x: usize, y: usize, width: usize, a: v128, b: v128, out: usize): void {
  let at: usize = 0;
  for (; at + 64 <= width; at += 64) {
    const to = out + at;
    const p0 = v128.load(x + at), q0 = v128.load(y + at), p1 = v128.load(x + at, 16), q1 = v128.load(y + at, 16);
    v128.store(to, sumOf(p0, q0, a, b));
    v128.store(to, sumOf(p1, q1, a, b), 16);
    const p2 = v128.load(x + at, 32), q2 = v128.load(y + at, 32), p3 = v128.load(x + at, 48), q3 = v128.load(y + at, 48);
    v128.store(to, sumOf(p2, q2, a, b), 32);
    v128.store(to, sumOf(p3, q3, a, b), 48);
  }
  while (at < width) {
    const here = min(at, width - 16);
    v128.store(out + here, sumOf(v128.load(x + here), v128.load(y + here), a, b));
    at += 16;
  }
}

/** Rows of less than a vector. */
function small(x: usize, y: usize, n: usize, sum: usize, diff: usize): void {
  for (let i: usize = 0; i < n; i++) {
    const a = load<f32>(x + (i << 2));
    const b = load<f32>(y + (i << 2));
    for (let j: usize = 0; j < n; j++) {
      const p = load<f32>(x + (j << 2));
      const q = load<f32>(y + (j << 2));
      const at = (i * n + j) << 2;
      if (sum) store<f32>(sum + at, a * p - b * q);
      if (diff) store<f32>(diff + at, b * p - a * q);
    }
  }
}

/** Both images of one series, or one of them where the other's address is 0; `x` and `y` are float32. */
export function paintSingle(x: usize, y: usize, n: usize, sum: usize, diff: usize): void {
  if (n < 4) {
    small(x, y, n, sum, diff);
    return;
  }
  const width = n << 2;
  for (let at: usize = 0; at < width; at += 4) {
    const a = v128.load32_splat(x + at);
    const b = v128.load32_splat(y + at);
    if (sum && diff) columnsOfBoth(x, y, width, a, b, sum, diff);
    else if (sum) columns(x, y, width, a, b, sum);
    else columns(x, y, width, b, a, diff);
    if (sum) sum += width;
    if (diff) diff += width;
  }
}

/** The same in float64. */
export function paintDouble(x: usize, y: usize, n: usize, sum: usize, diff: usize): void {
  for (let i: usize = 0; i < n; i++) {
    const a = load<f64>(x + (i << 3));
    const b = load<f64>(y + (i << 3));
    for (let j: usize = 0; j < n; j++) {
      const p = load<f64>(x + (j << 3));
      const q = load<f64>(y + (j << 3));
      const at = (i * n + j) << 3;
      if (sum) store<f64>(sum + at, a * p - b * q);
      if (diff) store<f64>(diff + at, b * p - a * q);
    }
  }
}
