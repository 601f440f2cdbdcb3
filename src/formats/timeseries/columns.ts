import { SourceError, UsageError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import type { TimeSeriesOptions } from '../../core/source.js';
import { printable } from '../printable.js';
import { isMissing, numberOf } from './cells.js';
import { dateSeconds, isTimeName } from './times.js';

/** What the columns of a table hold. */
export interface Columns {
  readonly names: readonly string[];
  /** -1 for none. */
  readonly time: number;
  readonly label: number;
  readonly channels: readonly number[];
  /** Columns that are passed over, as they are called. */
  readonly ignored: readonly string[];
}

const listed = (names: readonly string[]): string => names.map((name) => name || '(no name)').join(', ');

/** A column by its name, or by its number from 0 on. @throws UsageError naming the nearest */
function findColumn(wanted: string, names: readonly string[], flag: string, path: string): number {
  const named = names.indexOf(wanted);
  if (named >= 0) return named;
  if (/^\d+$/.test(wanted) && Number(wanted) < names.length) return Number(wanted);
  const guess = nearest(wanted, names);
  throw new UsageError(
    'no-such-column',
    `${flag} ${wanted}: ${path} has no such column. Its columns are ${listed(names)}.${guess ? ` Did you mean ${guess}?` : ''}`,
    { path },
  );
}

/**
 * The first column of dates, or a first column of rising numbers that is called time; -1 for none.
 *
 * @param rows the first ones
 */
function findTimes(
  names: readonly string[],
  hasHeader: boolean,
  rows: readonly (readonly string[])[],
  label: number,
): number {
  const dates = names.findIndex((_, c) => c !== label && rows.some((row) => dateSeconds(row[c] ?? '') !== undefined));
  if (dates >= 0 || !hasHeader) return dates;
  return names.findIndex((name, c) => {
    const numbers = rows.map((row) => numberOf(row[c] ?? ''));
    return (
      c !== label &&
      isTimeName(name) &&
      numbers.every((n, i) => n !== undefined && (i === 0 || n > (numbers[i - 1] ?? 0)))
    );
  });
}

/** Times that cannot be read would hide every gap. @throws SourceError */
function refuseTimes(path: string, name: string, cell: string): never {
  throw new SourceError(
    'bad-time',
    `${path}: column ${name} is called like times, but '${printable(cell)}' is none: dates such as 2015-02-04 17:51:00, or seconds, can be read. ` +
      'Write them so, or give --time none.',
    { path, column: name },
  );
}

/** A first column without a name that counts the rows, as tables of R and pandas have. */
function isRowNumber(name: string, rows: readonly (readonly string[])[]): boolean {
  return name === '' && rows.every((row) => /^\d+$/.test(row[0] ?? ''));
}

/** What a mark behind the last cell of every row makes: a column without name and content. */
function isNothing(name: string, column: number, rows: readonly (readonly string[])[]): boolean {
  return name === '' && rows.every((row) => isMissing(row[column] ?? ''));
}

/**
 * Which columns hold times, the class, and channels: the columns of numbers that are left. Columns of text alone are passed over.
 *
 * @param header null for a table without one, whose columns are called `c0`, `c1`, ...
 * @param rows the first ones
 * @throws UsageError for a column that is not there; SourceError when none is left
 */
export function findColumns(
  header: readonly string[] | null,
  rows: readonly (readonly string[])[],
  options: TimeSeriesOptions,
  path: string,
): Columns {
  const names = header ?? (rows[0] ?? []).map((_, c) => `c${c}`);
  const wanted = options.label === 'file' || options.label === 'none' ? undefined : options.label;
  const label = wanted === undefined ? -1 : findColumn(wanted, names, '--label', path);
  const time =
    options.time === undefined
      ? findTimes(names, header !== null, rows, label)
      : options.time === 'none'
        ? -1
        : findColumn(options.time, names, '--time', path);
  if (time >= 0 && time === label)
    throw new UsageError('column-twice', `Column ${wanted} cannot be class and time in one.`);
  const ignored: string[] = [];
  const channels = names.flatMap((name, c) => {
    if (c === time || c === label) return [];
    const isText = rows.every((row) => numberOf(row[c] ?? '') === undefined);
    if (isNothing(name, c, rows)) {
      ignored.push('one without name and content');
      return [];
    }
    if (!isText && !(c === 0 && isRowNumber(name, rows))) return [c];
    if (isText && options.time === undefined && isTimeName(name)) refuseTimes(path, name, rows[0]?.[c] ?? '');
    ignored.push(name || 'row numbers');
    return [];
  });
  if (channels.length > 0) return { names, time, label, channels, ignored };
  throw new SourceError(
    'no-channels',
    `${path} has no column of numbers left for a channel. Its columns are ${listed(names)}.`,
    {
      path,
    },
  );
}
