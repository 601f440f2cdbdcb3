import type { Border } from './params.js';

/** Remainder from 0 to `by - 1`, for negative numbers too. */
const remainder = (value: number, by: number): number => ((value % by) + by) % by;

/** Which of `length` pixels stands at `index`, inside or outside: -1 for none, which counts as 0. */
function pixelAt(index: number, length: number, border: Border): number {
  if (index >= 0 && index < length) return index;
  switch (border) {
    case 'nearest':
      return index < 0 ? 0 : length - 1;
    case 'wrap':
      return remainder(index, length);
    case 'reflect': {
      const within = remainder(index, 2 * length);
      return within < length ? within : 2 * length - 1 - within;
    }
    case 'mirror': {
      if (length === 1) return 0;
      const within = remainder(index, 2 * length - 2);
      return within < length ? within : 2 * length - 2 - within;
    }
    default:
      return -1;
  }
}

/** Pixels of a window of `size` before the one in its middle: one more than after it when the size is even. */
export function pixelsBefore(size: number): number {
  return size >> 1;
}

/** For each of the length + size - 1 places that windows of `size` reach: the pixel that stands there, or -1. */
export function reachOf(length: number, size: number, border: Border): Int32Array {
  const before = pixelsBefore(size);
  return Int32Array.from({ length: length + size - 1 }, (_, i) => pixelAt(i - before, length, border));
}
