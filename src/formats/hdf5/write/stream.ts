import { SinkError } from '../../../core/errors.js';
import type { ChunkEntries, SinkRef, StreamOptions, StreamSink } from '../../../core/sink.js';
import { formatBytes } from '../../../core/size.js';
import { frameBytes, frameCount, fullShape, type Stack, stackBytes } from '../../../core/stack.js';
import { OutputFile } from '../../../io/output.js';
import { describe, rootGroup } from './described.js';
import { DATA_ALIGNMENT } from './results.js';
import { makeStructure } from './structure.js';
import type { Placement, StoredChunks } from './tree.js';

/** Sizes of chunks are 32 bits wide. */
const LARGEST_CHUNK = 2 ** 32 - 1;

/** Chunks written at known offsets: one per frame, in frame order. */
function framesInOrder(stack: Stack): StoredChunks {
  const [count, bytes] = [frameCount(stack), frameBytes(stack)];
  const index = Float64Array.from({ length: count }, (_, i) => i);
  return { index, offset: index.map((i) => DATA_ALIGNMENT + i * bytes), size: new Float64Array(count).fill(bytes) };
}

/** The entries of all workers in frame order; of a frame written twice the last one counts. */
function mergeEntries(stack: Stack, entries: readonly ChunkEntries[]): StoredChunks {
  const count = frameCount(stack);
  const offset = new Float64Array(count).fill(-1);
  const size = new Float64Array(count);
  for (const part of entries) {
    part.index.forEach((frame, i) => {
      offset[frame] = part.offset[i] ?? -1;
      size[frame] = part.size[i] ?? 0;
    });
  }
  const index = Float64Array.from(offset.keys()).filter((frame) => (offset[frame] ?? -1) >= 0);
  return { index, offset: index.map((frame) => offset[frame] ?? 0), size: index.map((frame) => size[frame] ?? 0) };
}

/**
 * Starts an HDF5 file whose data set `/data` many workers write at once. With a codec every frame is one chunk, appended
 * where there is room; else frames lie one behind the other from byte 4096 on, as chunks when `chunked` says so.
 * A compressed frame that is never written reads as zeros.
 *
 * @throws SinkError as `OutputFile.create`, and when the disk cannot hold the data
 */
export function createHdf5Stream(path: string, stack: Stack, options: StreamOptions): StreamSink {
  const { codec } = options;
  const size = frameBytes(stack);
  if (size > LARGEST_CHUNK && (options.chunked || codec.name !== 'none')) {
    throw new SinkError(
      'chunk-too-large',
      `A frame of ${formatBytes(size)} cannot be one HDF5 chunk: those end at 4 GiB. Write without chunks.`,
    );
  }
  const file = OutputFile.create(path, { overwrite: options.overwrite });
  const end = new BigInt64Array(new SharedArrayBuffer(8));
  end[0] = BigInt(DATA_ALIGNMENT);
  const ref: SinkRef =
    codec.name !== 'none'
      ? { kind: 'chunks', path: file.partial, end, frameBytes: size, codec }
      : { kind: 'region', path: file.partial, offset: DATA_ALIGNMENT, frameBytes: size };
  try {
    if (ref.kind === 'region') {
      file.reserve(DATA_ALIGNMENT + stackBytes(stack));
      file.resize(DATA_ALIGNMENT + stackBytes(stack));
    }
  } catch (error) {
    file.abort();
    throw error;
  }

  function placement(entries: readonly ChunkEntries[]): Placement {
    const chunkShape = [...stack.stackShape.map(() => 1), ...stack.frameShape];
    if (codec.name !== 'none') {
      return { kind: 'chunked', chunkShape, codec, chunks: mergeEntries(stack, entries) };
    }
    if (options.chunked) return { kind: 'chunked', chunkShape, codec: null, chunks: framesInOrder(stack) };
    return { kind: 'contiguous', offset: DATA_ALIGNMENT, bytes: stackBytes(stack) };
  }

  return {
    stack,
    ref,
    async commit(entries, provenance) {
      try {
        const base = ref.kind === 'chunks' ? Number(Atomics.load(end, 0)) : DATA_ALIGNMENT + stackBytes(stack);
        const array = {
          name: 'data',
          shape: fullShape(stack),
          axes: stack.axes,
          unit: '',
          label: 'data',
          dtype: stack.dtype,
        };
        const described = describe(array, stack.frameShape.length, placement(entries), provenance);
        const { superblock, body } = makeStructure(rootGroup([described], ['data'], provenance), base);
        file.write(body, base);
        file.write(superblock, 0);
        file.commit();
      } catch (error) {
        file.abort();
        throw error;
      }
    },
    abort: () => file.abort(),
  };
}
