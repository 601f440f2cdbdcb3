import { type Arena, SLACK } from '../core/arena.js';
import type { SourceError } from '../core/errors.js';
import type { Filter } from '../core/storage.js';
import { badChunk, type Kernel } from './codec.js';
import { kindOf } from './filters.js';

/** Decodes chunks of one data set. */
export interface ChunkDecoder {
  /**
   * Undoes every filter but those whose bit in `filterMask` is set.
   * @param input one stored chunk, with 64 readable bytes behind it
   * @param output exactly the bytes of a decoded chunk, with 64 writable bytes behind it; must not overlap `input`
   * @param least decoded bytes of a chunk that is cut at the edge of the array; any other has all of them
   * @throws SourceError `bad-chunk`; the message continues a sentence that begins with the chunk
   */
  decode(input: Uint8Array, filterMask: number, output: Uint8Array, least?: number): void;
}

const ALIGN = 64;

/** What a buffer takes of an arena: itself, its slack and its alignment. */
const taken = (bytes: number) => bytes + SLACK + ALIGN;

/** Most bytes a chunk can have before filter `index` is applied. */
function boundBefore(pipeline: readonly Filter[], index: number, chunkBytes: number): number {
  return pipeline.slice(0, index).reduce((bytes, filter) => kindOf(filter).bound(bytes, filter), chunkBytes);
}

/** Sizes of the buffers between filters: one per step that cannot write to the output itself, two at most. */
function betweenSizes(pipeline: readonly Filter[], chunkBytes: number): number[] {
  const movers = pipeline.flatMap((filter, index) => (kindOf(filter).moves ? [index] : []));
  const isFirstDirect = boundBefore(pipeline, movers[0] ?? 0, chunkBytes) === chunkBytes;
  const between = isFirstDirect ? movers.slice(1) : movers;
  const size = Math.max(0, ...between.map((index) => boundBefore(pipeline, index, chunkBytes)));
  return between.slice(0, 2).map(() => size);
}

/**
 * Bytes of arena that `makeDecoder` takes for chunks of `chunkBytes` decoded bytes; allocates nothing. 0 for a pipeline
 * that nothing here decodes.
 */
export function scratchBytes(pipeline: readonly Filter[], chunkBytes: number): number {
  if (pipeline.some(({ name }) => name === 'unsupported')) return 0;
  const buffers = pipeline.flatMap((filter, index) =>
    kindOf(filter).scratch(filter, boundBefore(pipeline, index, chunkBytes)),
  );
  return [...buffers, ...betweenSizes(pipeline, chunkBytes)].reduce((total, bytes) => total + taken(bytes), 0);
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
  const codecs = pipeline.map((filter, index) =>
    kindOf(filter).make(filter, { chunkBytes: boundBefore(pipeline, index, chunkBytes), elementBytes, arena, kernel }),
  );
  const between = betweenSizes(pipeline, chunkBytes).map((bytes) => arena.bytes(bytes, ALIGN));

  /** Where filter `index` decodes to: the output when no other active filter comes after it. */
  function targetOf(index: number, mask: number, output: Uint8Array, source: Uint8Array): Uint8Array {
    const isLast = !pipeline.some(
      (filter, i) => i < index && !isSkipped(mask, i) && (kindOf(filter).moves || kindOf(filter).bound(1, filter) > 1),
    );
    if (isLast) return output;
    const free = between.find((buffer) => !isSamePlace(buffer, source)) ?? output;
    return free.subarray(0, boundBefore(pipeline, index, chunkBytes));
  }

  return {
    decode(input, filterMask, output, least = chunkBytes) {
      let current = input;
      for (let i = pipeline.length - 1; i >= 0; i--) {
        if (isSkipped(filterMask, i)) continue;
        const target = targetOf(i, filterMask, output, current);
        if (current.length > target.length && pipeline[i]?.name === 'shuffle')
          throw wrongSize(current.length, target.length);
        current = codecs[i]?.(current, target) ?? current;
      }
      if (current.length !== chunkBytes && current.length !== least) throw wrongSize(current.length, chunkBytes);
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
