// Resizes images of 8-bit pixels along one direction: pixel i is made of count[i] pixels from first[i] on, with whole-number weights of 22 bits
// behind the point that begin at weights + i * most, and is rounded to 8 bits. Sums of products stay in 32 bits.

const BITS = 22;
const HALF = 1 << (BITS - 1);

/** Four sums as 8-bit numbers, in the lowest four bytes. */
@inline
function bytes4(sums: v128): u32 {
  const words = i16x8.narrow_i32x4_s(i32x4.shr_s(sums, BITS), i32x4.splat(0));
  return i32x4.extract_lane(i8x16.narrow_i16x8_u(words, words), 0);
}

/** Pixels of one row, a colour in each lane: three colours and the first of the next pixel, which nobody looks at. */
@inline
function colours(row: usize, first: usize, count: usize, weights: usize, most: usize, columns: usize, target: usize): void {
  for (let x: usize = 0; x < columns; x++) {
    let from = row + 3 * <usize>load<i32>(first + (x << 2));
    const taken = <usize>load<i32>(count + (x << 2));
    const weight = weights + ((x * most) << 2);
    let sums = i32x4.splat(HALF);
    for (let k: usize = 0; k < taken; k++) {
      const words = i16x8.extend_low_i8x16_u(v128.load32_zero(from));
      const product = i32x4.mul(i32x4.extend_low_i16x8_u(words), v128.load32_splat(weight + (k << 2)));
      sums = i32x4.add(sums, product);
      from += 3;
    }
    store<u32>(target + 3 * x, bytes4(sums));
  }
}

/** Pixels of one row, channel by channel. */
@inline
function singles(row: usize, channels: usize, first: usize, count: usize, weights: usize, most: usize, columns: usize, target: usize): void {
  for (let x: usize = 0; x < columns; x++) {
    const from = row + channels * <usize>load<i32>(first + (x << 2));
    const taken = <usize>load<i32>(count + (x << 2));
    const weight = weights + ((x * most) << 2);
    for (let c: usize = 0; c < channels; c++) {
      let sum = HALF;
      for (let k: usize = 0; k < taken; k++)
        sum += <i32>load<u8>(from + c + k * channels) * load<i32>(weight + (k << 2));
      store<u8>(target + x * channels + c, <u8>min(255, sum >> BITS));
    }
  }
}

/** Columns: `rows` rows from `source` on, `pitch` bytes each, become rows of `columns` pixels. Up to 4 bytes are read and written behind them. */
export function across(
  source: usize,
  pitch: usize,
  rows: usize,
  channels: usize,
  first: usize,
  count: usize,
  weights: usize,
  most: usize,
  columns: usize,
  target: usize,
): void {
  for (let y: usize = 0; y < rows; y++) {
    const row = source + y * pitch;
    const to = target + y * columns * channels;
    if (channels == 3) colours(row, first, count, weights, most, columns, to);
    else singles(row, channels, first, count, weights, most, columns, to);
  }
}

/** Rows: of rows of `pitch` bytes, the first of which is number `begin`. Up to 16 bytes are read and written behind them. */
export function down(
  source: usize,
  pitch: usize,
  begin: i32,
  first: usize,
  count: usize,
  weights: usize,
  most: usize,
  rows: usize,
  target: usize,
): void {
  for (let y: usize = 0; y < rows; y++) {
    const top = source + <usize>(load<i32>(first + (y << 2)) - begin) * pitch;
    const taken = <usize>load<i32>(count + (y << 2));
    const weight = weights + ((y * most) << 2);
    const to = target + y * pitch;
    for (let i: usize = 0; i < pitch; i += 16) {
      let a = i32x4.splat(HALF);
      let b = a;
      let c = a;
      let d = a;
      let from = top + i;
      for (let k: usize = 0; k < taken; k++) {
        const w = v128.load32_splat(weight + (k << 2));
        const pixels = v128.load(from);
        const low = i16x8.extend_low_i8x16_u(pixels);
        const high = i16x8.extend_high_i8x16_u(pixels);
        a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_u(low), w));
        b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_u(low), w));
        c = i32x4.add(c, i32x4.mul(i32x4.extend_low_i16x8_u(high), w));
        d = i32x4.add(d, i32x4.mul(i32x4.extend_high_i16x8_u(high), w));
        from += pitch;
      }
      const low = i16x8.narrow_i32x4_s(i32x4.shr_s(a, BITS), i32x4.shr_s(b, BITS));
      const high = i16x8.narrow_i32x4_s(i32x4.shr_s(c, BITS), i32x4.shr_s(d, BITS));
      v128.store(to + i, i8x16.narrow_i16x8_u(low, high));
    }
  }
}
