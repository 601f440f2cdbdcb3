import type { Scale, StoredType } from '../core/dtype.js';
import type { Source, SourceHandle } from '../core/source.js';
import type { Stack } from '../core/stack.js';
import { describeFilter } from './hdf5/fallback.js';

/** What `info` tells about a source. */
export interface Summary {
  readonly format: string;
  readonly location: string;
  readonly stack: Stack;
  /** Element type on disk; null for sources without storage of their own. */
  readonly stored: StoredType | null;
  /** Of each file, where files have scales of their own. */
  readonly scales: readonly Scale[] | null;
  readonly layout: 'contiguous' | 'chunked' | 'library' | 'generated' | 'memory';
  readonly chunkShape: readonly number[] | null;
  readonly chunks: number | null;
  /** In the order they were applied when writing. */
  readonly filters: readonly string[];
  /** Bytes of the frames on disk; null when finding out would mean reading a large index. */
  readonly storedBytes: number | null;
  /** Chunks that were never written and read as the fill value; null when not counted. */
  readonly missingChunks: number | null;
  readonly files: readonly string[];
  readonly notes: readonly string[];
}

const NOTHING_STORED = {
  stored: null,
  scales: null,
  chunkShape: null,
  chunks: null,
  filters: [],
  storedBytes: null,
  missingChunks: null,
  files: [],
} as const;

function placeOf(handle: SourceHandle): Omit<Summary, 'format' | 'location' | 'stack' | 'notes'> {
  if (handle.kind === 'selected') return placeOf(handle.base);
  if (handle.kind === 'library') return { ...NOTHING_STORED, layout: 'library', files: [handle.path] };
  if (handle.kind === 'windows' || handle.kind === 'fed') return { ...NOTHING_STORED, layout: 'memory' };
  if (handle.kind !== 'stored') return { ...NOTHING_STORED, layout: handle.kind };
  const { type, scales = null, layout, shape, pipeline, files } = handle.storage;
  if (layout.kind === 'contiguous') {
    const bytes = shape.reduce((total, extent) => total * extent, type.bytes);
    return { ...NOTHING_STORED, stored: type, layout: 'contiguous', storedBytes: bytes, files };
  }
  const { size, offset } = layout.table;
  let [storedBytes, missingChunks] = [0, 0];
  for (let i = 0; i < size.length; i++) {
    if ((offset[i] ?? -1) < 0) missingChunks++;
    else storedBytes += size[i] ?? 0;
  }
  return {
    stored: type,
    scales,
    layout: 'chunked',
    chunkShape: layout.chunkShape,
    chunks: size.length,
    filters: pipeline.map(describeFilter),
    storedBytes,
    missingChunks,
    files,
  };
}

/** Everything known about an opened source. */
export function summarise({ format, location, handle, notes }: Source): Summary {
  return { format, location, stack: handle.stack, notes, ...placeOf(handle) };
}
