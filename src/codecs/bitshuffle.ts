import { SLACK } from '../core/arena.js';
import { SourceError } from '../core/errors.js';
import type { Filter } from '../core/storage.js';
import { instantiate } from '../core/wasm.js';
import { bitshuffleWasm } from './bitshuffle.wasm.js';
import { blockElementsOf, decodeBlocks, untransposeBits, untransposeBlocks } from './bitshuffle-blocks.js';
import { BLOCK_FAILURES, type BlockDecoder, blockFailure, OVERFLOW } from './block.js';
import { badChunk, type Codec, type CodecContext } from './codec.js';
import { BLOCKS_HEADER, bigEndian, decodeBlock } from './lz4.js';
import { makeZstdBlock, ZSTD_SCRATCH } from './zstd.js';

type Bitshuffle = Extract<Filter, { readonly name: 'bitshuffle' }>;

/** Bytes that the kernel works in beside a block: 128 elements of up to 8 bytes. */
const COLUMN_BYTES = 1024;

/** Blocks of up to this many bytes are decoded whatever the filter states. */
const USUAL_BLOCK = 65536;

const LARGEST_ELEMENT = 2 ** 24;

/** Decodes blocks `first` to `end`, all without them; returns bytes of the whole chunk, or a code of `BLOCK_FAILURES`. */
type PartDecoder = (input: Uint8Array, output: Uint8Array, first?: number, end?: number) => number;

/** Largest block that is decoded, in bytes. */
function largestBlock({ elementBytes, blockElements }: Bitshuffle, chunkBytes: number): number {
  const stated = elementBytes * blockElementsOf(elementBytes, blockElements);
  return Math.max(USUAL_BLOCK, Math.min(stated, chunkBytes));
}

/** Sizes of the buffers that `makeBitshuffle` takes of the arena. */
export function bitshuffleScratch(filter: Bitshuffle, chunkBytes: number): readonly number[] {
  if (filter.inner === 'none') return [COLUMN_BYTES];
  const block = COLUMN_BYTES + largestBlock(filter, chunkBytes) + SLACK;
  return filter.inner === 'zstd' ? [block, ZSTD_SCRATCH] : [block];
}

function check({ elementBytes, blockElements, inner }: Bitshuffle): void {
  const isBadBlock = inner === 'none' && blockElements % 8 !== 0;
  if (elementBytes >= 1 && elementBytes <= LARGEST_ELEMENT && !isBadBlock) return;
  throw new SourceError(
    'unsupported-filter',
    `The bitshuffle filter states blocks of ${blockElements} elements of ${elementBytes} bytes, which is impossible.`,
    { filter: 'bitshuffle', elementBytes, blockElements },
  );
}

/** The kernel reads and writes up to 64 bytes past its buffers. */
function checkSlack(memory: WebAssembly.Memory, ...buffers: readonly Uint8Array[]): void {
  if (buffers.some((bytes) => bytes.byteOffset + bytes.length + SLACK > memory.buffer.byteLength)) {
    throw new RangeError('bitshuffle needs 64 bytes of slack behind its input and output');
  }
}

/** Blocks in Zstandard, decoded to `scratch` one by one. */
function zstdDecoder(
  filter: Bitshuffle,
  { arena, chunkBytes, kernel }: CodecContext,
  scratch: number,
  untranspose: (block: Uint8Array, output: Uint8Array) => void,
): PartDecoder {
  const steps = {
    elementBytes: filter.elementBytes,
    scratch: new Uint8Array(arena.memory.buffer, scratch, largestBlock(filter, chunkBytes)),
    decode: makeZstdBlock(arena, kernel),
    untranspose,
  };
  return (input, output, first, end) => decodeBlocks(input, output, steps, first, end);
}

function wasmDecoder(filter: Bitshuffle, context: CodecContext): PartDecoder {
  const { arena, chunkBytes } = context;
  const { memory } = arena;
  const { elementBytes } = filter;
  const run = instantiate(bitshuffleWasm, memory);
  const [size = 0] = bitshuffleScratch(filter, chunkBytes);
  const scratch = arena.take(size);
  const blockBytes = elementBytes * blockElementsOf(elementBytes, filter.blockElements);
  if (filter.inner === 'none') {
    return (input, output) => {
      if (input.length > output.length) return OVERFLOW;
      checkSlack(memory, input, output);
      // A stated block may have more bytes than an address has bits for.
      const block = Math.min(blockBytes, input.length);
      run.untransposeBlocks?.(input.byteOffset, input.length, output.byteOffset, elementBytes, block, scratch);
      return input.length;
    };
  }
  if (filter.inner === 'zstd') {
    return zstdDecoder(filter, context, scratch + COLUMN_BYTES, (block, output) => {
      run.untransposeBlocks?.(block.byteOffset, block.length, output.byteOffset, elementBytes, block.length, scratch);
    });
  }
  return (input, output, first = 0, end = 2 ** 32 - 1) => {
    checkSlack(memory, input, output);
    const [from, to] = [input.byteOffset, output.byteOffset];
    const code =
      run.decodeLz4Part?.(from, input.length, to, output.length, elementBytes, scratch, size, first, end) ?? 0;
    // More than 2 GiB come back as a negative number, too.
    return code < -BLOCK_FAILURES.length ? code >>> 0 : code;
  };
}

