// Bitshuffle, the HDF5 filter 32008: undone without a compression of its blocks or with LZ4, made with LZ4.
import { COLUMN_BYTES, transpose, untranspose } from './_bitshuffle.as';
import { BAD_BLOCK, EXHAUSTED, OVERFLOW, WRONG_SIZE } from './_failures.as';
import { decode } from './_lz4.as';
import { encode, TABLE_BYTES } from './_lz4encode.as';

const HEADER: usize = 12;

/** Readable and writable bytes behind a block in the scratch memory. */
const SLACK: usize = 64;

/**
 * Undoes the transposition of `length` bytes from `src` to `dst`, in blocks of `blockBytes`; the last elements that do not
 * fill eight are stored as they are. `scratch` has 1,024 bytes.
 */
export function untransposeBlocks(
  src: usize, length: usize, dst: usize, elementBytes: usize, blockBytes: usize, scratch: usize,
): void {
  const eights = length - (length % (8 * elementBytes));
  for (let at: usize = 0; at < eights; ) {
    const size = min(blockBytes, eights - at);
    untranspose(src + at, dst + at, size / elementBytes, elementBytes, scratch);
    at += size;
  }
  memory.copy(dst + eights, src + eights, length - eights);
}

/**
 * Decodes blocks `firstBlock` to `endBlock` of a chunk: u64 total, u32 bytes of a block, then each block behind its u32
 * length, all big-endian; the last elements that do not fill eight stand raw at the end and go with the last block. `dst`
 * is the place of the whole chunk, of which only these blocks are written. A block decodes to `scratch` first.
 * @returns bytes of the whole chunk, at most `dstCapacity`, or a negative code
 */
export function decodeLz4Part(
  src: usize, srcLength: usize, dst: usize, dstCapacity: usize, elementBytes: usize,
  scratch: usize, scratchBytes: usize, firstBlock: usize, endBlock: usize,
): i32 {
  const srcEnd = src + srcLength;
  if (srcLength < HEADER) return EXHAUSTED;
  const stated = bswap<u64>(load<u64>(src));
  if (stated > <u64>dstCapacity) return OVERFLOW;
  const total = <usize>stated;
  const eight: usize = 8 * elementBytes;
  const block: usize = bswap<u32>(load<u32>(src, 8));
  const work = scratch;
  scratch += COLUMN_BYTES;
  if (total % elementBytes != 0) return WRONG_SIZE;
  if (block == 0 || block % eight != 0) return BAD_BLOCK;
  if (min(block, total) + COLUMN_BYTES + SLACK > scratchBytes) return BAD_BLOCK;

  const eights = total - (total % eight);
  let at: usize = 0;
  src += HEADER;
  for (let index: usize = 0; at < eights && index < endBlock; index++) {
    if (srcEnd - src < 4) return EXHAUSTED;
    const stored: usize = bswap<u32>(load<u32>(src));
    const size = min(block, eights - at);
    src += 4;
    if (stored > srcEnd - src) return EXHAUSTED;
    if (index >= firstBlock) {
      const decoded = decode(src, stored, scratch, size);
      if (decoded < 0) return decoded;
      if (<usize>decoded != size) return WRONG_SIZE;
      untranspose(scratch, dst + at, size / elementBytes, elementBytes, work);
    }
    src += stored;
    at += size;
  }
  if (at == eights && firstBlock < endBlock) {
    const rest = total - eights;
    if (rest > srcEnd - src) return EXHAUSTED;
    memory.copy(dst + eights, src, rest);
  }
  return <i32>total;
}

/** Decodes a whole chunk. @returns its bytes, at most `dstCapacity`, or a negative code */
export function decodeLz4(
  src: usize, srcLength: usize, dst: usize, dstCapacity: usize, elementBytes: usize,
  scratch: usize, scratchBytes: usize,
): i32 {
  return decodeLz4Part(src, srcLength, dst, dstCapacity, elementBytes, scratch, scratchBytes, 0, 0xffffffff);
}

/**
 * Encodes a chunk in blocks of `block` bytes, a multiple of 8 elements. `dst` has room for 12 bytes, and for each block 4
 * bytes, itself and 1/255 of it and 16; `scratch` for 16 KiB and a block, all with 64 bytes of slack.
 * @returns encoded bytes
 */
export function encodeLz4(
  src: usize, srcLength: usize, dst: usize, elementBytes: usize, block: usize, scratch: usize,
): i32 {
  const start = dst;
  const eights = src + srcLength - (srcLength % (8 * elementBytes));
  const srcEnd = src + srcLength;
  const planes = scratch + TABLE_BYTES;
  store<u64>(dst, bswap<u64>(srcLength));
  store<u32>(dst, bswap<u32>(<u32>block), 8);
  dst += HEADER;
  while (src < eights) {
    const size = min(block, eights - src);
    transpose(src, planes, size / elementBytes, elementBytes);
    const stored = encode(planes, size, dst + 4, scratch);
    store<u32>(dst, bswap<u32>(<u32>stored));
    dst += 4 + stored;
    src += size;
  }
  memory.copy(dst, src, srcEnd - src);
  return <i32>(dst + (srcEnd - src) - start);
}
