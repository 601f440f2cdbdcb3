import type { Arena } from '../core/arena.js';
import { DTYPES, type NumericArray, viewOf } from '../core/dtype.js';
import { attachSource } from '../formats/registry.js';
import type { CrewTask } from './crew.js';

/** Where a worker has its frames from. */
export interface Frames {
  /** End of the longest run from `first`, at most `maxFrames` long, that is had at once. */
  blockEnd(first: number, maxFrames: number): number;
  /**
   * Frames `first` to `first + count`, which are those of the batch in `slot` from place `at` on. Valid until the next call.
   *
   * @throws SourceError when they cannot be read
   */
  load(slot: number, at: number, first: number, count: number): NumericArray;
  close(): void;
}

/**
 * Opens the source of a task; there is nothing to open of one whose frames the host puts into the slots.
 *
 * @param ring address of the first slot, in the memory of the arena
 * @throws SourceError
 */
export async function openFrames(task: CrewTask, arena: Arena, ring: number): Promise<Frames> {
  const { room, slotBytes, source, blockFrames, kernel } = task;
  if (room) {
    const { dtype, size, offset } = room;
    const frameBytes = size * DTYPES[dtype].bytes;
    return {
      blockEnd: (first, maxFrames) => first + maxFrames,
      load: (slot, at, _first, count) =>
        viewOf(dtype, arena.memory.buffer, ring + slot * slotBytes + offset + at * frameBytes, count * size),
      close: () => undefined,
    };
  }
  const options = { blockFrames, direct: false, onBadFrame: 'fail', replica: null, kernel } as const;
  const reader = await attachSource(source, arena, options);
  return {
    blockEnd: (first, maxFrames) => reader.blockEnd(first, maxFrames),
    load: (_slot, _at, first, count) => reader.load(first, count),
    close: () => reader.close(),
  };
}
