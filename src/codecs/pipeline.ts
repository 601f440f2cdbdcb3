import { type Arena, SLACK } from '../core/arena.js';
import { SourceError } from '../core/errors.js';
import type { Filter } from '../core/storage.js';
import { badChunk, type Codec, type Kernel } from './codec.js';
import { INFLATE_SCRATCH, makeInflate } from './deflate.js';
import { makeFletcher32 } from './fletcher32.js';
import { makeUnshuffle } from './shuffle.js';

/** Decodes chunks of one data set. */
export interface ChunkDecoder {
  /**
   * Undoes every filter but those whose bit in `filterMask` is set.
   * @param input one stored chunk, with 64 readable bytes behind it
   * @param output exactly the bytes of a decoded chunk, with 64 writable bytes behind it; must not overlap `input`
   * @throws SourceError `bad-chunk`; the message continues a sentence that begins with the chunk
   */
  decode(input: Uint8Array, filterMask: number, output: Uint8Array): void;
}

const ALIGN = 64;

/** What a buffer takes of an arena: itself, its slack and its alignment. */
const taken = (bytes: number) => bytes + SLACK + ALIGN;

/** True for a filter that needs a second buffer to decode into. */
function moves(filter: Filter): boolean {
  return filter.name === 'deflate' || filter.name === 'shuffle';
}

/** Most bytes a chunk can have before filter `index` is applied; expanding by 1/8 is more than zlib ever does. */
function boundBefore(pipeline: readonly Filter[], index: number, chunkBytes: number): number {
  let bytes = chunkBytes;
  for (const { name } of pipeline.slice(0, index)) {
    if (name === 'deflate') bytes += (bytes >>> 3) + 64;
    else if (name === 'fletcher32') bytes += 4;
  }
  return bytes;
}

/** Sizes of the buffers between filters: one per step that cannot write to the output itself, two at most. */
function betweenSizes(pipeline: readonly Filter[], chunkBytes: number): number[] {
  const movers = pipeline.flatMap((filter, index) => (moves(filter) ? [index] : []));
  const isLastDirect = !pipeline.slice(0, movers[0] ?? 0).some(({ name }) => name === 'fletcher32');
  const between = isLastDirect ? movers.slice(1) : movers;
  const size = Math.max(0, ...between.map((index) => boundBefore(pipeline, index, chunkBytes)));
  return between.slice(0, 2).map(() => size);
}

/** Bytes of arena that `makeDecoder` takes for chunks of `chunkBytes` decoded bytes; allocates nothing. */
export function scratchBytes(pipeline: readonly Filter[], chunkBytes: number): number {
  const inflaters = pipeline.filter(({ name }) => name === 'deflate').length;
  const between = betweenSizes(pipeline, chunkBytes).reduce((total, bytes) => total + taken(bytes), 0);
  return between + inflaters * taken(INFLATE_SCRATCH);
}

function makeCodec(filter: Filter, elementBytes: number, arena: Arena, kernel: Kernel): Codec {
  switch (filter.name) {
    case 'deflate':
      return makeInflate(arena, kernel);
    case 'shuffle':
      return makeUnshuffle(filter.elementBytes || elementBytes, arena.memory, kernel);
    case 'fletcher32':
      return makeFletcher32(arena.memory, kernel);
    case 'unsupported':
      throw new SourceError(
        'unsupported-filter',
        `Chunks are stored with the filter ${filter.label} (id ${filter.id}), which cannot be decoded here. Store a copy with deflate, shuffle and fletcher32 only.`,
        { filter: filter.label, id: filter.id },
      );
  }
}

/**
 * Makes the decoder of a data set's chunks. Takes `scratchBytes(pipeline, chunkBytes)` of the arena; `kernel` `wasm` wants
 * chunks in the arena's memory, `ts` decodes anywhere. `elementBytes` serves filters that do not state their own.
 * @throws SourceError `unsupported-filter`
 */
export function makeDecoder(
  pipeline: readonly Filter[],
  chunkBytes: number,
  elementBytes: number,
  arena: Arena,
  kernel: Kernel,
): ChunkDecoder {
  const codecs = pipeline.map((filter) => makeCodec(filter, elementBytes, arena, kernel));
  const between = betweenSizes(pipeline, chunkBytes).map((bytes) => arena.bytes(bytes, ALIGN));

  /** Where filter `index` decodes to: the output when no other active filter comes after it. */
  function targetOf(index: number, mask: number, output: Uint8Array, source: Uint8Array): Uint8Array {
    const isLast = !pipeline.some(
      (filter, i) => i < index && !isSkipped(mask, i) && (moves(filter) || filter.name === 'fletcher32'),
    );
    if (isLast) return output;
    const free = between.find((buffer) => !isSamePlace(buffer, source)) ?? output;
    return free.subarray(0, boundBefore(pipeline, index, chunkBytes));
  }

  return {
    decode(input, filterMask, output) {
      let current = input;
      for (let i = pipeline.length - 1; i >= 0; i--) {
        if (isSkipped(filterMask, i)) continue;
        const target = targetOf(i, filterMask, output, current);
        if (current.length > target.length && pipeline[i]?.name === 'shuffle')
          throw wrongSize(current.length, target.length);
        current = codecs[i]?.(current, target) ?? current;
      }
      if (current.length !== chunkBytes) throw wrongSize(current.length, chunkBytes);
      if (!isSamePlace(current, output)) output.set(current);
    },
  };
}

function isSamePlace(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteOffset === b.byteOffset && a.buffer === b.buffer;
}

function isSkipped(mask: number, index: number): boolean {
  return index < 32 && ((mask >>> index) & 1) === 1;
}

function wrongSize(bytes: number, expected: number): SourceError {
  return badChunk(`decodes to ${bytes} bytes instead of ${expected}`, { decodedBytes: bytes, expectedBytes: expected });
}
