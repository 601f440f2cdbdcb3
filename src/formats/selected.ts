import type { FrameReader, SourceHandle } from '../core/source.js';

/** Reads selected frames through a reader of all of them. A block never crosses from one run of frames into the next. */
export function openSelected(handle: Extract<SourceHandle, { kind: 'selected' }>, base: FrameReader): FrameReader {
  const { first: firsts, length: lengths } = handle.runs;
  const starts = new Float64Array(lengths.length + 1);
  for (const [k, length] of lengths.entries()) starts[k + 1] = (starts[k] ?? 0) + length;

  function runOf(frame: number): number {
    let [low, high] = [0, lengths.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= frame) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  const toBase = (frame: number, run: number): number => (firsts[run] ?? 0) + frame - (starts[run] ?? 0);

  return {
    statistics: base.statistics,
    blockEnd: (frame, maxFrames) => {
      const run = runOf(frame);
      const inRun = Math.min(maxFrames, (starts[run + 1] ?? 0) - frame);
      return frame + base.blockEnd(toBase(frame, run), inRun) - toBase(frame, run);
    },
    load: (frame, count) => base.load(toBase(frame, runOf(frame)), count),
    // What lies in the first run of them; the others follow when they are read.
    expect: (frame, count) => {
      const run = runOf(frame);
      base.expect?.(toBase(frame, run), Math.min(count, (starts[run + 1] ?? 0) - frame));
    },
    close: () => base.close(),
  };
}
