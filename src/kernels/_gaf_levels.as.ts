// Images of 8 and 16 bits: level = floor(u + 128) of u = 127.5 g, which is (g + 1) 127.5 rounded, with the tie at g = 0 going up as
// half to even has it; 32768 and 32767.5 for 16 bits.
//
// float32 is not enough for that, so products are float64. Adding u to 2^20 + 128 puts the level in the low bits of the upper word
// and 32 bits of fraction in the lower: one addition is all the rounding. Eight columns stay in registers while rows go by;
// even columns are the lower, odd ones the upper halves of four words, so that one shift and one addition make eight levels in a row.
//
// x and y come multiplied by sqrt(127.5), so that points that are equal still have difference 0.

const BASE: f64 = 1048576;
/** What makes the upper halves of two words cancel: 0x41300000 + (k << 16) = 0. */
const CANCEL: f64 = 0xbed0;
/** Columns at a time. */
const COLUMNS: u32 = 8;
/** Rows at a time, so that their lines are still in cache when the next columns come. */
const ROWS: usize = 64;

/** `values` times `factor`. */
export function multiplied(values: usize, n: u32, factor: f64, into: usize): void {
  const f = f64x2.splat(factor);
  for (let i: u32 = 0; i < n; i += 2) {
    const at = <usize>i << 3;
    v128.store(into + at, f64x2.mul(v128.load(values + at), f));
  }
}

/** First column of the block that begins with `column`: the last block ends with the row, so that some columns are painted twice. */
@inline
function firstOf(column: u32, n: u32): u32 {
  return n > COLUMNS ? min(column, n - COLUMNS) : 0;
}

/** Blocks of eight values, in each the even ones first; zeros where a row is shorter than that. */
export function arranged(values: usize, n: u32, into: usize): void {
  for (let column: u32 = 0; column < n; column += COLUMNS) {
    const first = firstOf(column, n);
    for (let p: u32 = 0; p < COLUMNS; p++) {
      const from = first + ((p & 3) << 1) + (p >> 2);
      store<f64>(into, from < n ? load<f64>(values + (<usize>from << 3)) : 0);
      into += 8;
    }
  }
}

/** Upper words of a x - b y + m of four columns. */
@inline
function words(x0: v128, x1: v128, y0: v128, y1: v128, a: v128, b: v128, m: v128): v128 {
  const low = f64x2.add(f64x2.sub(f64x2.mul(a, x0), f64x2.mul(b, y0)), m);
  const high = f64x2.add(f64x2.sub(f64x2.mul(a, x1), f64x2.mul(b, y1)), m);
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
}

/** Eight levels in a row, as integers of 16 bits. */
@inline
function eight(even: v128, odd: v128): v128 {
  return i32x4.add(even, i32x4.shl(odd, 16));
}

/**
 * The eight columns at `x` and `y` of a x - b y, of rows whose a and b begin at `a` and `b`; `width` bytes are from one row to the
 * next. What is added lies in memory: numbers known to the compiler it would make anew for every row.
 */
function paintColumns<T>(x: usize, y: usize, a: usize, b: usize, rows: usize, shifts: usize, out: usize, width: usize): void {
  const x02 = v128.load(x), x46 = v128.load(x, 16), x13 = v128.load(x, 32), x57 = v128.load(x, 48);
  const y02 = v128.load(y), y46 = v128.load(y, 16), y13 = v128.load(y, 32), y57 = v128.load(y, 48);
  const m = v128.load(shifts);
  const c = v128.load(shifts, 16);
  const end = a + (rows << 3);
  while (a + 16 <= end) {
    const p = v128.load64_splat(a);
    const q = v128.load64_splat(b);
    const upper = eight(words(x02, x46, y02, y46, p, q, m), words(x13, x57, y13, y57, p, q, c));
    if (sizeof<T>() == 2) v128.store(out, upper);
    const r = v128.load64_splat(a, 8);
    const s = v128.load64_splat(b, 8);
    const lower = eight(words(x02, x46, y02, y46, r, s, m), words(x13, x57, y13, y57, r, s, c));
    if (sizeof<T>() == 2) v128.store(out + width, lower);
    else {
      const both = i8x16.narrow_i16x8_u(upper, lower);
      v128.store64_lane(out, both, 0);
      v128.store64_lane(out + width, both, 1);
    }
    a += 16;
    b += 16;
    out += 2 * width;
  }
  if (a < end) {
    const p = v128.load64_splat(a);
    const q = v128.load64_splat(b);
    const last = eight(words(x02, x46, y02, y46, p, q, m), words(x13, x57, y13, y57, p, q, c));
    if (sizeof<T>() == 2) v128.store(out, last);
    else v128.store64_lane(out, i8x16.narrow_i16x8_u(last, last), 0);
  }
}

/**
 * The image of a x - b y for every a, b (row) and x, y (column, arranged) of `n` points. `bias` is 128 or 32768; `spare` has room
 * for eight rows of eight levels and 32 bytes.
 */
export function paintLevels<T>(x: usize, y: usize, a: usize, b: usize, n: u32, bias: f64, out: usize, spare: usize): void {
  const size = <usize>sizeof<T>();
  const width = <usize>n * size;
  v128.store(spare, f64x2.splat(BASE + bias));
  v128.store(spare, f64x2.splat(BASE + bias + CANCEL), 16);
  if (n < COLUMNS) {
    const stride = COLUMNS * size;
    paintColumns<T>(x, y, a, b, n, spare, spare + 32, stride);
    for (let i: usize = 0; i < n; i++) memory.copy(out + i * width, spare + 32 + i * stride, width);
    return;
  }
  for (let row: usize = 0; row < n; row += ROWS) {
    const from = row << 3;
    const rows = min(ROWS, <usize>n - row);
    const top = out + row * width;
    let at: usize = 0;
    for (let column: u32 = 0; column < n; column += COLUMNS) {
      const to = top + <usize>firstOf(column, n) * size;
      paintColumns<T>(x + at, y + at, a + from, b + from, rows, spare, to, width);
      at += COLUMNS << 3;
    }
  }
}
