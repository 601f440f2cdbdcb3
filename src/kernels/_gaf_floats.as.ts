// Images of float32 and float64: products of every pair of points. The last columns of a row are one vector that ends with
// the row, so that nothing is written behind it; rows shorter than a vector are copied.

/** `x` as float32, with room for a whole vector. */
export function single(x: usize, n: u32, into: usize): void {
  for (let i: usize = 0; i < n; i++) store<f32>(into + (i << 2), <f32>load<f64>(x + (i << 3)));
}

/** Four columns of a x - b y: the sum; with a and b exchanged the difference. */
@inline
function four(x: usize, y: usize, a: v128, b: v128, out: usize): void {
  v128.store(out, f32x4.sub(f32x4.mul(a, v128.load(x)), f32x4.mul(b, v128.load(y))));
}

/** Four columns of both images: every vector is loaded once. */
@inline
function fourOfBoth(x: usize, y: usize, a: v128, b: v128, sum: usize, diff: usize): void {
  const p = v128.load(x);
  const q = v128.load(y);
  v128.store(sum, f32x4.sub(f32x4.mul(a, p), f32x4.mul(b, q)));
  v128.store(diff, f32x4.sub(f32x4.mul(b, p), f32x4.mul(a, q)));
}

@inline
function columnsOfBoth(x: usize, y: usize, width: usize, a: v128, b: v128, sum: usize, diff: usize): void {
  let at: usize = 0;
  for (; at + 64 <= width; at += 64) {
    fourOfBoth(x + at, y + at, a, b, sum + at, diff + at);
    fourOfBoth(x + at + 16, y + at + 16, a, b, sum + at + 16, diff + at + 16);
    fourOfBoth(x + at + 32, y + at + 32, a, b, sum + at + 32, diff + at + 32);
    fourOfBoth(x + at + 48, y + at + 48, a, b, sum + at + 48, diff + at + 48);
  }
  for (; at + 16 <= width; at += 16) fourOfBoth(x + at, y + at, a, b, sum + at, diff + at);
  if (at < width) {
    const last = width - 16;
    fourOfBoth(x + last, y + last, a, b, sum + last, diff + last);
  }
}

@inline
function columns(x: usize, y: usize, width: usize, a: v128, b: v128, out: usize): void {
  let at: usize = 0;
  for (; at + 32 <= width; at += 32) {
    four(x + at, y + at, a, b, out + at);
    four(x + at + 16, y + at + 16, a, b, out + at + 16);
  }
  for (; at + 16 <= width; at += 16) four(x + at, y + at, a, b, out + at);
  if (at < width) four(x + width - 16, y + width - 16, a, b, out + width - 16);
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
