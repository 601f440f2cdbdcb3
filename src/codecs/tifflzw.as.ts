// Decodes the LZW of TIFF (TIFF 6.0, section 13): codes of 9 to 12 bits, highest bit first.
//
// A string of the table is the one before it with one byte more, and both were written one behind the other, so an entry
// is a place in the output (low 32 bits) and a length (high 32 bits). A length is at most the number of entries.
import { BAD_CODE, EXHAUSTED } from './_failures.as';
import { copyMatch } from './_match.as';

const CLEAR: u32 = 256;
const END: u32 = 257;
const FIRST: u32 = 258;
const TABLE: u32 = 4096;

/**
 * Decodes `length` bytes at `source` to at most `capacity` at `target`, where decoding ends; 64 bytes of slack behind both
 * and 32,768 bytes of scratch memory at `table`.
 * @returns decoded bytes, or a negative code
 */
export function decodeTiffLzw(source: usize, length: usize, target: usize, capacity: usize, table: usize): i32 {
  const srcEnd = source + length;
  const dstEnd = target + capacity;
  let src = source;
  let dst = target;
  let bits: u64 = 0;
  let held: u32 = 0;
  let width: u32 = 9;
  let next: u32 = FIRST;
  // Where the string of the code before was written, and its length; 0 after a clear code.
  let before: usize = 0;
  let beforeSize: u32 = 0;
  let isStarted = false;
  while (dst < dstEnd) {
    while (held < width) {
      if (src == srcEnd) return EXHAUSTED;
      bits = (bits << 8) | load<u8>(src++);
      held += 8;
    }
    held -= width;
    const code = <u32>(bits >> held) & ((1 << width) - 1);
    if (code == CLEAR) {
      isStarted = true;
      width = 9;
      next = FIRST;
      beforeSize = 0;
      continue;
    }
    if (!isStarted) return BAD_CODE;
    if (code == END) break;
    if (beforeSize != 0 && next < TABLE) {
      store<u64>(table + (<usize>next << 3), (<u64>(beforeSize + 1) << 32) | <u64>before);
      next++;
      // The width grows one code early.
      if (next == (1 << width) - 1 && width < 12) width++;
    }
    const at = dst;
    if (code < 256) {
      store<u8>(dst++, <u8>code);
      beforeSize = 1;
    } else {
      if (code >= next) return BAD_CODE;
      const entry = load<u64>(table + (<usize>code << 3));
      beforeSize = <u32>(entry >> 32);
      const size = min<usize>(beforeSize, dstEnd - dst);
      copyMatch(dst, dst - <usize>(<u32>entry), size);
      dst += size;
    }
    before = at;
  }
  return <i32>(dst - target);
}
