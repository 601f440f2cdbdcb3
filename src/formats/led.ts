import { viewOf } from '../core/dtype.js';
import type { FrameReader } from '../core/source.js';
import { framePixels, type Stack } from '../core/stack.js';
import type { SharedPlace } from '../core/team.js';

/**
 * The reader of a team for sources whose frames need no decoding: member 0 reads into the window they share, the others
 * look at what it read.
 *
 * @param open called in member 0 alone
 */
export async function openLed(
  stack: Stack,
  { member, arena }: SharedPlace,
  open: () => Promise<FrameReader>,
): Promise<FrameReader> {
  const reader = member.rank === 0 ? await open() : null;
  return {
    statistics: reader?.statistics ?? { readSeconds: 0, decodeSeconds: 0, bytes: 0, badFrames: new Set() },
    blockEnd: (first, maxFrames) => first + maxFrames,
    load: (first, count) => {
      // Nobody looks at the last block any more.
      member.meet();
      const at = member.lead(() => reader?.load(first, count).byteOffset ?? 0);
      return viewOf(stack.dtype, arena.memory.buffer, at, count * framePixels(stack));
    },
    expect: (first, count) => reader?.expect?.(first, count),
    close: () => reader?.close(),
  };
}
