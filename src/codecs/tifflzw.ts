import type { Arena } from '../core/arena.js';
import { BAD_CODE, blockCodec, blockKernel, EXHAUSTED } from './block.js';
import type { Codec, Kernel } from './codec.js';
import { tifflzwWasm } from './tifflzw.wasm.js';

const CLEAR = 256;
const END = 257;
const FIRST = 258;
const TABLE = 4096;

/** Bytes the kernel needs in the arena for its table of strings. */
export const TIFF_LZW_SCRATCH = 8 * TABLE;

/**
 * Decodes the LZW of TIFF (TIFF 6.0, section 13): codes of 9 to 12 bits, highest bit first, wider one code early; a full
 * table stays as it is until it is cleared. Decoding ends at the end code or when `output` is full. A stream must begin
 * with a clear code, which those of TIFF before 5.0 (lowest bit first) never do. The plain reference of the WebAssembly
 * kernel.
 * @returns decoded bytes, or a code of `BLOCK_FAILURES`
 */
export function decodeTiffLzw(input: Uint8Array, output: Uint8Array): number {
  // A string is the one before it with one byte more, and both were written one behind the other.
  const starts = new Uint32Array(TABLE);
  const sizes = new Uint32Array(TABLE);
  let at = 0;
  let decoded = 0;
  let bits = 0;
  let held = 0;
  let width = 9;
  let next = FIRST;
  let before = 0;
  let beforeSize = 0;
  let isStarted = false;
  while (decoded < output.length) {
    while (held < width) {
      if (at === input.length) return EXHAUSTED;
      bits = ((bits << 8) | (input[at++] ?? 0)) & 0xfffff;
      held += 8;
    }
    held -= width;
    const code = (bits >> held) & ((1 << width) - 1);
    if (code === CLEAR) {
      isStarted = true;
      width = 9;
      next = FIRST;
      beforeSize = 0;
      continue;
    }
    if (!isStarted) return BAD_CODE;
    if (code === END) break;
    if (beforeSize > 0 && next < TABLE) {
      starts[next] = before;
      sizes[next++] = beforeSize + 1;
      if (next === (1 << width) - 1 && width < 12) width++;
    }
    before = decoded;
    if (code < 256) {
      output[decoded++] = code;
      beforeSize = 1;
      continue;
    }
    if (code >= next) return BAD_CODE;
    beforeSize = sizes[code] ?? 0;
    let from = starts[code] ?? 0;
    const end = Math.min(decoded + beforeSize, output.length);
    while (decoded < end) output[decoded++] = output[from++] ?? 0;
  }
  return decoded;
}

/** Undoes the LZW compression of TIFF strips and tiles. Takes `TIFF_LZW_SCRATCH` bytes of the arena. */
export function makeTiffLzw(arena: Arena, kernel: Kernel): Codec {
  if (kernel === 'ts') return blockCodec('tiff-lzw', 'TIFF LZW', decodeTiffLzw);
  const decode = blockKernel(tifflzwWasm, 'decodeTiffLzw', arena, arena.take(TIFF_LZW_SCRATCH));
  return blockCodec('tiff-lzw', 'TIFF LZW', decode);
}
