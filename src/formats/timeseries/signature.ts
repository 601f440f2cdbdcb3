import { extensionOf } from '../../io/path.js';
import { numberOf, separatorOf } from './cells.js';

/** Extensions of files that may hold series, dot included. */
export const SERIES_EXTENSIONS = ['.csv', '.tsv', '.txt', '.ts', '.arff'];

/** True for bytes without the control characters that no text has. */
const isPlain = (head: Uint8Array): boolean => head.every((byte) => byte >= 9 && (byte <= 13 || byte >= 32));

/** Lines of a table that are looked at. */
const SNIFFED = 8;

const textOf = (head: Uint8Array): string => new TextDecoder().decode(head);

/** True when some line of the first ones holds a number: what a table has and a letter has not. */
function looksLikeTable(text: string, isCut: boolean): boolean {
  const rows = text
    .split(/\r\n|\n|\r/)
    .filter((line) => !/^\s*(?:[#%]|$)/.test(line))
    .slice(0, SNIFFED);
  // A header that is longer than what is looked at.
  if (isCut && rows.length === 1 && separatorOf(text) !== ' ') return true;
  const separator = separatorOf(rows[1] ?? rows[0] ?? '');
  // Letters have numbers, too, but not half of their words.
  const [mark, least] = separator === ' ' ? [/\s+/, 0.5] : [separator, 0];
  return rows.some((row) => {
    const cells = row.trim().replaceAll('"', '').split(mark);
    const numbers = cells.filter((cell) => Number.isFinite(numberOf(cell.trim()))).length;
    return numbers > 0 && numbers >= least * cells.length;
  });
}

/**
 * True for the beginning of a text that holds series: a .ts or .arff header, or rows with numbers in a .csv, .tsv or .txt. Other
 * files of these names, such as video or programs, are not.
 *
 * @param head first bytes of the file, up to 64 KiB
 */
export function looksLikeSeries(head: Uint8Array, path: string): boolean {
  const extension = extensionOf(path);
  if (!SERIES_EXTENSIONS.includes(extension) || head.includes(0)) return false;
  const text = textOf(head);
  if (extension === '.ts') return /^\s*@(?:problemname|data\b|timestamps|classlabel)/im.test(text);
  if (extension === '.arff') return /^\s*@(?:relation|attribute)\b/im.test(text);
  return looksLikeTable(text, head.length >= 65536 && isPlain(head));
}

/** In words, why a file whose name is that of series is none: `a table without a row of numbers`. */
export function insteadOfSeries(head: Uint8Array, path: string): string {
  const [first, second] = head;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return 'is text in UTF-16. Save it as UTF-8';
  if (head.includes(0)) return 'is binary, no text';
  const extension = extensionOf(path);
  if (extension === '.ts') return 'is no .ts file of series: it lacks a header such as @problemName and @data';
  if (extension === '.arff') return 'is no .arff file of series: it lacks @relation and @attribute';
  return 'is no table of series: none of its first rows holds numbers';
}
