import type { Segment, SeriesSet } from '../../core/series.js';
import { isDirectory } from '../../io/file.js';
import { makeFolder, removeFile, removeIfEmpty, tryTarget, writeFile } from '../../io/output.js';
import { inFolder } from '../../io/path.js';
import { formatNumber } from '../number-text.js';
import { writeLines } from '../text-lines.js';

/** The beginnings of segments that hold the first `count` windows of `length` points, and no more. */
export function firstWindows(set: SeriesSet, length: number, count: number): SeriesSet {
  let left = count;
  const segments = set.segments.flatMap((segment) => {
    const windows = Math.min(left, Math.floor(segment.length / length));
    left -= windows;
    return windows > 0 ? [shortened(segment, windows * length)] : [];
  });
  return { ...set, segments };
}

function shortened(segment: Segment, length: number): Segment {
  const channels = segment.values.length / segment.length;
  const values = new Float64Array(channels * length);
  for (let c = 0; c < channels; c++)
    values.set(segment.values.subarray(c * segment.length, c * segment.length + length), c * length);
  return { ...segment, values, length };
}

const text = (values: Float64Array): string => Array.from(values, (value) => formatNumber(value, false)).join(',');

function* sktimeLines(
  { channels, classes, segments }: SeriesSet,
  name: string,
  notes: readonly string[],
): Generator<string> {
  const lengths = new Set(segments.map(({ length }) => length));
  for (const note of notes) yield `# ${note.replaceAll(/[\r\n]/g, ' ')}`;
  yield `# channels: ${channels.join(', ')}`;
  yield `@problemName ${name}`;
  yield '@timeStamps false';
  yield '@missing false';
  yield `@univariate ${channels.length === 1}`;
  yield `@dimensions ${channels.length}`;
  yield `@equalLength ${lengths.size === 1}`;
  if (lengths.size === 1) yield `@seriesLength ${[...lengths][0]}`;
  yield classes.length > 0 ? `@classLabel true ${classes.join(' ')}` : '@classLabel false';
  yield '@data';
  for (const { values, length, label } of segments) {
    const parts = channels.map((_, c) => text(values.subarray(c * length, (c + 1) * length)));
    yield [...parts, ...(classes.length > 0 ? [classes[label] ?? '?'] : [])].join(':');
  }
}

/** Writes segments as cases of a .ts file, which keeps neither recordings nor times. @throws SinkError */
export function writeSktime(
  path: string,
  set: SeriesSet,
  name: string,
  notes: readonly string[],
  overwrite: boolean,
): void {
  writeFile(path, overwrite, (file) => writeLines(file, sktimeLines(set, name, notes)));
}

/** Times of recordings are counted from this Monday on. */
const MONDAY = Date.UTC(2024, 0, 1);

function* tableLines(segments: readonly Segment[], { channels, interval }: SeriesSet): Generator<string> {
  yield ['time', ...channels].join(',');
  for (const { values, length, start } of segments) {
    for (let i = 0; i < length; i++) {
      const date = new Date(MONDAY + 1000 * (start + i * interval))
        .toISOString()
        .replace('T', ' ')
        .replace(/(?:\.000)?Z$/, '');
      yield [date, ...channels.map((_, c) => formatNumber(values[c * length + i] ?? 0, false))].join(',');
    }
  }
}

/**
 * Writes every recording as a table of its own, `valve-stuck_0012.csv`, times in its first column.
 *
 * @returns the files written
 * @throws SinkError; files of this call are then gone again, but for those that were replaced
 */
export function writeTables(folder: string, set: SeriesSet, overwrite: boolean): string[] {
  const recordings = new Map<number, Segment[]>();
  for (const segment of set.segments) {
    const others = recordings.get(segment.recording);
    if (others) others.push(segment);
    else recordings.set(segment.recording, [segment]);
  }
  const isNew = !isDirectory(folder);
  const paths = new Map(
    [...recordings].map(([number, [segment]]) => {
      const name = set.classes[segment?.label ?? -1] ?? 'recording';
      return [number, inFolder(folder, `${name}_${String(number).padStart(4, '0')}.csv`)] as const;
    }),
  );
  if (isNew) makeFolder(folder);
  const written: string[] = [];
  try {
    for (const path of paths.values()) tryTarget(path, overwrite);
    for (const [number, segments] of recordings) {
      const path = paths.get(number) ?? '';
      writeFile(path, overwrite, (file) => writeLines(file, tableLines(segments, set)));
      written.push(path);
    }
  } catch (error) {
    if (!overwrite) for (const path of written) removeFile(path);
    if (isNew) removeIfEmpty(folder);
    throw error;
  }
  return written;
}
