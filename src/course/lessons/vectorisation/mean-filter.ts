import { openOperator } from 'fanfold';
import { difference, measure, sampleNumbers } from '../../measure.js';
import type { Outcome, Setting } from '../../outcome.js';

type Image = { readonly rows: number; readonly columns: number; readonly data: Float64Array };

/** As one says it: for every pixel, add up its nine neighbours, row by row. Outside the image the nearest pixel counts. */
function meanByPixel({ rows, columns, data }: Image): Float64Array {
  const at = (y: number, x: number): number => {
    const row = Math.min(Math.max(y, 0), rows - 1);
    const column = Math.min(Math.max(x, 0), columns - 1);
    return data[row * columns + column] ?? 0;
  };
  const result = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let dy = -1; dy <= 1; dy++) {
        let row = 0;
        for (let dx = -1; dx <= 1; dx++) row += at(y + dy, x + dx);
        sum += row;
      }
      result[y * columns + x] = sum / 9;
    }
  }
  return result;
}

/**
 * The same nine numbers in the same order, so the same bits. The question where the image ends is asked once a row and not
 * nine times a pixel; between the borders the loop is nothing but additions.
 */
function meanByRow({ rows, columns, data }: Image): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    const above = data.subarray(Math.max(y - 1, 0) * columns, (Math.max(y - 1, 0) + 1) * columns);
    const here = data.subarray(y * columns, (y + 1) * columns);
    const below = data.subarray(Math.min(y + 1, rows - 1) * columns, (Math.min(y + 1, rows - 1) + 1) * columns);
    const out = result.subarray(y * columns, (y + 1) * columns);
    const mean = (left: number, x: number, right: number): void => {
      const first = (above[left] ?? 0) + (above[x] ?? 0) + (above[right] ?? 0);
      const second = (here[left] ?? 0) + (here[x] ?? 0) + (here[right] ?? 0);
      const third = (below[left] ?? 0) + (below[x] ?? 0) + (below[right] ?? 0);
      out[x] = (first + second + third) / 9;
    };
    mean(0, 0, Math.min(1, columns - 1));
    for (let x = 1; x < columns - 1; x++) mean(x - 1, x, x + 1);
    if (columns > 1) mean(columns - 2, columns - 1, columns - 1);
  }
  return result;
}

/** Fewer operations: three numbers above each other are added once and used three times. The last bits may differ. */
function meanByColumnSums({ rows, columns, data }: Image): Float64Array {
  const result = new Float64Array(rows * columns);
  // One more on each side, so that the loop over the row asks nothing.
  const sums = new Float64Array(columns + 2);
  for (let y = 0; y < rows; y++) {
    const above = Math.max(y - 1, 0) * columns;
    const here = y * columns;
    const below = Math.min(y + 1, rows - 1) * columns;
    for (let x = 0; x < columns; x++) {
      sums[x + 1] = (data[above + x] ?? 0) + (data[here + x] ?? 0) + (data[below + x] ?? 0);
    }
    sums[0] = sums[1] ?? 0;
    sums[columns + 1] = sums[columns] ?? 0;
    for (let x = 0; x < columns; x++) {
      result[here + x] = ((sums[x] ?? 0) + (sums[x + 1] ?? 0) + (sums[x + 2] ?? 0)) / 9;
    }
  }
  return result;
}

/** Four ways to the same image; the last is fanfold's compiled kernel. */
export default async function meanFilter({ size }: Setting): Promise<Outcome> {
  const extent = size === 'full' ? 1000 : 100;
  const image: Image = { rows: extent, columns: extent, data: sampleNumbers(extent * extent) };

  const naive = await measure(() => meanByPixel(image));
  const byRow = await measure(() => meanByRow(image));
  const bySums = await measure(() => meanByColumnSums(image));
  const values = { kind: 'mean', size: 3, border: 'nearest' };
  const filter = await openOperator('filter', { shape: [extent, extent], dtype: 'float64', values });
  const { data } = image;
  const compiled = await measure(() => filter.apply(data).filtered ?? []);
  const outcome: Outcome = {
    subject: `3x3 mean of ${extent} x ${extent} float64`,
    rows: [
      { what: 'pixel by pixel, border asked nine times', seconds: naive.seconds },
      { what: 'row by row, border apart', seconds: byRow.seconds, difference: difference(naive.value, byRow.value) },
      {
        what: 'sums of columns, used three times',
        seconds: bySums.seconds,
        difference: difference(naive.value, bySums.value),
      },
      { what: 'fanfold filter', seconds: compiled.seconds, difference: difference(naive.value, compiled.value) },
    ],
    tolerance: 1e-15,
  };
  filter.close();
  return outcome;
}
