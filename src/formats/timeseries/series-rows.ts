import { SourceError } from '../../core/errors.js';
import { printable } from '../printable.js';
import { numberOf } from './cells.js';
import type { Recording } from './recording.js';

/** One row of a file that holds a whole series in it. */
export interface SeriesRow {
  readonly path: string;
  /** Number of the line, from 1 on. */
  readonly row: number;
  /** Of each channel the texts of its points. */
  readonly channels: readonly (readonly string[])[];
  readonly label: string | null;
  /** How the file calls a channel: empty where there is only one. */
  readonly names: readonly string[];
}

/**
 * The recording in a row. Missing points behind the last one of every channel only fill the row up: they are left away.
 *
 * @throws SourceError naming the row and the place of text, or channels of different length
 */
export function recordingOf({ path, row, channels, label, names }: SeriesRow): Recording {
  const [first = []] = channels;
  const name = `${path}: row ${row}`;
  const odd = channels.find((one) => one.length !== first.length);
  if (odd) {
    const what = `${name} is ragged: ${names[0]} has ${first.length} points, ${names[channels.indexOf(odd)]} has ${odd.length}.`;
    throw new SourceError('ragged-row', what, { path, row });
  }
  const place = (channel: number, point: number): string =>
    `${name}${names.length > 1 ? `, channel ${names[channel]}` : ''}, point ${point}`;
  const numbers = channels.map((texts, c) =>
    texts.map((text, i) => {
      const number = numberOf(text.trim());
      if (number !== undefined) return number;
      throw new SourceError('bad-cell', `${place(c, i)}: '${printable(text)}' is no number.`, { path, row, column: i });
    }),
  );
  let length = first.length;
  while (length > 0 && numbers.every((one) => !Number.isFinite(one[length - 1]))) length--;
  if (length === 0) throw new SourceError('no-points', `${name} holds no points.`, { path, row });
  const values = new Float64Array(length * channels.length);
  for (const [c, one] of numbers.entries()) values.set(one.slice(0, length), c * length);
  return { name, values, length, times: null, label, place, placeOfTime: (point) => `${name}, point ${point}` };
}

/** @throws SourceError when rows that should be of one length are not */
export function checkEqual(recordings: readonly Recording[]): void {
  const [first] = recordings;
  const odd = recordings.find(({ length }) => length !== first?.length);
  if (!first || !odd) return;
  throw new SourceError('ragged-row', `${odd.name} has ${odd.length} points where ${first.name} has ${first.length}.`);
}
