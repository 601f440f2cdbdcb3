// Zstandard frames (RFC 8878). Positions and tables of the frame at hand are kept in globals, of which every instance has
// its own.
import { contentChecksum } from './_zstd_checksum.as';
import {
  BAD_BLOCK, BAD_CHECKSUM, BAD_FRAME, BAD_HEADER, BLOCK_BYTES, DICTIONARY, EXHAUSTED, OVERFLOW, WRONG_SIZE,
} from './_zstd_layout.as';
import { forgetCode, literalsAt, literalsEnd, readLiterals, sectionEnd } from './_zstd_literals.as';
import { decodedEnd, forgetSequences, runSequences } from './_zstd_sequences.as';

const MAGIC: u32 = 0xfd2fb528;
/** The lowest four bits of the magic number of a skippable frame are free. */
const SKIPPABLE_MAGIC: u32 = 0x184d2a5;

let at: usize = 0;
let target: usize = 0;

/** Decodes blocks up to the last one of a frame (section 3.1.1.2). */
function decodeBlocks(srcEnd: usize, dstEnd: usize, scratch: usize): i32 {
  const frame = target;
  forgetCode();
  forgetSequences(scratch);
  for (let isLast: u32 = 0; isLast == 0; ) {
    if (srcEnd - at < 3) return EXHAUSTED;
    const header = load<u32>(at) & 0xffffff;
    at += 3;
    isLast = header & 1;
    const kind = (header >> 1) & 3;
    const size: usize = header >> 3;
    if (kind == 3 || size > BLOCK_BYTES) return BAD_BLOCK;
    const stored: usize = kind == 1 ? 1 : size;
    if (stored > srcEnd - at) return EXHAUSTED;
    if (kind < 2) {
      if (size > dstEnd - target) return OVERFLOW;
      if (kind == 0) memory.copy(target, at, size);
      else memory.fill(target, load<u8>(at), size);
      target += size;
    } else {
      const end = at + size;
      let code = readLiterals(scratch, at, end, target, dstEnd - target);
      if (code < 0) return code;
      code = runSequences(scratch, sectionEnd, end, literalsAt, literalsEnd, frame, target, dstEnd);
      if (code < 0) return code;
      target = decodedEnd;
    }
    at += stored;
  }
  return 0;
}

/** Decodes the frame whose magic number lies before `at`. */
function decodeFrame(srcEnd: usize, dstEnd: usize, scratch: usize): i32 {
  if (at >= srcEnd) return EXHAUSTED;
  const descriptor: u32 = load<u8>(at++);
  if (descriptor & 8) return BAD_HEADER;
  const isSingle = (descriptor & 32) != 0;
  // The size of the window is of no use here.
  if (!isSingle && at++ == srcEnd) return EXHAUSTED;
  const idBytes: usize = (1 << (descriptor & 3)) >> 1;
  if (idBytes > srcEnd - at) return EXHAUSTED;
  if (idBytes != 0 && load<u32>(at) << (32 - 8 * <u32>idBytes) != 0) return DICTIONARY;
  at += idBytes;
  const width = descriptor >> 6;
  const sizeBytes: usize = width == 0 ? <usize>isSingle : 1 << width;
  if (sizeBytes > srcEnd - at) return EXHAUSTED;
  let content: u64 = 0;
  if (sizeBytes != 0) content = (load<u64>(at) << (64 - 8 * sizeBytes)) >> (64 - 8 * sizeBytes);
  if (sizeBytes == 2) content += 256;
  at += sizeBytes;
  if (content > dstEnd - target) return OVERFLOW;
  const frame = target;
  const code = decodeBlocks(srcEnd, dstEnd, scratch);
  if (code < 0) return code;
  if (sizeBytes != 0 && content != target - frame) return WRONG_SIZE;
  if (descriptor & 4) {
    if (srcEnd - at < 4) return EXHAUSTED;
    if (load<u32>(at) != contentChecksum(frame, target - frame)) return BAD_CHECKSUM;
    at += 4;
  }
  return 0;
}

/**
 * Decodes Zstandard frames one behind the other; skippable ones are passed over, checksums checked, dictionaries refused.
 * Needs 64 readable bytes behind the input, 64 writable bytes behind the output and 147,520 bytes of scratch memory.
 * @returns decoded bytes, or a negative code
 */
export function decodeFrames(src: usize, srcLength: usize, dst: usize, dstCapacity: usize, scratch: usize): i32 {
  const srcEnd = src + srcLength;
  const dstEnd = dst + dstCapacity;
  at = src;
  target = dst;
  do {
    if (srcEnd - at < 4) return EXHAUSTED;
    const magic = load<u32>(at);
    at += 4;
    if (magic >> 4 == SKIPPABLE_MAGIC) {
      if (srcEnd - at < 4) return EXHAUSTED;
      const size: usize = load<u32>(at);
      at += 4;
      if (size > srcEnd - at) return EXHAUSTED;
      at += size;
    } else if (magic == MAGIC) {
      const code = decodeFrame(srcEnd, dstEnd, scratch);
      if (code < 0) return code;
    } else return BAD_FRAME;
  } while (at != srcEnd);
  return <i32>(target - dst);
}
