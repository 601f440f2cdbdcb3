// Moves bytes about within elements: undoes HDF5's byte shuffle, swaps byte order.

/** Interleaves two planes of 16 bytes: byte k of each to 2 k and 2 k + 1. */
@inline
function low(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

@inline
function high(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

@inline
function unshuffle2(src: usize, dst: usize, count: usize): usize {
  const whole = count & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    const p0 = v128.load(src + i);
    const p1 = v128.load(src + count + i);
    v128.store(dst, low(p0, p1));
    v128.store(dst, high(p0, p1), 16);
    dst += 32;
  }
  return whole;
}

@inline
function unshuffle4(src: usize, dst: usize, count: usize): usize {
  const whole = count & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    const p = src + i;
    const p0 = v128.load(p);
    const p1 = v128.load(p + count);
    const p2 = v128.load(p + 2 * count);
    const p3 = v128.load(p + 3 * count);
    // Bytes 0 and 2, then 1 and 3: interleaving the two results gives 0 1 2 3.
    const a0 = low(p0, p2);
    const a1 = high(p0, p2);
    const b0 = low(p1, p3);
    const b1 = high(p1, p3);
    v128.store(dst, low(a0, b0));
    v128.store(dst, high(a0, b0), 16);
    v128.store(dst, low(a1, b1), 32);
    v128.store(dst, high(a1, b1), 48);
    dst += 64;
  }
  return whole;
}

/** Eight 8-byte elements from their bytes 0 and 4, 1 and 5, 2 and 6, 3 and 7. */
@inline
function eight(dst: usize, a04: v128, a15: v128, a26: v128, a37: v128): void {
  const e0 = low(a04, a26);
  const e1 = high(a04, a26);
  const o0 = low(a15, a37);
  const o1 = high(a15, a37);
  v128.store(dst, low(e0, o0));
  v128.store(dst, high(e0, o0), 16);
  v128.store(dst, low(e1, o1), 32);
  v128.store(dst, high(e1, o1), 48);
}

@inline
function unshuffle8(src: usize, dst: usize, count: usize): usize {
  const whole = count & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    const p = src + i;
    const p0 = v128.load(p);
    const p1 = v128.load(p + count);
    const p2 = v128.load(p + 2 * count);
    const p3 = v128.load(p + 3 * count);
    const p4 = v128.load(p + 4 * count);
    const p5 = v128.load(p + 5 * count);
    const p6 = v128.load(p + 6 * count);
    const p7 = v128.load(p + 7 * count);
    eight(dst, low(p0, p4), low(p1, p5), low(p2, p6), low(p3, p7));
    eight(dst + 64, high(p0, p4), high(p1, p5), high(p2, p6), high(p3, p7));
    dst += 128;
  }
  return whole;
}

/** Undoes the shuffle of `length` bytes from `src` to `dst`: byte planes back to elements. What is no element stays. */
export function unshuffle(src: usize, dst: usize, length: usize, elementBytes: usize): void {
  const count = length / elementBytes;
  let done: usize = 0;
  if (elementBytes == 2) done = unshuffle2(src, dst, count);
  else if (elementBytes == 4) done = unshuffle4(src, dst, count);
  else if (elementBytes == 8) done = unshuffle8(src, dst, count);
  for (let plane: usize = 0; plane < elementBytes; plane++) {
    let from = src + plane * count + done;
    let to = dst + plane + done * elementBytes;
    for (let i = done; i < count; i++) {
      store<u8>(to, load<u8>(from++));
      to += elementBytes;
    }
  }
  const rest = count * elementBytes;
  memory.copy(dst + rest, src + rest, length - rest);
}

/** Reverses the bytes of each 2-, 4- or 8-byte element in place. */
export function swapBytes(address: usize, length: usize, elementBytes: usize): void {
  const end = address + length;
  const whole = address + (length & ~15);
  if (elementBytes == 2) {
    for (; address < whole; address += 16) {
      const v = v128.load(address);
      v128.store(address, v128.shuffle<u8>(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
    }
    for (; address < end; address += 2) store<u16>(address, bswap<u16>(load<u16>(address)));
  } else if (elementBytes == 4) {
    for (; address < whole; address += 16) {
      const v = v128.load(address);
      v128.store(address, v128.shuffle<u8>(v, v, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
    }
    for (; address < end; address += 4) store<u32>(address, bswap<u32>(load<u32>(address)));
  } else {
    for (; address < whole; address += 16) {
      const v = v128.load(address);
      v128.store(address, v128.shuffle<u8>(v, v, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8));
    }
    for (; address < end; address += 8) store<u64>(address, bswap<u64>(load<u64>(address)));
  }
}
