import { FLAGS } from '../fit/estimate.js';

/** What flags say, in words. */
const REASONS: readonly (readonly [number, string])[] = [
  [FLAGS.overlap, 'less than half of the reference in view'],
  [FLAGS.unconverged, 'not converged'],
  [FLAGS.mismatch, 'poor match with the reference'],
  [FLAGS.empty, 'nothing to compare, no motion assumed'],
  [FLAGS.coarse, 'start found by a coarse search'],
];

/** True for a frame whose motion is in doubt; a coarse start alone is no fault. */
export function isFault(flags: number): boolean {
  return (flags & ~FLAGS.coarse) !== 0;
}

export function reasonsOf(flags: number): string[] {
  return REASONS.filter(([bit]) => flags & bit).map(([, words]) => words);
}

/** The faults of a series: `less than half of the reference in view (3), not converged (1)`. */
export function countReasons(flags: readonly number[]): string {
  return REASONS.filter(([bit]) => bit !== FLAGS.coarse)
    .map(([bit, words]) => ({ words, count: flags.filter((one) => one & bit).length }))
    .filter(({ count }) => count > 0)
    .map(({ words, count }) => `${words} (${count})`)
    .join(', ');
}

const SHOWN = 12;

/** Which frames are in doubt, and why: a sentence for every reason. */
export function faultsInWords(flags: ArrayLike<number>): string[] {
  return REASONS.filter(([bit]) => bit !== FLAGS.coarse).flatMap(([bit, words]) => {
    const frames = Array.from(flags).flatMap((one, i) => (one & bit ? [i] : []));
    if (frames.length === 0) return [];
    const more = frames.length > SHOWN ? ` and ${frames.length - SHOWN} more` : '';
    return [`frame${frames.length === 1 ? '' : 's'} ${frames.slice(0, SHOWN).join(', ')}${more} flagged: ${words}`];
  });
}

export const inWords = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** Three digits that count, without powers of ten where they can be avoided. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  const magnitude = Math.abs(value);
  if (value === 0) return '0';
  if (magnitude < 1e-4) return value.toExponential(1);
  return value.toFixed(Math.max(0, Math.min(4, 2 - Math.floor(Math.log10(magnitude)))));
}

/** The middle of the finite values; NaN of none. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(Array.from(values).filter(Number.isFinite)).sort();
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

/** The largest finite value, 0 when none is above it. */
export function largest(values: ArrayLike<number>): number {
  return Array.from(values)
    .filter(Number.isFinite)
    .reduce((most, value) => Math.max(most, value), 0);
}
