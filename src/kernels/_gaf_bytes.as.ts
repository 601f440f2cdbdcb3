// Images of 8 bits, in tiles of 8 x 8 pixels, with float32 products where these leave no doubt.
//
// u + 384 as float32 has eight bits of level and fifteen of fraction, and is wrong by at most 1.4 units of the last: rounding of the
// factors and of their products 0.75 (|a x| + |b y| <= 127.5), of the subtraction 0.13, of the addition 0.5. Two units are added, so
// that the fraction is below four wherever the level could be another one. A tile with such a pixel, one of 130, is made again with
// float64 products (`_gaf_levels`), and so are ties: the levels are exactly those. Elsewhere the level of -u is 255 less that of u.
//
// Series with many equal points have many ties: after a few, the rest of an image is made with float64 products at once.
import { arranged, firstOf, repaint } from './_gaf_levels.as';

/** 2^8 makes the last place 2^-15; 128 is the level of 0; 2^-14 are the two units. */
const SHIFT: f32 = <f32>384.00006103515625;
/** Tiles of an image that may be made twice. */
const PATIENCE: i32 = 4;
/** Bytes of what `prepareBytes` makes. */
const CONSTANTS: usize = 48 + 256;
/** With what `paintBytes` needs behind it. */
export const BYTES_ROOM: usize = CONSTANTS + 128;

/**
 * Constants in memory, as the compiler would make them anew for every tile: what is added, a mask, the limit of fractions, and what is
 * added to the pixels of a tile on the diagonal, even columns first.
 */
export function prepareBytes(into: usize): void {
  v128.store(into, f32x4.splat(SHIFT));
  v128.store(into, i16x8.splat(255), 16);
  v128.store(into, i16x8.splat(8), 32);
  for (let at: usize = 48; at < CONSTANTS; at += 16) v128.store(into + at, f32x4.splat(SHIFT));
  for (let i: usize = 0; i < 8; i++) store<f32>(into + 48 + (i << 5) + ((i & 1) << 4) + ((i >> 1) << 2), SHIFT + 0.25);
}

/** `n` values as float32, in their order and arranged in blocks of eight columns, in each the even ones first. */
export function narrowed(values: usize, n: u32, into: usize, blocks: usize): void {
  for (let column: u32 = 0; column < n; column += 8) {
    const first = <usize>firstOf(column, n);
    const at = values + (first << 3);
    const v01 = f32x4.demote_f64x2_zero(v128.load(at)), v23 = f32x4.demote_f64x2_zero(v128.load(at, 16));
    const v45 = f32x4.demote_f64x2_zero(v128.load(at, 32)), v67 = f32x4.demote_f64x2_zero(v128.load(at, 48));
    const lower = v128.shuffle<i64>(v01, v23, 0, 2), upper = v128.shuffle<i64>(v45, v67, 0, 2);
    v128.store(into + (first << 2), lower);
    v128.store(into + (first << 2), upper, 16);
    v128.store(blocks, v128.shuffle<i32>(lower, upper, 0, 2, 4, 6));
    v128.store(blocks, v128.shuffle<i32>(lower, upper, 1, 3, 5, 7), 16);
    blocks += 32;
  }
}

/** Of four columns the level in the low byte of the upper half, the fraction in the lower half. */
@inline
function fixed(x: v128, y: v128, a: v128, b: v128, shift: v128): v128 {
  return i32x4.shl(f32x4.add(f32x4.sub(f32x4.mul(a, x), f32x4.mul(b, y)), shift), 1);
}

/** The upper halves of even and odd columns, in their order. */
@inline
function upper(even: v128, odd: v128): v128 {
  return v128.shuffle<i16>(i32x4.shr_u(even, 16), odd, 0, 9, 2, 11, 4, 13, 6, 15);
}

