// Images of 8 and 16 bits: level = floor(u + 128) of u = 127.5 g, which is (g + 1) 127.5 rounded, with the tie at g = 0 going up as
// half to even has it; 32768 and 32767.5 for 16 bits.
//
// float32 is not enough for that, so products are float64. Adding u to 2^20 + 128 puts the level in the low bits of the upper word
// and 32 bits of fraction in the lower: one addition is all the rounding. Of eight columns the even ones are the lower, the odd ones
// the upper halves of four words, so that one shift and one addition make eight levels in a row.
//
// Sums are symmetric and differences antisymmetric, and so are their roundings but for the tie: of tiles of 8 x 8 pixels only
// those on and below the diagonal are computed; those above are turned, differences with u subtracted instead of added.
//
// x and y come multiplied by sqrt(127.5), so that points that are equal still have difference 0.

const BASE: f64 = 1048576;
/** What makes the upper halves of two words cancel: 0x41300000 + (k << 16) = 0. */
const CANCEL: f64 = 0xbed0;
/** Columns at a time. */
const COLUMNS: u32 = 8;

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
export function firstOf(column: u32, n: u32): u32 {
  return n > COLUMNS ? min(column, n - COLUMNS) : 0;
}

/** Blocks of eight values, in each the even ones first; zeros where a row is shorter than that. */
export function arranged(values: usize, n: u32, into: usize): void {
  if (n < COLUMNS) {
    memory.fill(into, 0, COLUMNS << 3);
    for (let i: u32 = 0; i < n; i++) {
      store<f64>(into + (<usize>((i >> 1) + ((i & 1) << 2)) << 3), load<f64>(values + (<usize>i << 3)));
    }
    return;
  }
  for (let column: u32 = 0; column < n; column += COLUMNS) {
    const at = values + (<usize>firstOf(column, n) << 3);
    const v01 = v128.load(at), v23 = v128.load(at, 16), v45 = v128.load(at, 32), v67 = v128.load(at, 48);
    v128.store(into, v128.shuffle<i64>(v01, v23, 0, 2));
    v128.store(into, v128.shuffle<i64>(v45, v67, 0, 2), 16);
    v128.store(into, v128.shuffle<i64>(v01, v23, 1, 3), 32);
    v128.store(into, v128.shuffle<i64>(v45, v67, 1, 3), 48);
    into += 64;
  }
}

@inline
function high(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
}

/** u of two columns. */
@inline
function two(x: v128, y: v128, a: v128, b: v128): v128 {
  return f64x2.sub(f64x2.mul(a, x), f64x2.mul(b, y));
}

/** Levels of a row from u of eight columns, even ones first: m is added, and c for the odd ones. */
@inline
function eight(u02: v128, u46: v128, u13: v128, u57: v128, m: v128, c: v128): v128 {
  const even = high(f64x2.add(m, u02), f64x2.add(m, u46));
  const odd = high(f64x2.add(c, u13), f64x2.add(c, u57));
  return i32x4.add(even, i32x4.shl(odd, 16));
}

/** The same with -u. */
@inline
function eightTurned(u02: v128, u46: v128, u13: v128, u57: v128, m: v128, c: v128): v128 {
  const even = high(f64x2.sub(m, u02), f64x2.sub(m, u46));
  const odd = high(f64x2.sub(c, u13), f64x2.sub(c, u57));
  return i32x4.add(even, i32x4.shl(odd, 16));
}

@inline
function putTwo<T>(upper: v128, lower: v128, out: usize, width: usize): void {
  if (sizeof<T>() == 2) {
    v128.store(out, upper);
    v128.store(out + width, lower);
  } else {
    const both = i8x16.narrow_i16x8_u(upper, lower);
    v128.store64_lane(out, both, 0);
    v128.store64_lane(out + width, both, 1);
  }
}

@inline
function keepTwo<T>(upper: v128, lower: v128, kept: usize): void {
  if (sizeof<T>() == 2) {
    v128.store(kept, upper);
    v128.store(kept, lower, 16);
  } else v128.store(kept, i8x16.narrow_i16x8_u(upper, lower));
}

/**
 * Eight columns, at `x` and `y`, of a x - b y: rows whose a and b begin at `a` and `b`, a multiple of eight of them; `width` bytes are
 * from one row to the next. The rows are also left at `kept`, one behind the other. What is added, at `shifts`, lies in memory:
 * numbers known to the compiler it would make anew for every row.
 */
