import type { SourceHandle } from './source.js';
import { frameBytes, product, type Stack } from './stack.js';
import { largestChunk, type Storage } from './storage.js';

/**
 * How the frames of a stored array group into rows of chunks. A block of frames that starts and ends on the edge of a
 * group decodes no chunk twice.
 */
export interface Grouping {
  /** Frames of one group, the last of a period excepted. */
  readonly frames: number;
  /** Frames after which the pattern repeats; the group before may be shorter. */
  readonly period: number;
}

/** Grouping of a source's frames by its chunks; groups of one frame when nothing is stored in chunks. */
export function grouping(handle: SourceHandle): Grouping {
  if (handle.kind === 'selected') return grouping(handle.base);
  if (handle.kind !== 'stored' || handle.storage.layout.kind !== 'chunked') return { frames: 1, period: 1 };
  const { shape, layout } = handle.storage;
  const positions = shape.slice(0, shape.length - handle.stack.frameShape.length);
  const chunk = layout.chunkShape.slice(0, positions.length);
  const cut = chunk.findIndex((extent) => extent > 1);
  if (cut < 0) return { frames: 1, period: 1 };
  const inner = product(positions.slice(cut + 1));
  return { frames: Math.min(chunk[cut] ?? 1, positions[cut] ?? 1) * inner, period: (positions[cut] ?? 1) * inner };
}

/** First group edge at or after `frame`. */
export function groupEdgeAfter({ frames, period }: Grouping, frame: number): number {
  const start = Math.floor(frame / period) * period;
  return start + Math.min(period, Math.ceil((frame - start) / frames) * frames);
}

/** Last group edge at or before `frame`. */
export function groupEdgeBefore({ frames, period }: Grouping, frame: number): number {
  const start = Math.floor(frame / period) * period;
  return start + Math.floor((frame - start) / frames) * frames;
}

/** Largest block from `first` that stays within one row of chunk groups, at most `maxFrames` long. */
export function alignedBlockEnd(group: Grouping, first: number, maxFrames: number): number {
  const limit = first + maxFrames;
  const edge = groupEdgeBefore(group, limit);
  return edge > first ? edge : Math.min(limit, groupEdgeAfter(group, first + 1));
}

/** True when every chunk is a run of whole frames, so that it can be decoded straight to its place. */
export function chunksAreFrameRuns(storage: Storage, frameRank: number): boolean {
  if (storage.layout.kind !== 'chunked') return false;
  const cut = storage.shape.length - frameRank;
  const { chunkShape } = storage.layout;
  const wholeFrames = storage.shape.slice(cut).every((extent, i) => chunkShape[cut + i] === extent);
  return wholeFrames && chunkShape.slice(0, Math.max(0, cut - 1)).every((extent) => extent === 1);
}

/** Bytes of one decoded chunk, as stored. */
export function chunkBytes(storage: Storage): number {
  return storage.layout.kind === 'chunked' ? product(storage.layout.chunkShape) * storage.type.bytes : 0;
}

/** Chunks this close together are read at once, the bytes between them included. */
export const FETCH_GAP = 4096;

/** Coalesced reads stay below this; larger windows fall out of the cache and cost speed. */
const FETCH_LIMIT = 4 * 2 ** 20;

/** Bytes of the window that stored bytes are fetched into, for blocks of `blockFrames` frames. */
export function fetchBytes(handle: Extract<SourceHandle, { kind: 'stored' }>, blockFrames: number): number {
  const { storage, stack } = handle;
  const layout = storage.layout;
  const stored = product(stack.frameShape) * storage.type.bytes;
  if (layout.kind === 'contiguous') return blockFrames * Math.max(stored, layout.frameStride);
  return Math.max(largestChunk(layout.table), Math.min(blockFrames * stored, FETCH_LIMIT));
}

/** Chunks whose decoding begins again when blocks are cut inside a group: how often each is decoded. */
export function amplification(handle: SourceHandle, blockFrames: number): number {
  const group = grouping(handle).frames;
  return blockFrames >= group ? 1 : Math.ceil(group / blockFrames);
}

/** Bytes of `count` decoded frames. */
export function blockBytes(stack: Stack, count: number): number {
  return frameBytes(stack) * count;
}
