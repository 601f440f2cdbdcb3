// Moves bytes about within elements: undoes HDF5's byte shuffle, swaps byte order.
import { unshuffle2, unshuffle4, unshuffle8 } from './_unshuffle.as';

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
