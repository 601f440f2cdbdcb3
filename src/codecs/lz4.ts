import type { Arena } from '../core/arena.js';
import { BAD_BLOCK, blockCodec, blockKernel, EXHAUSTED, OVERFLOW, TOO_FAR, WRONG_SIZE } from './block.js';
import type { Codec, Kernel } from './codec.js';
import { lz4Wasm } from './lz4.wasm.js';

/** Bytes before the blocks of a chunk: u64 total, u32 bytes of a block. */
export const BLOCKS_HEADER = 12;

/** The big-endian number of `count` bytes; exact below 2^53. */
export function bigEndian(bytes: Uint8Array, at: number, count: number): number {
  return bytes.subarray(at, at + count).reduce((value, byte) => value * 256 + byte, 0);
}

/**
 * Decodes one LZ4 block (LZ4 Block Format Description): sequences of literals and a match, the last without a match. The
 * plain reference of the WebAssembly kernel.
 * @returns decoded bytes, or a code of `BLOCK_FAILURES`
 */
export function decodeBlock(input: Uint8Array, output: Uint8Array): number {
  let at = 0;
  let decoded = 0;

  /** A length whose first four bits are `nibble`: 15 goes on over bytes as long as they are 255. */
  function lengthOf(nibble: number): number {
    let length = nibble;
    for (let more = nibble === 15 ? 255 : 0; more === 255; length += more) {
      if (at === input.length) return EXHAUSTED;
      more = input[at++] ?? 0;
    }
    return length;
  }

  for (;;) {
    if (at === input.length) return EXHAUSTED;
    const token = input[at++] ?? 0;
    const literals = lengthOf(token >> 4);
    if (literals < 0 || literals > input.length - at) return EXHAUSTED;
    if (literals > output.length - decoded) return OVERFLOW;
    output.set(input.subarray(at, at + literals), decoded);
    at += literals;
    decoded += literals;
    if (at === input.length) return decoded;
    if (input.length - at < 2) return EXHAUSTED;
    const distance = (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8);
    at += 2;
    if (distance === 0 || distance > decoded) return TOO_FAR;
    const length = lengthOf(token & 15) + 4;
    if (length < 4) return EXHAUSTED;
    if (length > output.length - decoded) return OVERFLOW;
    for (const end = decoded + length; decoded < end; decoded++) output[decoded] = output[decoded - distance] ?? 0;
  }
}

/**
 * Decodes a chunk of the HDF5 filter 32004: u64 total, u32 bytes of a block, then each block behind its u32 length, all
 * big-endian; a block as long as what it decodes to is stored as it is. The plain reference of the WebAssembly kernel.
 * @returns decoded bytes, or a code of `BLOCK_FAILURES`
 */
export function decodeHdf5(input: Uint8Array, output: Uint8Array): number {
  if (input.length < BLOCKS_HEADER) return EXHAUSTED;
  const total = bigEndian(input, 0, 8);
  const block = bigEndian(input, 8, 4);
  if (total > output.length) return OVERFLOW;
  if (block === 0 && total > 0) return BAD_BLOCK;
  for (let at = BLOCKS_HEADER, decoded = 0; decoded < total; ) {
    if (input.length - at < 4) return EXHAUSTED;
    const stored = bigEndian(input, at, 4);
    at += 4;
    if (stored > input.length - at) return EXHAUSTED;
    const source = input.subarray(at, at + stored);
    const target = output.subarray(decoded, Math.min(total, decoded + block));
    if (stored === target.length) target.set(source);
    else {
      const bytes = decodeBlock(source, target);
      if (bytes < 0) return bytes;
      if (bytes !== target.length) return WRONG_SIZE;
    }
    at += stored;
    decoded += target.length;
  }
  return total;
}

/** Undoes HDF5's LZ4 filter (id 32004). */
export function makeLz4(arena: Arena, kernel: Kernel): Codec {
  return blockCodec('lz4', 'LZ4', kernel === 'wasm' ? blockKernel(lz4Wasm, 'decodeHdf5', arena) : decodeHdf5);
}
