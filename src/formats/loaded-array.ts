import { scratchBytes } from '../codecs/pipeline.js';
import { ARENA_BASE, Arena, makeMemory } from '../core/arena.js';
import { chunkBytes } from '../core/blocks.js';
import { allocate, viewOf } from '../core/dtype.js';
import { SourceError } from '../core/errors.js';
import type { LoadedArray } from '../core/operator.js';
import { readerBytes } from '../core/plan.js';
import { formatBytes } from '../core/size.js';
import type { Source } from '../core/source.js';
import { frameCount, fullShape, product, stackBytes } from '../core/stack.js';
import { extensionOf } from '../io/path.js';
import { openNpy } from './npy.js';
import { openNpz } from './npz.js';
import { openStored } from './stored/index.js';

/** Masks and gain maps are small; what is larger than this is a stack, and is read as one. */
const ARRAY_LIMIT = 2 ** 30;

/** What readers align their buffers with. */
const SPARE = 8192;

/** All of a stored or in-memory source in one array, native order. @throws SourceError above 1 GiB */
export function loadArray(source: Source): LoadedArray {
  const { handle, location } = source;
  if (handle.kind === 'memory') {
    const { stack, bytes } = handle;
    const shape = fullShape(stack);
    return { shape, data: viewOf(stack.dtype, bytes.buffer, bytes.byteOffset, product(shape)) };
  }
  if (handle.kind !== 'stored')
    throw new SourceError('not-stored', `${location} is not stored in a file.`, { location });
  const { stack } = handle;
  const bytes = stackBytes(stack);
  if (bytes > ARRAY_LIMIT) {
    throw new SourceError(
      'array-too-large',
      `${location} holds ${formatBytes(bytes)}; an array that is needed whole may have ${formatBytes(ARRAY_LIMIT)}.`,
      { location, bytes },
    );
  }
  const { pipeline, layout } = handle.storage;
  const scratch = layout.kind === 'chunked' ? scratchBytes(pipeline, chunkBytes(handle.storage)) : 0;
  const memory = makeMemory(readerBytes(handle, 1, scratch) + SPARE);
  const arena = new Arena(memory, ARENA_BASE, memory.buffer.byteLength - ARENA_BASE);
  const options = { blockFrames: 1, direct: false, onBadFrame: 'fail', replica: null, kernel: 'ts' } as const;
  const reader = openStored(handle, arena, options);
  try {
    const shape = fullShape(stack);
    const data = allocate(stack.dtype, product(shape));
    const pixels = product(stack.frameShape);
    for (let i = 0; i < frameCount(stack); i++) data.set(reader.load(i, 1), i * pixels);
    return { shape, data };
  } finally {
    reader.close();
  }
}

/**
 * A small NPY file, or the array `dataset` of an NPZ archive, whole, such as a mask.
 *
 * @throws SourceError as `openNpy` and `openNpz`, and above 1 GiB
 */
export function readNpyArray(path: string, dataset?: string): LoadedArray {
  if (extensionOf(path) !== '.npz') return loadArray(openNpy(path));
  return loadArray(openNpz(path, dataset === undefined ? {} : { dataset }));
}
