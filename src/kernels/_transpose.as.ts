// Vectors of several lines turned into vectors along each line, and back: 4 x 4 float32 or 2 x 2 float64.

/** Writes the transpose of four float32 vectors to places `stride` bytes apart. */
@inline
export function turn4(a: v128, b: v128, c: v128, d: v128, to: usize, stride: usize): void {
  const p = v128.shuffle<i32>(a, b, 0, 4, 1, 5), q = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const r = v128.shuffle<i32>(c, d, 0, 4, 1, 5), s = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(p, r, 0, 2));
  v128.store(to + stride, v128.shuffle<i64>(p, r, 1, 3));
  v128.store(to + 2 * stride, v128.shuffle<i64>(q, s, 0, 2));
  v128.store(to + 3 * stride, v128.shuffle<i64>(q, s, 1, 3));
}

/** The same of two float64 vectors. */
@inline
export function turn2(a: v128, b: v128, to: usize, stride: usize): void {
  v128.store(to, v128.shuffle<i64>(a, b, 0, 2));
  v128.store(to + stride, v128.shuffle<i64>(a, b, 1, 3));
}

/** Transposes a block of vectors `from` bytes apart to vectors `stride` bytes apart. */
@inline
export function turn<T>(block: usize, from: usize, to: usize, stride: usize): void {
  if (sizeof<T>() == 4) {
    turn4(v128.load(block), v128.load(block + from), v128.load(block + 2 * from), v128.load(block + 3 * from), to, stride);
  } else turn2(v128.load(block), v128.load(block + from), to, stride);
}
