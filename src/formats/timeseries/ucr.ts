import { SourceError } from '../../core/errors.js';
import { extensionOf } from '../../io/path.js';
import { isMissing, numberOf } from './cells.js';
import type { Recordings } from './recording.js';
import { recordingOf } from './series-rows.js';
import { className, readTable, rowCells, type TableText } from './table.js';

/**
 * True for a table of the UCR archive: no header, a class in whole numbers first in every row, behind it a series. A table of columns
 * could look the same, so its name has to end in `_TRAIN` or `_TEST`, or in `.tsv`.
 *
 * @param rows the first ones
 */
export function isUcr(path: string, rows: readonly (readonly string[])[]): boolean {
  const named = extensionOf(path) === '.tsv' || /_(?:TRAIN|TEST)\.\w+$/i.test(path);
  return (
    named &&
    (rows[0]?.length ?? 0) > 2 &&
    rows.every(
      (cells) => Number.isInteger(numberOf(cells[0] ?? '')) && cells.every((cell) => numberOf(cell) !== undefined),
    )
  );
}

/** Reads a table of the UCR archive, one series a row, its class in front. @throws SourceError naming row and point */
export function readUcr(table: TableText): Recordings {
  const { path, rows } = table;
  let cells = 0;
  const recordings = table.lines.map((_, i) => {
    const [label = '', ...texts] = rowCells(table, i);
    const row = rows[i] ?? 0;
    cells ||= texts.length;
    if (texts.length !== cells) {
      const what = `${path}: row ${row} has ${texts.length} points where row ${rows[0]} has ${cells}. Shorter series end in NaN.`;
      throw new SourceError('ragged-row', what, { path, row });
    }
    return recordingOf({
      path,
      row,
      channels: [texts],
      label: isMissing(label) ? null : className(label),
      names: ['value'],
    });
  });
  return { channels: ['value'], recordings, classes: null, notes: [] };
}

/** Reads the table when it is one of the UCR archive; null for others. @throws as `readUcr` */
export function tryUcr(path: string): Recordings | null {
  const table = readTable(path);
  const sniffed = table.lines.slice(0, 4).map((_, i) => rowCells(table, i));
  return isUcr(path, sniffed) ? readUcr(table) : null;
}
