// LZ4 blocks, decoded and encoded, and the HDF5 filter 32004 that puts them one behind the other.
import { BAD_BLOCK, EXHAUSTED, OVERFLOW, WRONG_SIZE } from './_failures.as';
import { decode } from './_lz4.as';
import { encode } from './_lz4encode.as';

const HEADER: usize = 12;

/**
 * Decodes one LZ4 block. Needs 64 readable bytes behind the input and 64 writable bytes behind the output.
 * @returns decoded bytes, or a negative code
 */
export function decodeBlock(src: usize, srcLength: usize, dst: usize, dstCapacity: usize): i32 {
  return decode(src, srcLength, dst, dstCapacity);
}

/**
 * Decodes a chunk of the HDF5 filter: u64 total, u32 bytes of a block, then each block behind its u32 length, all
 * big-endian. A block as long as what it decodes to is stored as it is.
 * @returns decoded bytes, at most `dstCapacity`, or a negative code
 */
export function decodeHdf5(src: usize, srcLength: usize, dst: usize, dstCapacity: usize): i32 {
  const srcEnd = src + srcLength;
  if (srcLength < HEADER) return EXHAUSTED;
  const stated = bswap<u64>(load<u64>(src));
  if (stated > <u64>dstCapacity) return OVERFLOW;
  const total = <usize>stated;
  const block: usize = bswap<u32>(load<u32>(src, 8));
  if (block == 0 && total > 0) return BAD_BLOCK;
  src += HEADER;
  let done: usize = 0;
  while (done < total) {
    if (srcEnd - src < 4) return EXHAUSTED;
    const stored: usize = bswap<u32>(load<u32>(src));
    const size = min(block, total - done);
    src += 4;
    if (stored > srcEnd - src) return EXHAUSTED;
    if (stored == size) {
      memory.copy(dst + done, src, size);
    } else {
      const decoded = decode(src, stored, dst + done, size);
      if (decoded < 0) return decoded;
      if (<usize>decoded != size) return WRONG_SIZE;
    }
    src += stored;
    done += size;
  }
  return <i32>total;
}

/**
 * Encodes one LZ4 block; `dst` has room for srcLength + srcLength / 255 + 16 bytes, `table` 16 KiB.
 * @returns encoded bytes
 */
export function encodeBlock(src: usize, srcLength: usize, dst: usize, table: usize): i32 {
  return <i32>encode(src, srcLength, dst, table);
}

/**
 * Encodes a chunk of the HDF5 filter in blocks of `block` bytes, each as it is where LZ4 would not make it shorter; `dst`
 * has room for 12 bytes, and for each block 4 bytes and those of `encodeBlock`.
 * @returns encoded bytes
 */
export function encodeHdf5(src: usize, srcLength: usize, dst: usize, block: usize, table: usize): i32 {
  const start = dst;
  const srcEnd = src + srcLength;
  store<u64>(dst, bswap<u64>(srcLength));
  store<u32>(dst, bswap<u32>(<u32>block), 8);
  dst += HEADER;
  while (src < srcEnd) {
    const size = min(block, srcEnd - src);
    let stored = encode(src, size, dst + 4, table);
    if (stored >= size) {
      memory.copy(dst + 4, src, size);
      stored = size;
    }
    store<u32>(dst, bswap<u32>(<u32>stored));
    dst += 4 + stored;
    src += size;
  }
  return <i32>(dst - start);
}
