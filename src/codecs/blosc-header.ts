import { BAD_BLOCK, blockFailure, EXHAUSTED, OVERFLOW } from './block.js';
import { badChunk } from './codec.js';

/** Bytes before the places of the blocks. */
export const BLOSC_HEADER = 16;

/** What the streams of a chunk are compressed with, by their number in the header. */
const COMPRESSORS = ['blosclz', 'lz4', 'snappy', 'zlib', 'zstd'] as const;

export type BloscCompressor = Exclude<(typeof COMPRESSORS)[number], 'snappy'>;

const VERSION = 2;

/** Version of the stream of each compressor; there has been no other. */
const STREAM_VERSION = 1;

const SHUFFLED = 1;
const COPIED = 2;
const BIT_SHUFFLED = 4;
const NOT_SPLIT = 16;

/** A block is split into one stream for each byte of an element when that leaves streams of a certain size. */
const MOST_STREAMS = 16;
const LEAST_STREAM = 128;

/** The header of a chunk of C-Blosc 1. */
export interface BloscHeader {
  readonly compressor: BloscCompressor;
  /** The elements are stored as they are, right behind the header. */
  readonly isCopied: boolean;
  readonly elementBytes: number;
  /** What is undone on each block after decompressing it. */
  readonly filter: 'none' | 'shuffle' | 'bitshuffle';
  /** Streams of every block but a last shorter one, which has one. */
  readonly streams: number;
  readonly decodedBytes: number;
  readonly blockBytes: number;
  /** Of the whole chunk, header included. */
  readonly storedBytes: number;
}

/** @returns never: the chunk is no Blosc chunk, for a code of `BLOCK_FAILURES` or a reason in words */
export function failBlosc(reason: number | string): never {
  const text = typeof reason === 'string' ? reason : blockFailure(reason);
  throw badChunk(`does not decode as Blosc: ${text}`, { filter: 'blosc', reason: text });
}

function compressorOf(format: number): BloscCompressor {
  const compressor = COMPRESSORS[format] ?? failBlosc(`unknown compressor ${format}`);
  if (compressor === 'snappy') {
    throw badChunk('is stored by Blosc with snappy, which cannot be decoded here', { filter: 'blosc', compressor });
  }
  return compressor;
}

/**
 * Reads and checks the header of a chunk that may decode to `capacity` bytes.
 * @throws SourceError `bad-chunk`, also for chunks of Blosc2 and those compressed with snappy
 */
export function readBloscHeader(input: Uint8Array, capacity: number): BloscHeader {
  if (input.length < BLOSC_HEADER) failBlosc(EXHAUSTED);
  const view = new DataView(input.buffer, input.byteOffset, BLOSC_HEADER);
  const version = view.getUint8(0);
  if (version > VERSION) {
    throw badChunk(`is stored with Blosc2 (version ${version} of the format), which cannot be decoded here`, {
      filter: 'blosc',
      version,
    });
  }
  if (version !== VERSION) failBlosc(`unknown version ${version}`);
  const streamVersion = view.getUint8(1);
  if (streamVersion !== STREAM_VERSION) failBlosc(`unknown version ${streamVersion} of its streams`);
  const flags = view.getUint8(2);
  const elementBytes = view.getUint8(3);
  const decodedBytes = view.getUint32(4, true);
  const blockBytes = view.getUint32(8, true);
  const storedBytes = view.getUint32(12, true);
  const compressor = compressorOf(flags >> 5);
  if (elementBytes === 0) failBlosc('elements of 0 bytes');
  if (decodedBytes > capacity) failBlosc(OVERFLOW);
  if (storedBytes > input.length || storedBytes < BLOSC_HEADER) failBlosc(EXHAUSTED);
  const isCopied = (flags & COPIED) !== 0;
  if (isCopied && decodedBytes > storedBytes - BLOSC_HEADER) failBlosc(EXHAUSTED);
  if (decodedBytes > 0 && (blockBytes === 0 || blockBytes > decodedBytes)) failBlosc(BAD_BLOCK);
  const isSplit =
    (flags & NOT_SPLIT) === 0 && elementBytes <= MOST_STREAMS && Math.floor(blockBytes / elementBytes) >= LEAST_STREAM;
  const streams = isSplit ? elementBytes : 1;
  if (!isCopied && blockBytes % streams !== 0) failBlosc(BAD_BLOCK);
  const filter =
    (flags & SHUFFLED) !== 0 && elementBytes > 1 ? 'shuffle' : (flags & BIT_SHUFFLED) !== 0 ? 'bitshuffle' : 'none';
  return { compressor, isCopied, elementBytes, filter, streams, decodedBytes, blockBytes, storedBytes };
}
