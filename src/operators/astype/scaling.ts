import { dtypeRange, isInteger, type NumericArray } from '../../core/dtype.js';
import { frameBytes, frameCount, type Stack } from '../../core/stack.js';
import type { AstypeValues } from './params.js';

/** Result = x times `scale`, plus `offset`. */
export interface Linear {
  readonly scale: number;
  readonly offset: number;
}

/** Bytes of frames read at a time. */
export const RUN_BYTES = 8 * 2 ** 20;

/** Smallest and largest finite number; [0, 0] where there is none. */
export type Extremes = readonly [number, number];

/** Where the two ends of a range go. */
export function targetOf({ dtype, to }: AstypeValues): Extremes {
  if (to) return [to[0] ?? 0, to[1] ?? 0];
  return isInteger(dtype) ? dtypeRange(dtype) : [0, 1];
}

/** The line through both ends. A range of one number becomes the first end. */
export function between([low, high]: Extremes, [a, b]: Extremes): Linear {
  const scale = low === high ? 0 : (b - a) / (high - low);
  // Adding -0 changes nothing, adding 0 would take the sign of -0 away.
  return { scale, offset: a - low * scale || -0 };
}

/** Extremes of the finite numbers among `data`, and of those before. */
export function extremesOf(data: NumericArray, before: Extremes | null): Extremes | null {
  let [low, high] = before ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    if (value < low && value !== Number.NEGATIVE_INFINITY) low = value;
    if (value > high && value !== Number.POSITIVE_INFINITY) high = value;
  }
  return low <= high ? [low, high] : null;
}

/** Extremes of all frames, read in runs of bounded memory. */
export async function extremesOfStack(
  stack: Stack,
  read: (first: number, count: number) => Promise<NumericArray>,
): Promise<Extremes> {
  const frames = frameCount(stack);
  const run = Math.max(1, Math.floor(RUN_BYTES / frameBytes(stack)));
  let found: Extremes | null = null;
  for (let first = 0; first < frames; first += run)
    found = extremesOf(await read(first, Math.min(run, frames - first)), found);
  return found ?? [0, 0];
}