function plainDecoder(filter: Bitshuffle, decode: BlockDecoder, chunkBytes: number): PartDecoder {
  const { elementBytes } = filter;
  const blockBytes = elementBytes * blockElementsOf(elementBytes, filter.blockElements);
  if (filter.inner === 'none') {
    return (input, output) => {
      if (input.length > output.length) return OVERFLOW;
      untransposeBlocks(input, output, elementBytes, blockBytes);
      return input.length;
    };
  }
  const scratch = new Uint8Array(largestBlock(filter, chunkBytes));
  const untranspose = (block: Uint8Array, output: Uint8Array) => untransposeBits(block, output, elementBytes);
  return (input, output, first, end) =>
    decodeBlocks(input, output, { elementBytes, scratch, decode, untranspose }, first, end);
}

function partDecoder(filter: Bitshuffle, context: CodecContext): PartDecoder {
  check(filter);
  if (context.kernel === 'wasm') return wasmDecoder(filter, context);
  const decode = filter.inner === 'zstd' ? makeZstdBlock(context.arena, 'ts') : decodeBlock;
  return plainDecoder(filter, decode, context.chunkBytes);
}

function checked(code: number): number {
  if (code >= 0) return code;
  const reason = blockFailure(code);
  throw badChunk(`does not decode as bitshuffle: ${reason}`, { filter: 'bitshuffle', reason });
}

/** Undoes bitshuffle (HDF5 filter 32008). Takes `bitshuffleScratch` of the arena. @throws SourceError `unsupported-filter` */
export function makeBitshuffle(filter: Bitshuffle, context: CodecContext): Codec {
  const decode = partDecoder(filter, context);
  return (input, output) => output.subarray(0, checked(decode(input, output)));
}

/** A chunk that several workers decode together, each some of its blocks. */
export interface BitshuffleParts {
  /** Bytes that a block decodes to, and their number; a chunk has at least one. */
  layout(input: Uint8Array): { readonly blockBytes: number; readonly blocks: number };
  /**
   * Decodes blocks `first` to `end` of a chunk. Whoever decodes the last block also writes the elements behind it that fill
   * no block of eight. Lengths of blocks before `first` are gone over, their bytes are not.
   * @param output place of the whole chunk, of which only those blocks are written, nothing beyond: workers may share it
   * @returns the part of `output` that was written
   * @throws SourceError `bad-chunk`, also when the whole chunk would not have the bytes of `output`
   */
  decode(input: Uint8Array, output: Uint8Array, first: number, end: number): Uint8Array;
}

/**
 * Decoder of blocks of chunks in bitshuffle with LZ4 or Zstandard, for `--split inside`: worker r of n takes blocks r B / n to (r + 1) B / n,
 * rounded down, of B. Takes `bitshuffleScratch` of the arena.
 */
export function makeBitshuffleParts(
  filter: Bitshuffle & { readonly inner: 'lz4' | 'zstd' },
  context: CodecContext,
): BitshuffleParts {
  const decode = partDecoder(filter, context);
  const eight = 8 * filter.elementBytes;

  function layout(input: Uint8Array) {
    const total = input.length < BLOCKS_HEADER ? 0 : bigEndian(input, 0, 8);
    const blockBytes = input.length < BLOCKS_HEADER ? 0 : bigEndian(input, 8, 4);
    const isWhole = blockBytes > 0 && blockBytes % eight === 0;
    return { blockBytes, blocks: isWhole ? Math.max(1, Math.ceil((total - (total % eight)) / blockBytes)) : 1 };
  }

  return {
    layout,
    decode(input, output, first, end) {
      const { blockBytes, blocks } = layout(input);
      const total = checked(decode(input, output, first, end));
      if (total !== output.length) {
        throw badChunk(`decodes to ${total} bytes instead of ${output.length}`, {
          decodedBytes: total,
          expectedBytes: output.length,
        });
      }
      return output.subarray(Math.min(total, first * blockBytes), end >= blocks ? total : end * blockBytes);
    },
  };
}
