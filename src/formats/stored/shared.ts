import { type BitshuffleParts, makeBitshuffleParts } from '../../codecs/bitshuffle.js';
import type { Kernel } from '../../codecs/codec.js';
import type { Arena } from '../../core/arena.js';
import { chunkBytes } from '../../core/blocks.js';
import type { Storage } from '../../core/storage.js';
import type { Member } from '../../core/team.js';

/** Decodes this member's share of one chunk to its place among the others' shares. */
export type DecodeShare = (input: Uint8Array, output: Uint8Array) => void;

/** Null for codecs whose chunks are one piece, and for teams of one. Takes the arena space of one more decoder. */
export function shareDecoder(
  storage: Storage,
  arena: Arena,
  kernel: Kernel,
  { rank, size }: Member,
): DecodeShare | null {
  const [filter, ...others] = storage.pipeline;
  if (size === 1 || filter?.name !== 'bitshuffle' || filter.inner !== 'lz4' || others.length > 0) return null;
  const context = { chunkBytes: chunkBytes(storage), elementBytes: storage.type.bytes, arena, kernel };
  const parts: BitshuffleParts = makeBitshuffleParts({ ...filter, inner: 'lz4' }, context);
  return (input, output) => {
    const { blocks } = parts.layout(input);
    parts.decode(input, output, Math.floor((blocks * rank) / size), Math.floor((blocks * (rank + 1)) / size));
  };
}

/** Which of `count` chunks, one behind the other, this member decodes: from, to. */
export function chunkShare(count: number, { rank, size }: Member): readonly [number, number] {
  return [Math.floor((count * rank) / size), Math.floor((count * (rank + 1)) / size)];
}
