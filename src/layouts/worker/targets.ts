import { makeEncoder } from '../../codecs/encode.js';
import { allocate, DTYPES, type NumericArray } from '../../core/dtype.js';
import type { CrewOptions, Task } from '../../core/layout.js';
import type { ChunkEntries, SinkPart } from '../../core/sink.js';
import { frameCount, product } from '../../core/stack.js';
import { openSinkPart } from '../../io/sink-part.js';

/** Where the entries of one `each` slot go. Tiles are disjoint, so no two workers ever write the same place. */
export interface EachTarget {
  /** @param first number of the tile's first frame in the stack */
  write(first: number, entries: NumericArray): void;
  flush(): void;
  close(): ChunkEntries | null;
}

function arrayTarget(result: NumericArray, entrySize: number): EachTarget {
  return {
    write: (first, entries) => result.set(entries, first * entrySize),
    flush: () => undefined,
    close: () => null,
  };
}

function sinkTarget(part: SinkPart): EachTarget {
  return {
    write: (first, entries) => part.write(first, entries),
    flush: () => part.flush(),
    close: () => part.close(),
  };
}

/** Result arrays of the `each` slots that stay in memory, null for all other slots: the caller's, when workers can write there. */
export function allocateResults(
  task: Task,
  shared: boolean,
  { into = [] }: Pick<CrewOptions, 'into'>,
): (NumericArray | null)[] {
  const frames = frameCount(task.source.stack);
  return task.slots.map(({ slot }, i) => {
    if (slot.kind !== 'each' || task.destinations[i]) return null;
    const given = into[i];
    if (given && (!shared || given.buffer instanceof SharedArrayBuffer)) return given;
    return allocate(slot.dtype, frames * product(slot.shape), shared);
  });
}

/** One worker's way to each slot: the result array itself, or its own open end of the file. */
export function openTargets(task: Task, results: readonly (NumericArray | null)[]): (EachTarget | null)[] {
  return task.slots.map(({ slot }, i) => {
    const result = results[i];
    if (result) return arrayTarget(result, product(slot.shape));
    const ref = task.destinations[i];
    if (!ref) return null;
    const encode =
      ref.kind === 'chunks' ? makeEncoder(ref.codec, DTYPES[slot.dtype].bytes) : (frame: Uint8Array) => frame;
    return sinkTarget(openSinkPart(ref, encode));
  });
}
