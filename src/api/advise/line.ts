import type { TimedRun } from './advice.js';

/** Seconds = start + frames x perFrame. */
export interface Line {
  readonly start: number;
  readonly perFrame: number;
  /** False where the larger runs were not slower than the smaller ones, so that all time was taken for that of frames. */
  readonly isFitted: boolean;
}

/** The middle value; of two, their mean. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1] ?? 0, sorted[sorted.length >> 1] ?? 0];
  return (low + high) / 2;
}

/** The line through the medians of the smallest and of the largest runs. Neither part is below 0. */
export function fitLine(runs: readonly TimedRun[]): Line {
  const sizes = runs.map(({ frames }) => frames);
  const [small, large] = [Math.min(...sizes), Math.max(...sizes)];
  const at = (size: number) => median(runs.filter(({ frames }) => frames === size).map(({ seconds }) => seconds));
  const [less, more] = [at(small), at(large)];
  const perFrame = (more - less) / (large - small);
  if (!(perFrame > 0)) return { start: 0, perFrame: more / large, isFitted: false };
  const start = less - small * perFrame;
  return start < 0 ? { start: 0, perFrame: more / large, isFitted: true } : { start, perFrame, isFitted: true };
}
