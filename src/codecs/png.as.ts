// Undoes the filters of PNG rows (PNG specification, third edition, section 9).

function sub(row: usize, bytes: i32, pixel: i32): void {
  for (let i = pixel; i < bytes; i++) {
    store<u8>(row + i, load<u8>(row + i) + load<u8>(row + i - pixel));
  }
}

function up(row: usize, above: usize, bytes: i32): void {
  let i = 0;
  for (; i + 16 <= bytes; i += 16) {
    v128.store(row + i, v128.add<u8>(v128.load(row + i), v128.load(above + i)));
  }
  for (; i < bytes; i++) store<u8>(row + i, load<u8>(row + i) + load<u8>(above + i));
}

/** `above` is 0 for the first row, above which all is 0. */
function average(row: usize, above: usize, bytes: i32, pixel: i32): void {
  for (let i = 0; i < bytes; i++) {
    const left: u32 = i < pixel ? 0 : load<u8>(row + i - pixel);
    const over: u32 = above ? load<u8>(above + i) : 0;
    store<u8>(row + i, load<u8>(row + i) + <u8>((left + over) >> 1));
  }
}

@inline
function paethOf(left: i32, over: i32, corner: i32): i32 {
  const a = abs(over - corner);
  const b = abs(left - corner);
  const c = abs(left + over - corner - corner);
  return a <= b && a <= c ? left : b <= c ? over : corner;
}

function paeth(row: usize, above: usize, bytes: i32, pixel: i32): void {
  for (let i = 0; i < pixel && i < bytes; i++) store<u8>(row + i, load<u8>(row + i) + load<u8>(above + i));
  for (let i = pixel; i < bytes; i++) {
    const predicted = paethOf(load<u8>(row + i - pixel), load<u8>(above + i), load<u8>(above + i - pixel));
    store<u8>(row + i, load<u8>(row + i) + <u8>predicted);
  }
}

/** Bytes of a pixel that are decoded at once. */
@inline
function storePixel(at: usize, pixel: i32, value: v128): void {
  switch (pixel) {
    case 3:
      v128.store_lane<u16>(at, value, 0);
      v128.store_lane<u8>(at + 2, value, 2);
      break;
    case 4:
      v128.store_lane<u32>(at, value, 0);
      break;
    case 6:
      v128.store_lane<u32>(at, value, 0);
      v128.store_lane<u16>(at + 4, value, 2);
      break;
    default:
      v128.store_lane<u64>(at, value, 0);
  }
}

/** The same for pixels of 3, 4, 6 and 8 bytes, all of a pixel at once; reads up to 5 bytes behind the rows. */
@inline
function paethWide(row: usize, above: usize, bytes: i32, pixel: i32): void {
  let left = v128.splat<i16>(0);
  let corner = v128.splat<i16>(0);
  for (let i = 0; i < bytes; i += pixel) {
    const over = v128.extend_low<u8>(v128.load64_zero(above + i));
    const vertical = v128.sub<i16>(over, corner);
    const horizontal = v128.sub<i16>(left, corner);
    const a = v128.abs<i16>(vertical);
    const b = v128.abs<i16>(horizontal);
    const c = v128.abs<i16>(v128.add<i16>(vertical, horizontal));
    const least = v128.min<i16>(a, v128.min<i16>(b, c));
    const other = v128.bitselect(over, corner, v128.eq<i16>(b, least));
    const predicted = v128.bitselect(left, other, v128.eq<i16>(a, least));
    const value = v128.add<u8>(v128.load64_zero(row + i), v128.narrow<u16>(predicted, predicted));
    storePixel(row + i, pixel, value);
    left = v128.extend_low<u8>(value);
    corner = over;
  }
}

/** The same for pixels of one byte, whose neighbours stay in registers. */
function paeth1(row: usize, above: usize, bytes: i32): void {
  let left: i32 = 0;
  let corner: i32 = 0;
  for (let i = 0; i < bytes; i++) {
    const over: i32 = load<u8>(above + i);
    left = (<i32>load<u8>(row + i) + paethOf(left, over, corner)) & 0xff;
    corner = over;
    store<u8>(row + i, left);
  }
}

/**
 * Undoes the filters of `rows` rows, each of `bytes` bytes behind the byte that says which filter it has.
 * @returns -1, or the number of the first row whose filter there is none of
 */
export function unfilterPng(source: usize, rows: i32, bytes: i32, pixel: i32): i32 {
  let above: usize = 0;
  for (let r = 0; r < rows; r++) {
    const at = source + <usize>r * <usize>(bytes + 1);
    const row = at + 1;
    switch (<i32>load<u8>(at)) {
      case 0:
        break;
      case 1:
        sub(row, bytes, pixel);
        break;
      case 2:
        if (above) up(row, above, bytes);
        break;
      case 3:
        average(row, above, bytes, pixel);
        break;
      case 4:
        // Above the first row all is 0, and the prediction is the left neighbour.
        if (!above) sub(row, bytes, pixel);
        else if (pixel == 1) paeth1(row, above, bytes);
        else if (pixel == 3) paethWide(row, above, bytes, 3);
        else if (pixel == 4) paethWide(row, above, bytes, 4);
        else if (pixel == 6) paethWide(row, above, bytes, 6);
        else if (pixel == 8) paethWide(row, above, bytes, 8);
        else paeth(row, above, bytes, pixel);
        break;
      default:
        return r;
    }
    above = row;
  }
  return -1;
}
