// One solution of exercise 1: no sorting, no array for each pixel, the border asked about once a row.
//
// Sort the three numbers above each other in every column (low, middle, high). The median of all nine is then the median of
// three: the highest of the three lows, the median of the three middles, the lowest of the three highs. Each sorted
// column serves three pixels.

/** @param {number} a @param {number} b @param {number} c */
const median3 = (a, b, c) => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));

/** @param {Float64Array} image @param {number} rows @param {number} columns */
export function median3x3(image, rows, columns) {
  const result = new Float64Array(rows * columns);
  // One more column on each side, the nearest one again, so that the loop over a row asks nothing.
  const low = new Float64Array(columns + 2);
  const middle = new Float64Array(columns + 2);
  const high = new Float64Array(columns + 2);
  for (let y = 0; y < rows; y++) {
    const above = Math.max(y - 1, 0) * columns;
    const here = y * columns;
    const below = Math.min(y + 1, rows - 1) * columns;
    for (let x = 0; x < columns; x++) {
      const [a, b, c] = [image[above + x], image[here + x], image[below + x]];
      low[x + 1] = Math.min(a, b, c);
      middle[x + 1] = median3(a, b, c);
      high[x + 1] = Math.max(a, b, c);
    }
    for (const sorted of [low, middle, high]) {
      sorted[0] = sorted[1];
      sorted[columns + 1] = sorted[columns];
    }
    for (let x = 0; x < columns; x++) {
      const highestLow = Math.max(low[x], low[x + 1], low[x + 2]);
      const lowestHigh = Math.min(high[x], high[x + 1], high[x + 2]);
      result[here + x] = median3(highestLow, median3(middle[x], middle[x + 1], middle[x + 2]), lowestHigh);
    }
  }
  return result;
}
