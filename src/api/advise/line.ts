import type { TimedRun } from './advice.js';

/** Seconds = start + frames x perFrame. */
export interface Line {
  readonly start: number;
  readonly perFrame: number;
  /** False where the larger runs were not slower than the smaller ones: all time behind the start was taken for that of frames. */
  readonly isFitted: boolean;
}

/** The middle value; of two, their mean. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1] ?? 0, sorted[sorted.length >> 1] ?? 0];
  return (low + high) / 2;
}

/**
 * The line through the medians of the smallest and of the largest runs. What starting took is known by itself, so that its spread does
 * not get into the slope. Neither part is below 0.
 */
export function fitLine(runs: readonly TimedRun[]): Line {
  const sizes = runs.map(({ frames }) => frames);
  const [small, large] = [Math.min(...sizes), Math.max(...sizes)];
  const at = (size: number): number =>
    median(runs.filter(({ frames }) => frames === size).map(({ seconds, startSeconds }) => seconds - startSeconds));
  const starting = median(runs.map(({ startSeconds }) => startSeconds));
  const [less, more] = [at(small), at(large)];
  const perFrame = (more - less) / (large - small);
  const rest = less - small * perFrame;
  if (!(perFrame > 0)) return { start: starting, perFrame: more / large, isFitted: false };
  return rest < 0
    ? { start: starting, perFrame: more / large, isFitted: true }
    : { start: starting + rest, perFrame, isFitted: true };
}
