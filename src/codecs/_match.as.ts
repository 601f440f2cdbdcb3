// Copies within decoded bytes, shared by the decoders of the Lempel-Ziv family.

/** For distance d up to 16, byte 16 d + k is k mod d: repeats the last d bytes over a vector. */
export const REPEAT: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
  0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0,
  0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
], 16);

/** The largest multiple of distance d within a vector. */
export const STRIDE: usize = memory.data<u8>([16, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15, 16]);

/** Writes `length` bytes that repeat those `distance` before; up to 31 more may be written. */
@inline
export function copyMatch(dst: usize, distance: usize, length: usize): void {
  const end = dst + length;
  if (distance >= 16) {
    let from = dst - distance;
    v128.store(dst, v128.load(from));
    if (length > 16) {
      v128.store(dst, v128.load(from, 16), 16);
      while (dst + 32 < end) {
        from += 32;
        dst += 32;
        v128.store(dst, v128.load(from));
        v128.store(dst, v128.load(from, 16), 16);
      }
    }
  } else {
    const pattern = v128.swizzle(v128.load(dst - distance), v128.load(REPEAT + (distance << 4)));
    const stride: usize = load<u8>(STRIDE + distance);
    do {
      v128.store(dst, pattern);
      dst += stride;
    } while (dst < end);
  }
}
