import { instantiate } from '../core/wasm.js';
import { bitshuffleWasm } from './bitshuffle.wasm.js';
import { untransposeBits } from './bitshuffle-blocks.js';
import { type BlockDecoder, blockKernel, EXHAUSTED, WRONG_SIZE } from './block.js';
import { BLOSC_HEADER, type BloscCompressor, type BloscHeader, failBlosc, readBloscHeader } from './blosc-header.js';
import { decodeBlosclz } from './blosclz.js';
import { blosclzWasm } from './blosclz.wasm.js';
import type { Codec, CodecContext } from './codec.js';
import { INFLATE_SCRATCH, makeInflate } from './deflate.js';
import { decodeBlock } from './lz4.js';
import { lz4Wasm } from './lz4.wasm.js';
import { reorderWasm } from './reorder.wasm.js';
import { unshuffle } from './shuffle.js';
import { makeZstdBlock, ZSTD_SCRATCH } from './zstd.js';

/** Bytes that the kernel puts bits back in: 128 elements of up to 8 bytes. */
const COLUMN_BYTES = 1024;

/** Undoes a filter on one block, from one place to another of the same length. */
type Unfilter = (block: Uint8Array, output: Uint8Array, elementBytes: number) => void;

interface Steps {
  readonly decoders: Readonly<Record<BloscCompressor, BlockDecoder>>;
  readonly unshuffle: Unfilter;
  readonly untranspose: Unfilter;
  /** Where a block is decompressed to when a filter has to be undone. */
  readonly scratch: Uint8Array;
}

/** Sizes of the buffers that `makeBlosc` takes of the arena: a block may be as large as the chunk. */
export function bloscScratch(chunkBytes: number): readonly number[] {
  return [INFLATE_SCRATCH, ZSTD_SCRATCH, COLUMN_BYTES, chunkBytes];
}

function makeSteps({ arena, kernel, chunkBytes }: CodecContext): Steps {
  const inflate = makeInflate(arena, kernel);
  const zlib: BlockDecoder = (input, output) => inflate(input, output).length;
  const zstd = makeZstdBlock(arena, kernel);
  if (kernel === 'ts') {
    const decoders = { blosclz: decodeBlosclz, lz4: decodeBlock, zlib, zstd };
    return { decoders, unshuffle, untranspose: untransposeBits, scratch: new Uint8Array(chunkBytes) };
  }
  const reorder = instantiate(reorderWasm, arena.memory).unshuffle;
  const untranspose = instantiate(bitshuffleWasm, arena.memory).untransposeBlocks;
  const column = arena.take(COLUMN_BYTES);
  return {
    decoders: {
      blosclz: blockKernel(blosclzWasm, 'decodeBlosclz', arena),
      lz4: blockKernel(lz4Wasm, 'decodeBlock', arena),
      zlib,
      zstd,
    },
    unshuffle: (block, output, size) => reorder?.(block.byteOffset, output.byteOffset, block.length, size),
    untranspose: (block, output, size) =>
      untranspose?.(block.byteOffset, block.length, output.byteOffset, size, block.length, column),
    scratch: arena.bytes(chunkBytes),
  };
}

/** Decompresses the streams of one block, each behind its i32 length; one as long as what it holds is stored raw. */
function decodeStreams(stored: Uint8Array, start: number, decode: BlockDecoder, streams: number, target: Uint8Array) {
  const lengths = new DataView(stored.buffer, stored.byteOffset, stored.length);
  const size = target.length / streams;
  let at = start;
  for (let done = 0; done < target.length; done += size) {
    if (at > stored.length - 4) failBlosc(EXHAUSTED);
    const length = lengths.getUint32(at, true);
    at += 4;
    if (length > stored.length - at) failBlosc(EXHAUSTED);
    const stream = stored.subarray(at, at + length);
    const output = target.subarray(done, done + size);
    if (length === size) output.set(stream);
    else {
      const decoded = decode(stream, output);
      if (decoded !== size) failBlosc(decoded < 0 ? decoded : WRONG_SIZE);
    }
    at += length;
  }
}

/** Puts one block together; bits that were not taken apart, since the elements do not make eights, stay as they are. */
function unfilter({ filter, elementBytes }: BloscHeader, steps: Steps, block: Uint8Array, output: Uint8Array): void {
  const elements = Math.floor(block.length / elementBytes);
  const whole = elements * elementBytes;
  if (filter === 'shuffle') steps.unshuffle(block, output, elementBytes);
  else if (elements === 0 || elements % 8 !== 0) output.set(block);
  else {
    steps.untranspose(block.subarray(0, whole), output, elementBytes);
    output.set(block.subarray(whole), whole);
  }
}

/**
 * Undoes the Blosc filter (HDF5 id 32001): chunks of C-Blosc 1 with any shuffle, compressed with BloscLZ, LZ4, zlib or
 * Zstandard. Takes `bloscScratch(chunkBytes)` of the arena.
 */
export function makeBlosc(context: CodecContext): Codec {
  const steps = makeSteps(context);
  return (input, output) => {
    const header = readBloscHeader(input, Math.min(output.length, steps.scratch.length));
    const { decodedBytes, blockBytes, storedBytes } = header;
    const stored = input.subarray(0, storedBytes);
    const target = output.subarray(0, decodedBytes);
    if (header.isCopied) {
      target.set(stored.subarray(BLOSC_HEADER, BLOSC_HEADER + decodedBytes));
      return target;
    }
    const blocks = Math.ceil(decodedBytes / blockBytes);
    if (blocks > (storedBytes - BLOSC_HEADER) / 4) failBlosc(EXHAUSTED);
    const starts = new DataView(input.buffer, input.byteOffset + BLOSC_HEADER, 4 * blocks);
    const decode = steps.decoders[header.compressor];
    for (let block = 0; block < blocks; block++) {
      const part = target.subarray(block * blockBytes, (block + 1) * blockBytes);
      const streams = part.length === blockBytes ? header.streams : 1;
      const work = header.filter === 'none' ? part : steps.scratch.subarray(0, part.length);
      decodeStreams(stored, starts.getUint32(4 * block, true), decode, streams, work);
      if (work !== part) unfilter(header, steps, work, part);
    }
    return target;
  };
}
