import { BAD_BLOCK, type BlockDecoder, EXHAUSTED, OVERFLOW, WRONG_SIZE } from './block.js';
import { BLOCKS_HEADER, bigEndian } from './lz4.js';

/** Elements that a block is made of at least, when nothing is stated. */
const LEAST_BLOCK = 128;

/** Elements of a block: bitshuffle's own choice is what fits 8 KiB, in eights. @param stated 0 for that choice */
export function blockElementsOf(elementBytes: number, stated: number): number {
  return stated > 0 ? stated : Math.max(LEAST_BLOCK, Math.floor(8192 / elementBytes / 8) * 8);
}

/** Transposes the bits of a block of whole eights: plane 8 b + k holds bit k of byte b of every element. */
export function transposeBits(input: Uint8Array, output: Uint8Array, elementBytes: number): void {
  const plane = input.length / elementBytes / 8;
  output.subarray(0, input.length).fill(0);
  for (let i = 0; i < input.length; i++) {
    const element = Math.floor(i / elementBytes);
    const first = 8 * (i % elementBytes) * plane + (element >> 3);
    const byte = input[i] ?? 0;
    for (let k = 0; k < 8; k++) {
      const at = first + k * plane;
      output[at] = (output[at] ?? 0) | (((byte >> k) & 1) << (element & 7));
    }
  }
}

/** Undoes `transposeBits`. */
export function untransposeBits(input: Uint8Array, output: Uint8Array, elementBytes: number): void {
  const plane = input.length / elementBytes / 8;
  for (let i = 0; i < input.length; i++) {
    const element = Math.floor(i / elementBytes);
    const first = 8 * (i % elementBytes) * plane + (element >> 3);
    let byte = 0;
    for (let k = 0; k < 8; k++) byte |= (((input[first + k * plane] ?? 0) >> (element & 7)) & 1) << k;
    output[i] = byte;
  }
}

/** How the blocks of a chunk are decoded and their bits put back. */
export interface BlockSteps {
  readonly elementBytes: number;
  /** What a block decodes to; what does not fit is an impossible block. */
  readonly scratch: Uint8Array;
  readonly decode: BlockDecoder;
  /** Undoes the transposition of one block. */
  readonly untranspose: (block: Uint8Array, output: Uint8Array) => void;
}

/**
 * Decodes blocks `first` to `end` of a chunk with compressed blocks: u64 total, u32 bytes of a block, then each block
 * behind its u32 length, all big-endian; the last elements, fewer than eight, are raw and go with the last block.
 * @param output place of the whole chunk, of which only these blocks are written
 * @returns bytes of the whole chunk, or a code of `BLOCK_FAILURES`
 */
export function decodeBlocks(
  input: Uint8Array,
  output: Uint8Array,
  steps: BlockSteps,
  first = 0,
  end = Number.POSITIVE_INFINITY,
): number {
  const { elementBytes, scratch } = steps;
  if (input.length < BLOCKS_HEADER) return EXHAUSTED;
  const total = bigEndian(input, 0, 8);
  const block = bigEndian(input, 8, 4);
  if (total > output.length) return OVERFLOW;
  if (total % elementBytes !== 0) return WRONG_SIZE;
  if (block === 0 || block % (8 * elementBytes) !== 0 || Math.min(block, total) > scratch.length) return BAD_BLOCK;
  const rest = total % (8 * elementBytes);
  const eights = total - rest;
  let at = BLOCKS_HEADER;
  let decoded = 0;
  for (let index = 0; decoded < eights && index < end; index++) {
    if (input.length - at < 4) return EXHAUSTED;
    const stored = bigEndian(input, at, 4);
    at += 4;
    if (stored > input.length - at) return EXHAUSTED;
    const size = Math.min(block, eights - decoded);
    if (index >= first) {
      const target = scratch.subarray(0, size);
      const bytes = steps.decode(input.subarray(at, at + stored), target);
      if (bytes < 0) return bytes;
      if (bytes !== size) return WRONG_SIZE;
      steps.untranspose(target, output.subarray(decoded, decoded + size));
    }
    at += stored;
    decoded += size;
  }
  if (decoded === eights && first < end) {
    if (rest > input.length - at) return EXHAUSTED;
    output.set(input.subarray(at, at + rest), eights);
  }
  return total;
}

/** Undoes the transposition of blocks of `blockBytes` that are not compressed; elements that fill no eight stay. */
export function untransposeBlocks(
  input: Uint8Array,
  output: Uint8Array,
  elementBytes: number,
  blockBytes: number,
): void {
  const eights = input.length - (input.length % (8 * elementBytes));
  for (let at = 0; at < eights; at += blockBytes) {
    const end = Math.min(eights, at + blockBytes);
    untransposeBits(input.subarray(at, end), output.subarray(at, end), elementBytes);
  }
  output.set(input.subarray(eights), eights);
}
