import { contentChecksum } from './zstd-checksum.js';
import { ZSTD_FAILURES, ZstdStop } from './zstd-failures.js';
import { BLOCK_BYTES, readLiterals, type ZstdHuffman } from './zstd-literals.js';
import { append, type FrameOutput, newSequenceState, runSequences } from './zstd-sequences.js';

const MAGIC = 0xfd2fb528;
/** The lowest four bits of the magic number of a skippable frame are free. */
const SKIPPABLE_MAGIC = 0x184d2a5;

/** A place in the input. */
class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(count: number): Uint8Array {
    if (count > this.#bytes.length - this.#at) throw new ZstdStop('input ends too early');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** The little-endian number of `count` bytes; exact below 2^53. */
  number(count: number): number {
    return this.take(count).reduceRight((value, byte) => value * 256 + byte, 0);
  }
}

interface FrameHeader {
  /** Bytes of the decoded frame; null when the header does not say. */
  readonly contentBytes: number | null;
  readonly hasChecksum: boolean;
}

/** Reads a frame header behind its magic number (RFC 8878, section 3.1.1.1). The size of the window is of no use here. */
function readHeader(cursor: Cursor): FrameHeader {
  const descriptor = cursor.number(1);
  if (descriptor & 8) throw new ZstdStop('bad frame header');
  const isSingle = (descriptor & 32) !== 0;
  if (!isSingle) cursor.take(1);
  if (cursor.number([0, 1, 2, 4][descriptor & 3] ?? 0) !== 0) throw new ZstdStop('needs a dictionary');
  const width = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const contentBytes = width === 0 ? null : cursor.number(width) + (width === 2 ? 256 : 0);
  return { contentBytes, hasChecksum: (descriptor & 4) !== 0 };
}

/** Decodes blocks up to the last one of a frame (RFC 8878, section 3.1.1.2). */
function decodeBlocks(cursor: Cursor, output: FrameOutput): void {
  const state = newSequenceState();
  let code: ZstdHuffman | null = null;
  for (let isLast = 0; !isLast; ) {
    const header = cursor.number(3);
    isLast = header & 1;
    const kind = (header >> 1) & 3;
    const size = header >> 3;
    if (kind === 3 || size > BLOCK_BYTES) throw new ZstdStop('bad block header');
    if (kind === 0) append(output, cursor.take(size));
    else if (kind === 1) append(output, new Uint8Array(size).fill(cursor.number(1)));
    else {
      const block = cursor.take(size);
      const literals = readLiterals(block, code);
      code = literals.code;
      runSequences(block.subarray(literals.used), literals.bytes, state, output);
    }
  }
}

function decodeFrame(cursor: Cursor, bytes: Uint8Array, start: number): number {
  const { contentBytes, hasChecksum } = readHeader(cursor);
  if (contentBytes !== null && contentBytes > bytes.length - start) throw new ZstdStop('more output than expected');
  const output: FrameOutput = { bytes, start, decoded: start };
  decodeBlocks(cursor, output);
  if (contentBytes !== null && contentBytes !== output.decoded - start) {
    throw new ZstdStop('not as long as its header says');
  }
  if (hasChecksum && cursor.number(4) !== contentChecksum(bytes.subarray(start, output.decoded))) {
    throw new ZstdStop('content checksum does not match');
  }
  return output.decoded;
}

/**
 * Decodes Zstandard frames (RFC 8878) one behind the other into `output`, which may be larger than the result. Skippable
 * frames are passed over, checksums are checked, dictionaries refused. The plain reference of the WebAssembly kernel.
 * @returns decoded bytes, or -(k + 1) for entry k of `ZSTD_FAILURES`
 */
export function decodeZstd(input: Uint8Array, output: Uint8Array): number {
  const cursor = new Cursor(input);
  let decoded = 0;
  try {
    do {
      const magic = cursor.number(4);
      if (Math.floor(magic / 16) === SKIPPABLE_MAGIC) cursor.take(cursor.number(4));
      else if (magic === MAGIC) decoded = decodeFrame(cursor, output, decoded);
      else throw new ZstdStop('no Zstandard frame');
    } while (!cursor.isAtEnd);
  } catch (error) {
    if (error instanceof ZstdStop) return -1 - ZSTD_FAILURES.indexOf(error.failure);
    throw error;
  }
  return decoded;
}
