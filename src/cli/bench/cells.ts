import { formatBytes, formatSeconds } from '../../core/size.js';
import type { RowSummary } from './summary.js';

/** One column of the table: its heading, its alignment, and its text for a row. */
export interface Column {
  readonly title: string;
  readonly numeric: boolean;
  cell(row: RowSummary): string;
}

/** Three significant digits, two of small ones, without an exponent. */
function shortNumber(value: number): string {
  if (value > 0 && value < 0.1) return value.toFixed(Math.min(6, 1 - Math.floor(Math.log10(value))));
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function shortTime(seconds: number): string {
  return seconds < 1e-3 ? `${Math.round(seconds * 1e6)} µs` : formatSeconds(seconds);
}

/** Seconds with as many digits as the range needs. */
function seconds(value: number): string {
  return value < 0.1 ? value.toFixed(4) : value < 10 ? value.toFixed(3) : value.toFixed(1);
}

const milliseconds = (value: number): string => (1e3 * value).toFixed(2);

const AGREEMENT = {
  reference: 'reference',
  identical: 'same bytes',
  close: 'to rounding',
  differs: 'DIFFERS',
  none: '',
};

export const gibPerSecond = (rate: number): string => shortNumber(rate / 2 ** 30);

const orEmpty = (value: number | null, show: (value: number) => string): string => (value === null ? '' : show(value));

/** The name of a scenario's row in brackets; other rows have none. */
export function rowLetter({ configuration: { row } }: RowSummary): string {
  return row.length === 1 ? `(${row})` : '';
}

export const COLUMNS: readonly Column[] = [
  { title: '', numeric: false, cell: rowLetter },
  { title: 'configuration', numeric: false, cell: ({ configuration }) => configuration.label },
  { title: 'seconds', numeric: true, cell: (row) => (row.seconds ? seconds(row.seconds.median) : '') },
  {
    title: 'range',
    numeric: true,
    cell: (row) => (row.seconds ? `${seconds(row.seconds.min)}-${seconds(row.seconds.max)}` : ''),
  },
  { title: 'first', numeric: true, cell: (row) => orEmpty(row.coldSeconds, seconds) },
  { title: 'frames/s', numeric: true, cell: (row) => orEmpty(row.framesPerSecond, shortNumber) },
  { title: 'read ms', numeric: true, cell: (row) => orEmpty(row.perFrame?.read ?? null, milliseconds) },
  { title: 'decode ms', numeric: true, cell: (row) => orEmpty(row.perFrame?.decode ?? null, milliseconds) },
  { title: 'compute ms', numeric: true, cell: (row) => orEmpty(row.perFrame?.compute ?? null, milliseconds) },
  { title: 'wait ms', numeric: true, cell: (row) => orEmpty(row.perFrame?.wait ?? null, milliseconds) },
  { title: 'GiB/s', numeric: true, cell: (row) => orEmpty(row.rate, gibPerSecond) },
  { title: 'speed-up', numeric: true, cell: (row) => orEmpty(row.speedUp, shortNumber) },
  { title: 'over serial', numeric: true, cell: (row) => orEmpty(row.overSerial, shortNumber) },
  { title: 'error mm', numeric: true, cell: (row) => orEmpty(row.error, (error) => error.toFixed(4)) },
  { title: 'process', numeric: true, cell: (row) => orEmpty(row.wallSeconds, seconds) },
  { title: 'cores', numeric: true, cell: (row) => orEmpty(row.cores, shortNumber) },
  { title: 'memory', numeric: true, cell: (row) => orEmpty(row.peakBytes, formatBytes) },
  { title: 'above idle', numeric: true, cell: (row) => orEmpty(row.aboveIdle, formatBytes) },
  { title: 'per task', numeric: true, cell: (row) => orEmpty(row.taskSeconds, shortTime) },
  { title: 'result', numeric: false, cell: (row) => AGREEMENT[row.agreement] },
  { title: 'limited by', numeric: false, cell: (row) => row.reason ?? row.limiter },
  { title: 'notes', numeric: false, cell: (row) => row.notes.join('; ') },
];

/** Sections of a group's table in reading order. */
export function sectionsOf(rows: readonly RowSummary[]): { readonly title: string; readonly rows: RowSummary[] }[] {
  const pick = (test: (row: string) => boolean): RowSummary[] =>
    rows.filter(({ configuration }) => test(configuration.row));
  return [
    { title: 'fanfold', rows: pick((row) => row.length === 1 || row === 'own') },
    { title: 'plain C', rows: pick((row) => row === 'native') },
    { title: 'Python', rows: pick((row) => row === 'peer') },
    { title: 'floors', rows: pick((row) => row === 'floor') },
  ].filter((section) => section.rows.length > 0);
}
