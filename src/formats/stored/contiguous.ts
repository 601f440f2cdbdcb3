import type { Arena } from '../../core/arena.js';
import { fetchBytes } from '../../core/blocks.js';
import type { NumericArray } from '../../core/dtype.js';
import type { FrameReader, ReadOptions, ReadStatistics, SourceHandle } from '../../core/source.js';
import { product } from '../../core/stack.js';
import type { ContiguousLayout } from '../../core/storage.js';
import { makeElementStep } from './elements.js';
import { StoredFiles } from './files.js';

/**
 * Frames that lie one behind the other in a file: one positional read a block, straight into the memory the operator
 * computes in. They are copied only when the file puts them at an address their element type cannot have.
 */
export function openContiguous(
  handle: Extract<SourceHandle, { kind: 'stored' }>,
  layout: ContiguousLayout,
  arena: Arena,
  options: ReadOptions,
): FrameReader {
  const { storage, stack } = handle;
  const { type } = storage;
  const pixels = product(stack.frameShape);
  const bytes = pixels * type.bytes;
  const statistics: ReadStatistics = { readSeconds: 0, decodeSeconds: 0, bytes: 0, badFrames: new Set() };
  const files = new StoredFiles(
    storage.files,
    options.replica,
    options.direct,
    arena,
    fetchBytes(handle, options.blockFrames),
    statistics,
  );
  const convert = makeElementStep(type, options.blockFrames * pixels, arena, options.kernel);
  const packed = layout.frameStride === bytes;
  const aside = packed && !options.direct ? null : arena.bytes(options.blockFrames * bytes);

  function load(first: number, count: number): NumericArray {
    const fetched = files.fetch(
      layout.file,
      layout.offset + first * layout.frameStride,
      count * layout.frameStride - (layout.frameStride - bytes),
    );
    const started = performance.now();
    let frames = fetched;
    if (!packed && aside) {
      for (let k = 0; k < count; k++) {
        aside.set(fetched.subarray(k * layout.frameStride, k * layout.frameStride + bytes), k * bytes);
      }
      frames = aside.subarray(0, count * bytes);
    } else if (fetched.byteOffset % type.bytes !== 0 && aside) {
      aside.set(fetched);
      frames = aside.subarray(0, count * bytes);
    }
    const result = convert(frames);
    statistics.decodeSeconds += (performance.now() - started) / 1000;
    return result;
  }

  return {
    statistics,
    load,
    blockEnd: (first, maxFrames) => first + maxFrames,
    expect: (first, count) => {
      const start = layout.offset + first * layout.frameStride;
      files.expect(layout.file, start, start + count * layout.frameStride);
    },
    close: () => files.close(),
  };
}