function paintSum<T>(
  x: usize, y: usize, a: usize, b: usize, rows: usize, shifts: usize, out: usize, width: usize, kept: usize,
): void {
  const x02 = v128.load(x), x46 = v128.load(x, 16), x13 = v128.load(x, 32), x57 = v128.load(x, 48);
  const y02 = v128.load(y), y46 = v128.load(y, 16), y13 = v128.load(y, 32), y57 = v128.load(y, 48);
  const m = v128.load(shifts);
  const c = v128.load(shifts, 16);
  for (const end = a + (rows << 3); a < end; a += 16) {
    const p = v128.load64_splat(a);
    const q = v128.load64_splat(b);
    const upper = eight(two(x02, y02, p, q), two(x46, y46, p, q), two(x13, y13, p, q), two(x57, y57, p, q), m, c);
    const r = v128.load64_splat(a, 8);
    const s = v128.load64_splat(b, 8);
    const lower = eight(two(x02, y02, r, s), two(x46, y46, r, s), two(x13, y13, r, s), two(x57, y57, r, s), m, c);
    putTwo<T>(upper, lower, out, width);
    keepTwo<T>(upper, lower, kept);
    b += 16;
    kept += 16 * sizeof<T>();
    out += 2 * width;
  }
}

/** The same for differences: what is left at `kept` are the levels of -u. */
function paintDiff<T>(
  x: usize, y: usize, a: usize, b: usize, rows: usize, shifts: usize, out: usize, width: usize, kept: usize,
): void {
  const x02 = v128.load(x), x46 = v128.load(x, 16), x13 = v128.load(x, 32), x57 = v128.load(x, 48);
  const y02 = v128.load(y), y46 = v128.load(y, 16), y13 = v128.load(y, 32), y57 = v128.load(y, 48);
  const m = v128.load(shifts);
  const c = v128.load(shifts, 16);
  for (const end = a + (rows << 3); a < end; a += 16) {
    const p = v128.load64_splat(a);
    const q = v128.load64_splat(b);
    const u02 = two(x02, y02, p, q), u46 = two(x46, y46, p, q), u13 = two(x13, y13, p, q), u57 = two(x57, y57, p, q);
    const upper = eight(u02, u46, u13, u57, m, c);
    const upperTurned = eightTurned(u02, u46, u13, u57, m, c);
    const r = v128.load64_splat(a, 8);
    const s = v128.load64_splat(b, 8);
    const v02 = two(x02, y02, r, s), v46 = two(x46, y46, r, s), v13 = two(x13, y13, r, s), v57 = two(x57, y57, r, s);
    putTwo<T>(upper, eight(v02, v46, v13, v57, m, c), out, width);
    keepTwo<T>(upperTurned, eightTurned(v02, v46, v13, v57, m, c), kept);
    b += 16;
    kept += 16 * sizeof<T>();
    out += 2 * width;
  }
}

