// LZ4 blocks, and the HDF5 filter 32004 that puts them one behind the other.
import { BAD_BLOCK, EXHAUSTED, OVERFLOW, WRONG_SIZE } from './_failures.as';
import { decode } from './_lz4.as';

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
