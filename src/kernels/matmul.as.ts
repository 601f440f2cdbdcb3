// Rows of A times B. B comes packed (src/operators/matmul/pack.ts): in bands of DEPTH rows, each band in panels two vectors
// wide, so that the inner loop reads it in the order it lies in. Rows of A are packed band by band, four at a time of which stay in the
// first-level cache while panels of B come from the second.
//
// Every element of the product is added up alike, whatever rows it comes with: over each band one product after the other,
// from 0 on, and these sums in the order of the bands.
import { packRows } from './_matmul_pack.as';
import { PANEL, QUAD, ROWS, tile } from './_matmul_tile.as';

/** Products that are added up in registers. */
const DEPTH: i32 = 256;

/** Rows of A that are packed at a time. */
const BATCH: i32 = 64;

/** Panels of B that are gone through with these rows: both together fill half of the second-level cache. */
const PANELS: i32 = 32;

/** Columns of a panel. */
@inline
function wide<F>(): i32 {
  return <i32>PANEL / sizeof<F>();
}

/** A tile that reaches over the last row or column: made whole at `edge`, of which `rows` x `columns` go to `c`. */
function partial<F>(
  a: usize, b: usize, depth: i32, c: usize, stride: usize, isFirst: bool, edge: usize, rows: i32, columns: i32,
): void {
  tile<F>(a, b, depth, edge, 32, true);
  for (let row = 0; row < rows; row++) {
    for (let j: usize = 0; j < <usize>columns * sizeof<F>(); j += sizeof<F>()) {
      const sum = load<F>(edge + <usize>row * 32 + j);
      const to = c + <usize>row * stride + j;
      store<F>(to, isFirst ? sum : load<F>(to) + sum);
    }
  }
}

/** `count` packed rows times the panels of a band that begin at columns `left` up to `right`. */
function block<F>(
  a: usize, count: i32, b: usize, depth: i32, left: i32, right: i32, columns: i32, c: usize, isFirst: bool, edge: usize,
): void {
  const stride = <usize>columns * sizeof<F>();
  for (let row = 0; row < count; row += ROWS) {
    const high = min(ROWS, count - row);
    let panel = b + <usize>(left / wide<F>() * depth) * PANEL;
    for (let j = left; j < right; j += wide<F>()) {
      const to = c + <usize>j * sizeof<F>();
      if (high == ROWS && j + wide<F>() <= columns) tile<F>(a, panel, depth, to, stride, isFirst);
      else partial<F>(a, panel, depth, to, stride, isFirst, edge, high, min(wide<F>(), columns - j));
      panel += <usize>depth * PANEL;
    }
    a += <usize>depth * QUAD;
    c += ROWS * stride;
  }
}

function product<T, F>(x: usize, rows: i32, inner: i32, by: usize, columns: i32, out: usize, packed: usize, edge: usize): void {
  const panels = (columns + wide<F>() - 1) / wide<F>();
  const stride = <usize>inner * sizeof<T>();
  const together = PANELS * wide<F>();
  for (let row = 0; row < rows; row += BATCH) {
    const count = min(BATCH, rows - row);
    const c = out + <usize>row * <usize>columns * sizeof<F>();
    for (let first = 0; first < inner; first += DEPTH) {
      const depth = min(DEPTH, inner - first);
      const band = by + <usize>first * <usize>panels * PANEL;
      packRows<T, F>(x + <usize>row * stride + <usize>first * sizeof<T>(), stride, count, depth, packed);
      for (let left = 0; left < columns; left += together)
        block<F>(packed, count, band, depth, left, min(columns, left + together), columns, c, first == 0, edge);
    }
  }
}

function from<F>(
  dtype: i32, x: usize, rows: i32, inner: i32, by: usize, columns: i32, out: usize, packed: usize, edge: usize,
): void {
  if (dtype == 0) product<u8, F>(x, rows, inner, by, columns, out, packed, edge);
  else if (dtype == 1) product<i8, F>(x, rows, inner, by, columns, out, packed, edge);
  else if (dtype == 2) product<u16, F>(x, rows, inner, by, columns, out, packed, edge);
  else if (dtype == 3) product<i16, F>(x, rows, inner, by, columns, out, packed, edge);
  else if (dtype == 4) product<u32, F>(x, rows, inner, by, columns, out, packed, edge);
  else if (dtype == 5) product<i32, F>(x, rows, inner, by, columns, out, packed, edge);
  else if (dtype == 6) product<f32, F>(x, rows, inner, by, columns, out, packed, edge);
  else product<f64, F>(x, rows, inner, by, columns, out, packed, edge);
}

/**
 * `rows` x `inner` elements of dtype number `dtype` at `x` times B, `inner` x `columns`, in numbers of `bytes` bytes. `packed` is
 * room for BATCH x DEPTH vectors, `edge` for 128 bytes.
 */
export function matmul(
  bytes: i32, dtype: i32, x: usize, rows: i32, inner: i32, by: usize, columns: i32, out: usize, packed: usize, edge: usize,
): void {
  if (bytes == 4) from<f32>(dtype, x, rows, inner, by, columns, out, packed, edge);
  else from<f64>(dtype, x, rows, inner, by, columns, out, packed, edge);
}
