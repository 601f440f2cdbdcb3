import type { Arena } from '../core/arena.js';
import { type NumericArray, viewOf } from '../core/dtype.js';
import type { FrameReader, ReadOptions, ReadStatistics } from '../core/source.js';
import { frameBytes, framePixels, type Stack } from '../core/stack.js';

/** What writes decoded frames of a source without storage. */
export interface Filler {
  read(first: number, count: number, into: Uint8Array): void;
  close?(): void;
}

/** Reads a source that has no storage of its own: its filler writes decoded frames where the worker computes. */
export function openFilled(stack: Stack, filler: Filler, arena: Arena, options: ReadOptions): FrameReader {
  const statistics: ReadStatistics = { readSeconds: 0, decodeSeconds: 0, bytes: 0, badFrames: new Set() };
  const block = arena.bytes(options.blockFrames * frameBytes(stack));

  function load(first: number, count: number): NumericArray {
    const started = performance.now();
    const bytes = block.subarray(0, count * frameBytes(stack));
    filler.read(first, count, bytes);
    statistics.readSeconds += (performance.now() - started) / 1000;
    return viewOf(stack.dtype, bytes.buffer, bytes.byteOffset, count * framePixels(stack));
  }

  return { statistics, load, blockEnd: (first, maxFrames) => first + maxFrames, close: () => filler.close?.() };
}
