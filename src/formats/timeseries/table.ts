import { SourceError } from '../../core/errors.js';
import type { TimeSeriesOptions } from '../../core/source.js';
import { printable } from '../printable.js';
import { cellsOf, isMissing, numberOf, readLines, type Separator, separatorOf } from './cells.js';
import { type Columns, findColumns } from './columns.js';
import type { Recordings } from './recording.js';
import { dateSeconds } from './times.js';

/** Rows that say what the columns hold. */
const SNIFFED = 16;

/** The lines of a table that hold cells, by their numbers in the file, from 1 on. */
export interface TableText {
  readonly path: string;
  readonly separator: Separator;
  readonly lines: readonly string[];
  readonly rows: readonly number[];
}

/** Reads a table as text; empty lines and those that begin with `#` or `%` are comments. @throws SourceError without a row */
export function readTable(path: string): TableText {
  const all = readLines(path);
  const rows = all.flatMap((line, i) => (/^\s*(?:[#%]|$)/.test(line) ? [] : [i + 1]));
  const lines = rows.map((row) => all[row - 1] ?? '');
  const [first] = lines;
  if (first === undefined) throw new SourceError('no-rows', `${path} holds no rows, only comments.`, { path });
  return { path, lines, rows, separator: separatorOf(lines[1] ?? first) };
}

/** The cells of row `i`; decimal commas of tables with semicolons become points. */
export function rowCells({ path, lines, rows, separator }: TableText, i: number): string[] {
  const cells = cellsOf(lines[i] ?? '', separator, () => `${path}: row ${rows[i]}`);
  return separator === ';' ? cells.map((cell) => cell.replace(/^([-+]?\d+),(\d+)/, '$1.$2')) : cells;
}

const isValue = (cell: string): boolean => numberOf(cell) !== undefined || dateSeconds(cell) !== undefined;

/** The first row, when it names the columns: nothing in it is a value, or it is text where the second row has one. */
function headerOf(table: TableText): string[] | null {
  const [first, second] = [rowCells(table, 0), table.lines.length > 1 ? rowCells(table, 1) : null];
  if (!second) return first.some((cell) => isValue(cell) && !isMissing(cell)) ? null : first;
  const shift = second.length === first.length + 1 ? 1 : 0;
  const names =
    first.every((cell) => !isValue(cell)) ||
    first.some((cell, c) => !isValue(cell) && isValue(second[c + shift] ?? ''));
  return names ? [...(shift ? [''] : []), ...first] : null;
}

/** Numbers of the columns of a table as they are found. */
class TableReader {
  readonly #table: TableText;
  readonly #columns: Columns;
  readonly #first: number;
  readonly length: number;
  readonly values: Float64Array;
  readonly times: Float64Array | null;
  readonly labels: (string | null)[] = [];

  constructor(table: TableText, columns: Columns, first: number) {
    this.#table = table;
    this.#columns = columns;
    this.#first = first;
    this.length = table.lines.length - first;
    this.values = new Float64Array(columns.channels.length * this.length);
    this.times = columns.time < 0 ? null : new Float64Array(this.length);
  }

  place(column: number, point: number): string {
    return `${this.#table.path}: row ${this.#table.rows[this.#first + point]}, column ${this.#columns.names[column] || column}`;
  }

  read(): void {
    const { names, channels, label, time } = this.#columns;
    for (let i = 0; i < this.length; i++) {
      const cells = rowCells(this.#table, this.#first + i);
      if (cells.length !== names.length) {
        const row = this.#table.rows[this.#first + i] ?? 0;
        const what = `${this.#table.path}: row ${row} has ${cells.length} cells where the table has ${names.length} columns.`;
        throw new SourceError('ragged-row', what, { path: this.#table.path, row });
      }
      channels.forEach((c, n) => {
        this.values[n * this.length + i] = this.#number(cells[c] ?? '', c, i);
      });
      if (this.times) this.times[i] = this.#time(cells[time] ?? '', time, i);
      if (label >= 0) this.labels.push(isMissing(cells[label] ?? '') ? null : className(cells[label] ?? ''));
    }
  }

  #number(cell: string, column: number, point: number): number {
    const number = numberOf(cell);
    if (number !== undefined) return number;
    throw this.#bad(column, point, cell, 'is no number');
  }

  #time(cell: string, column: number, point: number): number {
    const seconds = dateSeconds(cell) ?? numberOf(cell);
    if (seconds !== undefined && Number.isFinite(seconds)) return seconds;
    throw this.#bad(column, point, cell, 'is no time: dates such as 2015-02-04 17:51:00, or seconds, can be read');
  }

  #bad(column: number, point: number, cell: string, why: string): SourceError {
    const row = this.#table.rows[this.#first + point] ?? 0;
    return new SourceError('bad-cell', `${this.place(column, point)}: '${printable(cell)}' ${why}.`, {
      path: this.#table.path,
      row,
      column: this.#columns.names[column] || column,
    });
  }
}

/** The name of a class: numbers as one writes them, `2.0000000e+00` as `2`. */
export function className(cell: string): string {
  const number = numberOf(cell);
  return number === undefined || !Number.isFinite(number) ? cell : String(number);
}

/**
 * Reads a table of one recording: a row for each time, a column for each channel.
 *
 * @throws SourceError naming row and column of what is no number, and rows of another length; UsageError as `findColumns`
 */
export function readTableRecording(path: string, options: TimeSeriesOptions): Recordings {
  const table = readTable(path);
  const header = headerOf(table);
  const first = header ? 1 : 0;
  const sniffed = Array.from({ length: Math.min(SNIFFED, table.lines.length - first) }, (_, i) =>
    rowCells(table, first + i),
  );
  if (sniffed.length === 0) throw new SourceError('no-rows', `${path} holds no rows below its header.`, { path });
  const columns = findColumns(header, sniffed, options, path);
  const reader = new TableReader(table, columns, first);
  reader.read();
  const { length, values, times, labels } = reader;
  const recording = {
    name: path,
    length,
    values,
    times,
    label: columns.label < 0 ? null : labels,
    place: (channel: number, point: number) => reader.place(columns.channels[channel] ?? 0, point),
    placeOfTime: (point: number) => reader.place(columns.time, point),
  };
  return {
    channels: columns.channels.map((c) => columns.names[c] ?? ''),
    recordings: [recording],
    classes: null,
    notes: [
      ...(columns.ignored.length > 0 ? [`Columns passed over: ${columns.ignored.join(', ')}.`] : []),
      // A misspelt number would make names of a row of data.
      ...(header?.some((cell) => isValue(cell) && !isMissing(cell))
        ? [`Row ${table.rows[0]} was taken for the names of the columns, though there are numbers in it.`]
        : []),
    ],
  };
}
