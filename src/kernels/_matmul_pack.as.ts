// Rows of A of any dtype, as the inner loop reads them: four rows alternate, every element a vector that holds nothing else.
import { QUAD, ROWS } from './_matmul_tile.as';

@inline
function spread<T, F>(from: usize): v128 {
  return v128.splat<F>(<F>load<T>(from));
}

/**
 * `depth` elements of each of `count` rows that lie `stride` bytes apart. Where rows are wanting to a four, the last one stands
 * for them; what comes of it is not looked at.
 */
export function packRows<T, F>(x: usize, stride: usize, count: i32, depth: i32, to: usize): void {
  for (let row = 0; row < count; row += ROWS) {
    const last = count - 1 - row;
    const p0 = x + <usize>row * stride;
    const p1 = p0 + <usize>min(1, last) * stride;
    const p2 = p0 + <usize>min(2, last) * stride;
    const p3 = p0 + <usize>min(3, last) * stride;
    for (let k: usize = 0; k < <usize>depth * sizeof<T>(); k += sizeof<T>()) {
      v128.store(to, spread<T, F>(p0 + k));
      v128.store(to, spread<T, F>(p1 + k), 16);
      v128.store(to, spread<T, F>(p2 + k), 32);
      v128.store(to, spread<T, F>(p3 + k), 48);
      to += QUAD;
    }
  }
}