/** Two rows of eight columns, as bytes; the least fractions, in words, are left at `least`: what is not fraction there is larger than any limit. */
@inline
function twoRows(
  x0: v128, x1: v128, y0: v128, y1: v128, p: v128, q: v128, r: v128, s: v128,
  isDiagonal: bool, shifts: usize, shift: v128, mask: v128, least: usize,
): v128 {
  const e0 = fixed(x0, y0, p, q, isDiagonal ? v128.load(shifts) : shift);
  const o0 = fixed(x1, y1, p, q, isDiagonal ? v128.load(shifts, 16) : shift);
  const e1 = fixed(x0, y0, r, s, isDiagonal ? v128.load(shifts, 64) : shift);
  const o1 = fixed(x1, y1, r, s, isDiagonal ? v128.load(shifts, 80) : shift);
  // Stored at once: the compiler would do the sums of all rows before the first of these, and run out of registers.
  v128.store(least, i16x8.min_u(i16x8.min_u(e0, o0), i16x8.min_u(e1, o1)));
  return i8x16.narrow_i16x8_u(v128.and(upper(e0, o0), mask), v128.and(upper(e1, o1), mask));
}

/** Four rows of eight columns, which are left at `kept` with four bytes each. On the diagonal what is
 * added is read from `shifts`, elsewhere it is `shift`. */
