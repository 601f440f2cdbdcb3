import { formatBytes } from '../core/size.js';
import type { Outcome, Row } from './outcome.js';
import type { Texts } from './texts/texts.js';
import { translate } from './texts/translate.js';

/** Characters of Chinese, Japanese and Korean are two columns wide in a terminal. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g;

/** Columns of a terminal that a text takes. */
export function widthOf(text: string): number {
  return text.length + (text.match(WIDE)?.length ?? 0);
}

const padStart = (text: string, width: number): string => ' '.repeat(Math.max(0, width - widthOf(text))) + text;
const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** Three digits that count: `0.91 us`, `28.9 ms`, `1.92 s`. */
export function formatTime(seconds: number): string {
  const [value, unit] =
    seconds < 0.9995e-3 ? [seconds * 1e6, 'us'] : seconds < 0.9995 ? [seconds * 1e3, 'ms'] : [seconds, 's'];
  return `${value >= 99.95 ? value.toFixed(0) : value.toPrecision(value < 0.995 ? 2 : 3)} ${unit}`;
}

/** `2.8x`, `0.12x`, `340x`; beyond that, one of the two did nothing worth a ratio. */
function formatRatio(ratio: number): string {
  if (ratio > 9999) return '>9999x';
  if (ratio < 1e-3) return '<0.001x';
  return `${ratio >= 99.5 ? ratio.toFixed(0) : ratio >= 9.95 ? ratio.toFixed(1) : ratio.toPrecision(2)}x`;
}

function formatNumber(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) < 1e-3 ? value.toExponential(1) : value.toPrecision(4);
}

/** Cells of one column; empty ones where a row says nothing. */
type Column = readonly [heading: keyof Texts['columns'], cells: readonly string[]];

/** How many times as fast each row is as the last one that others are compared with. */
export function speedUps(rows: readonly Row[]): readonly (number | null)[] {
  let base: number | null = null;
  return rows.map(({ seconds, isBase }) => {
    if (seconds === undefined) return null;
    if (base === null || isBase) {
      base = seconds;
      return null;
    }
    return base / seconds;
  });
}

function columnsOf(rows: readonly Row[]): Column[] {
  const cells = (of: (row: Row, i: number) => string | null): string[] => rows.map((row, i) => of(row, i) ?? '');
  const ratios = speedUps(rows);
  const columns: Column[] = [
    ['time', cells(({ seconds }) => (seconds === undefined ? null : formatTime(seconds)))],
    ['speed', cells((_, i) => (typeof ratios[i] === 'number' ? formatRatio(ratios[i]) : null))],
    ['memory', cells(({ bytes }) => (bytes === undefined ? null : formatBytes(bytes)))],
    ['value', cells(({ value }) => (value === undefined ? null : formatNumber(value)))],
    ['difference', cells(({ difference }) => (difference === undefined ? null : formatNumber(difference)))],
  ];
  return columns.filter(([, found]) => found.some((cell) => cell !== ''));
}

/** `12345678` as `12,345,678`; four digits are read without. */
function grouped(line: string): string {
  return line.replace(/(?<![\w.])\d{5,}(?![\w.])/g, (digits) => Number(digits).toLocaleString('en'));
}

/** An outcome as a table of text, with its remarks below, in one language. */
export function describeOutcome(outcome: Outcome, { columns: headings, dictionary, words }: Texts): string {
  const inWords = (text: string): string => text.replace(/\bbytes\b/g, words.bytes);
  const say = (line: string): string => inWords(grouped(translate(line, dictionary)));
  const labels = outcome.rows.map(({ what }) => say(what));
  const left = Math.max(...labels.map(widthOf), 0);
  const columns = columnsOf(outcome.rows).map(([heading, cells]): readonly string[] => {
    const all = [headings[heading], ...cells.map(inWords)];
    const width = Math.max(...all.map(widthOf));
    return all.map((cell) => padStart(cell, width));
  });
  const lines = ['', ...labels].map((label, i) =>
    `  ${[padEnd(label, left), ...columns.map((column) => column[i] ?? '')].join('  ')}`.trimEnd(),
  );
  return [say(outcome.subject), '', ...lines, ...remarksOf(outcome, say)].join('\n');
}

function remarksOf({ remarks = [] }: Outcome, say: (line: string) => string): string[] {
  return remarks.length === 0 ? [] : ['', ...remarks.map(say)];
}
