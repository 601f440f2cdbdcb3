import { SourceError } from '../../core/errors.js';
import { formatBytes } from '../../core/size.js';
import { InputFile } from '../../io/file.js';

/** One text can have no more characters than this. */
const LARGEST = 2 ** 29 - 64;

const MISSING = new Set(['', '?', 'nan', 'na', 'n/a', 'null', 'none', 'inf', '+inf', '-inf', 'infinity', '-infinity']);
const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i;

/** UTF-8 without its byte-order mark, else what older programs write in Western Europe, so that no two names become one. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Lines of a text file, without what a Windows editor puts around them. @throws SourceError, also above 512 MiB */
export function readLines(path: string): string[] {
  const file = InputFile.open(path);
  try {
    if (file.size > LARGEST) {
      const what = `${path} holds ${formatBytes(file.size)} of text; at most ${formatBytes(LARGEST)} can be read. Split it into several files, or convert it to .npy.`;
      throw new SourceError('text-too-large', what, { path });
    }
    const bytes = new Uint8Array(file.size);
    file.read(bytes, 0);
    return textOf(bytes).split(/\r\n|\n|\r/);
  } finally {
    file.close();
  }
}

/** True for what stands where there is no value: nothing, `?`, `NaN`, `NA` and the like, infinities. */
export function isMissing(cell: string): boolean {
  return MISSING.has(cell.toLowerCase());
}

/** The number of a cell: NaN for a missing one, undefined for text. */
export function numberOf(cell: string): number | undefined {
  if (NUMBER.test(cell)) return Number(cell);
  return isMissing(cell) ? Number.NaN : undefined;
}

/** What stands between the cells of a line; a blank is any number of blanks and tabs. */
export type Separator = '\t' | ';' | ',' | ' ';

const withoutQuotes = (line: string): string => line.replace(/"(?:[^"]|"")*"/g, '');

/** What separates the cells of these lines: a tab, a semicolon or a comma where there is one, else blanks. */
export function separatorOf(line: string): Separator {
  const bare = withoutQuotes(line);
  return (['\t', ';', ','] as const).find((mark) => bare.includes(mark)) ?? ' ';
}

/** The cells of a line without the blanks and quotes around them. @throws SourceError for a quote that is not closed */
export function cellsOf(line: string, separator: Separator, where: () => string): string[] {
  if (!line.includes('"')) {
    if (separator === ' ') return line.trim().split(/\s+/);
    return line.split(separator).map((cell) => cell.trim());
  }
  const cells: string[] = [];
  const cell = separator === ' ' ? /\s*(?:"((?:[^"]|"")*)"|([^\s"]+))\s*/y : undefined;
  let at = 0;
  while (at <= line.length) {
    if (cell) {
      cell.lastIndex = at;
      const found = cell.exec(line);
      if (!found) break;
      cells.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
      at = cell.lastIndex;
      if (at === line.length) return cells;
      continue;
    }
    while (line[at] === ' ') at++;
    if (line[at] !== '"') {
      const end = line.indexOf(separator, at);
      cells.push(line.slice(at, end < 0 ? line.length : end).trim());
      if (end < 0) return cells;
      at = end + 1;
      continue;
    }
    let [text, end] = ['', at + 1];
    for (;;) {
      const quote = line.indexOf('"', end);
      if (quote < 0) throw new SourceError('bad-table', `${where()}: a quote is opened and never closed.`);
      text += line.slice(end, quote);
      end = quote + 1;
      if (line[end] !== '"') break;
      text += '"';
      end++;
    }
    cells.push(text.trim());
    while (line[end] === ' ') end++;
    if (end >= line.length) return cells;
    if (line[end] !== separator) throw new SourceError('bad-table', `${where()}: text follows a closed quote.`);
    at = end + 1;
  }
  if (cell) throw new SourceError('bad-table', `${where()}: a quote is opened and never closed.`);
  return cells;
}