@inline
function fourRows(
  x0: v128, x1: v128, y0: v128, y1: v128, a: usize, b: usize, isDiagonal: bool, shifts: usize,
  shift: v128, mask: v128, out: usize, width: usize, kept: usize, least: usize,
): void {
  const p0 = v128.load32_splat(a), q0 = v128.load32_splat(b), p2 = v128.load32_splat(a, 8), q2 = v128.load32_splat(b, 8);
  const r02 = twoRows(x0, x1, y0, y1, p0, q0, p2, q2, isDiagonal, shifts, shift, mask, least);
  v128.store64_lane(out, r02, 0);
  v128.store64_lane(out + 2 * width, r02, 1);
  const p1 = v128.load32_splat(a, 4), q1 = v128.load32_splat(b, 4), p3 = v128.load32_splat(a, 12), q3 = v128.load32_splat(b, 12);
  const r13 = twoRows(x0, x1, y0, y1, p1, q1, p3, q3, isDiagonal, shifts + 32, shift, mask, least + 16);
  v128.store64_lane(out + width, r13, 0);
  v128.store64_lane(out + 3 * width, r13, 1);
  const w01 = v128.shuffle<i8>(r02, r13, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const w23 = v128.shuffle<i8>(r02, r13, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  v128.store(kept, v128.shuffle<i16>(w01, w23, 0, 8, 1, 9, 2, 10, 3, 11));
  v128.store(kept, v128.shuffle<i16>(w01, w23, 4, 12, 5, 13, 6, 14, 7, 15), 16);
}

/** Whether no fraction of a tile is below the limit. */
@inline
function isSure(least: usize, limit: v128): bool {
  const upper = i16x8.min_u(v128.load(least), v128.load(least, 16));
  const lower = i16x8.min_u(v128.load(least, 32), v128.load(least, 48));
  return !v128.any_true(i16x8.sub_sat_u(limit, i16x8.min_u(upper, lower)));
}

/** Four of the columns at `kept` become rows. */
@inline
function turnFour(kept: usize, flip: v128, out: usize, width: usize): void {
  const upper = v128.xor(v128.load(kept), flip), lower = v128.xor(v128.load(kept, 32), flip);
  const c01 = v128.shuffle<i32>(upper, lower, 0, 4, 1, 5), c23 = v128.shuffle<i32>(upper, lower, 2, 6, 3, 7);
  v128.store64_lane(out, c01, 0);
  v128.store64_lane(out + width, c01, 1);
  v128.store64_lane(out + 2 * width, c23, 0);
  v128.store64_lane(out + 3 * width, c23, 1);
}

/**
 * Tiles one below the other, and the same turned side by side, until one is in doubt. x and y are those of the columns, even ones
 * first, a and b those of the rows up to `end`; `flip` has all bits set for differences.
 *
 * @returns where the a of the tile in doubt begin, or `end`
 */
function paintTiles(
  x: usize, y: usize, a: usize, b: usize, end: usize, out: usize, turned: usize, width: usize, flip: v128, constants: usize,
): usize {
  const x0 = v128.load(x), x1 = v128.load(x, 16), y0 = v128.load(y), y1 = v128.load(y, 16);
  const shift = v128.load(constants), mask = v128.load(constants, 16), limit = v128.load(constants, 32);
  const kept = constants + CONSTANTS;
  const four = 4 * width;
  for (; a < end; a += 32) {
    fourRows(x0, x1, y0, y1, a, b, false, 0, shift, mask, out, width, kept, kept + 64);
    fourRows(x0, x1, y0, y1, a + 16, b + 16, false, 0, shift, mask, out + four, width, kept + 32, kept + 96);
    if (!isSure(kept + 64, limit)) return a;
    turnFour(kept, flip, turned, width);
    turnFour(kept + 16, flip, turned + four, width);
    b += 32;
    out += four + four;
    turned += 8;
  }
  return end;
}

/** The tile of differences on the diagonal, where u is 0 and nothing but 0: there a quarter is added. @returns whether it is beyond doubt */
function paintDiagonal(x: usize, y: usize, a: usize, b: usize, out: usize, width: usize, constants: usize): bool {
  const x0 = v128.load(x), x1 = v128.load(x, 16), y0 = v128.load(y), y1 = v128.load(y, 16);
  const shift = v128.load(constants), mask = v128.load(constants, 16), limit = v128.load(constants, 32);
  const shifts = constants + 48;
  const kept = constants + CONSTANTS;
  fourRows(x0, x1, y0, y1, a, b, true, shifts, shift, mask, out, width, kept, kept + 64);
  fourRows(x0, x1, y0, y1, a + 16, b + 16, true, shifts + 128, shift, mask, out + 4 * width, width, kept, kept + 96);
  return isSure(kept + 64, limit);
}

/**
 * The image of a series of at least eight points. x, y, a and b are multiplied; a and b are x and y for sums, y and x for differences;
 * `fa` and `fb` are a and b, and `fx` and `fy` the arranged x and y, in float32. `constants` is what `prepareBytes` made, `spare` that
 * of `repaint`, `block` has room for two blocks of eight float64 columns.
 */
export function paintBytes(
  x: usize, y: usize, a: usize, b: usize, fx: usize, fy: usize, fa: usize, fb: usize,
  n: u32, out: usize, isSum: bool, constants: usize, block: usize, spare: usize,
): void {
  const width = <usize>n;
  const flip = isSum ? i32x4.splat(0) : i32x4.splat(-1);
  let again = 0;
  for (let column: u32 = 0; column < n; column += 8) {
    const left = firstOf(column, n);
    const u = <usize>column << 2;
    let row: u32 = 0;
    while (row < left + 8) {
      // The tile on the diagonal is the last.
      const first = min(row, left);
      const onDiagonal = first == left;
      let end = first + ((left + 8 - first) & ~7);
      if (!isSum && !onDiagonal && end == left + 8) end = left;
      row = first;
      const f = <usize>row << 2;
      const at = out + <usize>row * width + left;
      const turned = out + <usize>left * width + row;
      if (again < PATIENCE) {
        if (!isSum && onDiagonal) {
          if (paintDiagonal(fx + u, fy + u, fa + f, fb + f, at, width, constants)) row = end;
        } else {
          const to = fa + (<usize>end << 2);
          row = <u32>((paintTiles(fx + u, fy + u, fa + f, fb + f, to, at, turned, width, flip, constants) - fa) >> 2);
        }
        if (row == end) continue;
      }
      // After too many, all that are left of the column.
      const rows = again < PATIENCE ? 8 : end - row;
      again++;
      const c = <usize>left << 3;
      const r = <usize>row << 3;
      arranged(x + c, 8, block);
      arranged(y + c, 8, block + 64);
      repaint(
        block, block + 64, a + r, b + r, rows, spare, out + <usize>row * width + left, out + <usize>left * width + row, width, isSum,
      );
      row += rows;
    }
  }
}