@inline
function turnBytes(kept: usize, out: usize, width: usize): void {
  const r01 = v128.load(kept), r23 = v128.load(kept, 16), r45 = v128.load(kept, 32), r67 = v128.load(kept, 48);
  const w0 = v128.shuffle<i8>(r01, r01, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  const w1 = v128.shuffle<i8>(r23, r23, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  const w2 = v128.shuffle<i8>(r45, r45, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  const w3 = v128.shuffle<i8>(r67, r67, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  const t0 = v128.shuffle<i16>(w0, w1, 0, 8, 1, 9, 2, 10, 3, 11);
  const t1 = v128.shuffle<i16>(w0, w1, 4, 12, 5, 13, 6, 14, 7, 15);
  const t2 = v128.shuffle<i16>(w2, w3, 0, 8, 1, 9, 2, 10, 3, 11);
  const t3 = v128.shuffle<i16>(w2, w3, 4, 12, 5, 13, 6, 14, 7, 15);
  const c01 = v128.shuffle<i32>(t0, t2, 0, 4, 1, 5), c23 = v128.shuffle<i32>(t0, t2, 2, 6, 3, 7);
  const c45 = v128.shuffle<i32>(t1, t3, 0, 4, 1, 5), c67 = v128.shuffle<i32>(t1, t3, 2, 6, 3, 7);
  v128.store64_lane(out, c01, 0);
  v128.store64_lane(out + width, c01, 1);
  v128.store64_lane(out + 2 * width, c23, 0);
  v128.store64_lane(out + 3 * width, c23, 1);
  v128.store64_lane(out + 4 * width, c45, 0);
  v128.store64_lane(out + 5 * width, c45, 1);
  v128.store64_lane(out + 6 * width, c67, 0);
  v128.store64_lane(out + 7 * width, c67, 1);
}

/** Four of the columns: those of the lower or upper halves of the eight rows. */
@inline
function turnFour(r0: v128, r1: v128, r2: v128, r3: v128, out: usize, width: usize): void {
  v128.store(out, v128.shuffle<i64>(r0, r2, 0, 2));
  v128.store(out + width, v128.shuffle<i64>(r0, r2, 1, 3));
  v128.store(out + 2 * width, v128.shuffle<i64>(r1, r3, 0, 2));
  v128.store(out + 3 * width, v128.shuffle<i64>(r1, r3, 1, 3));
}

@inline
function turnWords(kept: usize, out: usize, width: usize): void {
  const r0 = v128.load(kept), r1 = v128.load(kept, 16), r2 = v128.load(kept, 32), r3 = v128.load(kept, 48);
  const r4 = v128.load(kept, 64), r5 = v128.load(kept, 80), r6 = v128.load(kept, 96), r7 = v128.load(kept, 112);
  const a0 = v128.shuffle<i16>(r0, r1, 0, 8, 1, 9, 2, 10, 3, 11), a1 = v128.shuffle<i16>(r0, r1, 4, 12, 5, 13, 6, 14, 7, 15);
  const a2 = v128.shuffle<i16>(r2, r3, 0, 8, 1, 9, 2, 10, 3, 11), a3 = v128.shuffle<i16>(r2, r3, 4, 12, 5, 13, 6, 14, 7, 15);
  const a4 = v128.shuffle<i16>(r4, r5, 0, 8, 1, 9, 2, 10, 3, 11), a5 = v128.shuffle<i16>(r4, r5, 4, 12, 5, 13, 6, 14, 7, 15);
  const a6 = v128.shuffle<i16>(r6, r7, 0, 8, 1, 9, 2, 10, 3, 11), a7 = v128.shuffle<i16>(r6, r7, 4, 12, 5, 13, 6, 14, 7, 15);
  const b0 = v128.shuffle<i32>(a0, a2, 0, 4, 1, 5), b1 = v128.shuffle<i32>(a0, a2, 2, 6, 3, 7);
  const b2 = v128.shuffle<i32>(a4, a6, 0, 4, 1, 5), b3 = v128.shuffle<i32>(a4, a6, 2, 6, 3, 7);
  turnFour(b0, b1, b2, b3, out, width);
  const b4 = v128.shuffle<i32>(a1, a3, 0, 4, 1, 5), b5 = v128.shuffle<i32>(a1, a3, 2, 6, 3, 7);
  const b6 = v128.shuffle<i32>(a5, a7, 0, 4, 1, 5), b7 = v128.shuffle<i32>(a5, a7, 2, 6, 3, 7);
  turnFour(b4, b5, b6, b7, out + 4 * width, width);
}

/** Turns the tiles of eight rows at `kept`: they become columns side by side from `out` on. */
function turn<T>(kept: usize, tiles: usize, out: usize, width: usize): void {
  for (let t: usize = 0; t < tiles; t++) {
    if (sizeof<T>() == 2) turnWords(kept, out, width);
    else turnBytes(kept, out, width);
    kept += 64 * sizeof<T>();
    out += 8 * sizeof<T>();
  }
}

/** Rows, a multiple of eight, of eight columns of 8 bits, and the same turned; `spare` as for `paintLevels`. */
export function repaint(
  x: usize, y: usize, a: usize, b: usize, rows: usize, spare: usize, out: usize, turned: usize, width: usize, isSum: bool,
): void {
  const kept = spare + 32;
  if (isSum) paintSum<u8>(x, y, a, b, rows, spare, out, width, kept);
  else paintDiff<u8>(x, y, a, b, rows, spare, out, width, kept);
  turn<u8>(kept, rows >> 3, turned, width);
}

/** What is added to u, in memory: 32 bytes. */
export function prepareLevels(bias: f64, into: usize): void {
  v128.store(into, f64x2.splat(BASE + bias));
  v128.store(into, f64x2.splat(BASE + bias + CANCEL), 16);
}

/**
 * The image of a series: `x` and `y` are arranged, `a` and `b` the same points in their order, all multiplied. Sums are
 * a_i x_j - b_i y_j; with a and b exchanged they are differences. `spare` begins with what `prepareLevels` made, and has room for
 * sixteen rows, and `n`, of eight levels.
 */
export function paintLevels<T>(
  x: usize, y: usize, a: usize, b: usize, n: u32, out: usize, isSum: bool, spare: usize,
): void {
  const size = <usize>sizeof<T>();
  const width = <usize>n * size;
  const kept = spare + 32;
  if (n < COLUMNS) {
    const tile = kept + 64 * size;
    const stride = COLUMNS * size;
    if (isSum) paintSum<T>(x, y, a, b, COLUMNS, spare, tile, stride, kept);
    else paintDiff<T>(x, y, a, b, COLUMNS, spare, tile, stride, kept);
    for (let i: usize = 0; i < n; i++) memory.copy(out + i * width, tile + i * stride, width);
    return;
  }
  for (let column: u32 = 0; column < n; column += COLUMNS) {
    const left = <usize>firstOf(column, n);
    const u = x + (<usize>column << 3);
    const v = y + (<usize>column << 3);
    const tiles = (<usize>n - left) >> 3;
    let row = left;
    let rows = tiles << 3;
    // The rows that are left after whole tiles are the end of one more, that begins within the last.
    for (let pass = 0; pass < 2; pass++) {
      const to = out + row * width + left * size;
      if (isSum) paintSum<T>(u, v, a + (row << 3), b + (row << 3), rows, spare, to, width, kept);
      else paintDiff<T>(u, v, a + (row << 3), b + (row << 3), rows, spare, to, width, kept);
      if (pass) turn<T>(kept, 1, out + left * width + row * size, width);
      else turn<T>(kept + 64 * size, tiles - 1, out + left * width + (row + 8) * size, width);
      if (row + rows == n) break;
      row = n - 8;
      rows = 8;
    }
  }
}
