import type { Arena } from '../../core/arena.js';
import type { FrameReader, ReadOptions, SourceHandle } from '../../core/source.js';
import { openChunked } from './chunked.js';
import { openContiguous } from './contiguous.js';

/** Opens any stored source for reading frames; nothing is parsed. */
export function openStored(
  handle: Extract<SourceHandle, { kind: 'stored' }>,
  arena: Arena,
  options: ReadOptions,
): FrameReader {
  const { layout } = handle.storage;
  return layout.kind === 'contiguous'
    ? openContiguous(handle, layout, arena, options)
    : openChunked(handle, layout, arena, options);
}
