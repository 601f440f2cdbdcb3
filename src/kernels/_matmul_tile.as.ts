// Four rows of A times a panel of B that is two vectors wide, in 8 accumulators: with two vectors of B, one element of A and
// what is being multiplied they stay in the 16 registers that WebAssembly has on x64.
//
// Where four vectors can be multiplied and added in a cycle, six or eight instructions can begin: arithmetic leaves room for a load of
// each second result, and for little else. Hence elements of A stand in memory as whole vectors, whose load needs no address of its
// own, and four steps share one update of the addresses. Between steps the loop may end: without that, the compiler would gather the
// loads of all four steps in front and run out of registers.

/** Rows of A that are worked on together. */
export const ROWS: i32 = 4;

/** Bytes of a row of a panel of B: two vectors. */
export const PANEL: usize = 32;

/** Bytes that an element of each of the rows of A takes, each a vector of its own. */
export const QUAD: usize = 64;

@inline
function put<F>(to: usize, sum0: v128, sum1: v128): void {
  v128.store(to, sum0);
  v128.store(to, sum1, 16);
}

@inline
function join<F>(to: usize, sum0: v128, sum1: v128): void {
  put<F>(to, v128.add<F>(v128.load(to), sum0), v128.add<F>(v128.load(to, 16), sum1));
}

/**
 * A tile of the product over `depth` products, one after the other, stored at `c` or added to what is there.
 *
 * @param a element k of row r, as a vector, at 64 k + 16 r
 * @param b the panel, row after row
 * @param stride bytes from one row of `c` to the next
 */
export function tile<F>(a: usize, b: usize, depth: i32, c: usize, stride: usize, isFirst: bool): void {
  let s00 = f64x2.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  while (true) {
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
    let e = v128.load(a);
    s00 = v128.add<F>(s00, v128.mul<F>(e, b0));
    s01 = v128.add<F>(s01, v128.mul<F>(e, b1));
    e = v128.load(a, 16);
    s10 = v128.add<F>(s10, v128.mul<F>(e, b0));
    s11 = v128.add<F>(s11, v128.mul<F>(e, b1));
    e = v128.load(a, 32);
    s20 = v128.add<F>(s20, v128.mul<F>(e, b0));
    s21 = v128.add<F>(s21, v128.mul<F>(e, b1));
    e = v128.load(a, 48);
    s30 = v128.add<F>(s30, v128.mul<F>(e, b0));
    s31 = v128.add<F>(s31, v128.mul<F>(e, b1));
    if (depth <= 1) break;

    b0 = v128.load(b, 32);
    b1 = v128.load(b, 48);
    e = v128.load(a, 64);
    s00 = v128.add<F>(s00, v128.mul<F>(e, b0));
    s01 = v128.add<F>(s01, v128.mul<F>(e, b1));
    e = v128.load(a, 80);
    s10 = v128.add<F>(s10, v128.mul<F>(e, b0));
    s11 = v128.add<F>(s11, v128.mul<F>(e, b1));
    e = v128.load(a, 96);
    s20 = v128.add<F>(s20, v128.mul<F>(e, b0));
    s21 = v128.add<F>(s21, v128.mul<F>(e, b1));
    e = v128.load(a, 112);
    s30 = v128.add<F>(s30, v128.mul<F>(e, b0));
    s31 = v128.add<F>(s31, v128.mul<F>(e, b1));
    if (depth <= 2) break;

    b0 = v128.load(b, 64);
    b1 = v128.load(b, 80);
    e = v128.load(a, 128);
    s00 = v128.add<F>(s00, v128.mul<F>(e, b0));
    s01 = v128.add<F>(s01, v128.mul<F>(e, b1));
    e = v128.load(a, 144);
    s10 = v128.add<F>(s10, v128.mul<F>(e, b0));
    s11 = v128.add<F>(s11, v128.mul<F>(e, b1));
    e = v128.load(a, 160);
    s20 = v128.add<F>(s20, v128.mul<F>(e, b0));
    s21 = v128.add<F>(s21, v128.mul<F>(e, b1));
    e = v128.load(a, 176);
    s30 = v128.add<F>(s30, v128.mul<F>(e, b0));
    s31 = v128.add<F>(s31, v128.mul<F>(e, b1));
    if (depth <= 3) break;

    b0 = v128.load(b, 96);
    b1 = v128.load(b, 112);
    e = v128.load(a, 192);
    s00 = v128.add<F>(s00, v128.mul<F>(e, b0));
    s01 = v128.add<F>(s01, v128.mul<F>(e, b1));
    e = v128.load(a, 208);
    s10 = v128.add<F>(s10, v128.mul<F>(e, b0));
    s11 = v128.add<F>(s11, v128.mul<F>(e, b1));
    e = v128.load(a, 224);
    s20 = v128.add<F>(s20, v128.mul<F>(e, b0));
    s21 = v128.add<F>(s21, v128.mul<F>(e, b1));
    e = v128.load(a, 240);
    s30 = v128.add<F>(s30, v128.mul<F>(e, b0));
    s31 = v128.add<F>(s31, v128.mul<F>(e, b1));
    b += 4 * PANEL;
    a += 4 * QUAD;
    depth -= 4;
    if (depth <= 0) break;
  }
  if (isFirst) {
    put<F>(c, s00, s01);
    put<F>(c + stride, s10, s11);
    put<F>(c + 2 * stride, s20, s21);
    put<F>(c + 3 * stride, s30, s31);
  } else {
    join<F>(c, s00, s01);
    join<F>(c + stride, s10, s11);
    join<F>(c + 2 * stride, s20, s21);
    join<F>(c + 3 * stride, s30, s31);
  }
}
