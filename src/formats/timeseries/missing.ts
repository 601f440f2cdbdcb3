import { SourceError } from '../../core/errors.js';
import type { Recording } from './recording.js';

/** Points of a recording from `from` to `to`. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** What was done about missing points. */
export interface Mending {
  dropped: number;
  filled: number;
}

function firstMissing({ values, length }: Recording): { channel: number; point: number } | null {
  const at = values.findIndex((value) => !Number.isFinite(value));
  return at < 0 ? null : { channel: Math.floor(at / length), point: at % length };
}

/** @throws SourceError naming the first point that is missing, and what to do */
function refuse(recording: Recording): void {
  const missing = firstMissing(recording);
  if (!missing) return;
  throw new SourceError(
    'missing-point',
    `${recording.place(missing.channel, missing.point)}: no finite number. Use --nan interpolate to fill such points, or --nan drop to end the segment there.`,
  );
}

/** The runs without the points at which any channel is missing. */
function withoutMissing({ values, length }: Recording, runs: readonly Run[], mending: Mending): Run[] {
  const channels = values.length / length;
  return runs.flatMap(({ from, to }) => {
    const kept: Run[] = [];
    let start = from;
    for (let i = from; i < to; i++) {
      let whole = true;
      for (let c = 0; c < channels && whole; c++) whole = Number.isFinite(values[c * length + i]);
      if (whole) continue;
      mending.dropped++;
      if (i > start) kept.push({ from: start, to: i });
      start = i + 1;
    }
    return to > start ? [...kept, { from: start, to }] : kept;
  });
}

/** Fills missing points of one channel in a run on the straight line between their neighbours in time; at its ends, with the nearest. */
function fill(recording: Recording, channel: number, { from, to }: Run, mending: Mending): void {
  const { values, length, times } = recording;
  const base = channel * length;
  const timeOf = (i: number): number => times?.[i] ?? i;
  let before = -1;
  for (let i = from; i < to; i++) {
    if (Number.isFinite(values[base + i])) {
      before = i;
      continue;
    }
    let after = i + 1;
    while (after < to && !Number.isFinite(values[base + after])) after++;
    if (before < 0 && after === to)
      throw new SourceError(
        'missing-channel',
        `${recording.place(channel, from)}: no point of this channel is there to interpolate between. Use --nan drop.`,
      );
    const [left, right] = [before < 0 ? after : before, after === to ? before : after];
    const [y0, y1, t0, t1] = [values[base + left] ?? 0, values[base + right] ?? 0, timeOf(left), timeOf(right)];
    for (let k = i; k < after; k++) {
      const share = t1 > t0 ? (timeOf(k) - t0) / (t1 - t0) : 0;
      values[base + k] = y0 + share * (y1 - y0);
      mending.filled++;
    }
    i = after - 1;
    before = i;
  }
}

/**
 * Does with missing points what was asked for.
 *
 * @param runs of points without a gap; interpolation does not reach across their ends
 * @returns the runs that are left
 * @throws SourceError naming the first missing point when that is an error
 */
export function mend(
  recording: Recording,
  runs: readonly Run[],
  how: 'error' | 'drop' | 'interpolate',
  mending: Mending,
): readonly Run[] {
  if (how === 'error') refuse(recording);
  if (how === 'drop') return withoutMissing(recording, runs, mending);
  if (how === 'interpolate' && firstMissing(recording)) {
    const channels = recording.values.length / recording.length;
    for (const run of runs) for (let c = 0; c < channels; c++) fill(recording, c, run, mending);
  }
  return runs;
}
