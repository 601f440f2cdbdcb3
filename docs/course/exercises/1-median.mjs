// Exercise 1: a 3x3 median that beats the loop. Check it with: fanfold course check 1 THIS_FILE
//
// The loop below is right and slow. For each pixel it makes an array, asks nine times where the image ends, and sorts with a
// function that is called some twenty times. Which of these can go?

/**
 * @param {Float64Array} image row after row; must stay as it is
 * @param {number} rows
 * @param {number} columns
 * @returns {Float64Array} the median of each pixel and its eight neighbours; outside the image the nearest pixel counts
 */
export function median3x3(image, rows, columns) {
  const result = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const nine = [];
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const row = Math.min(Math.max(y + dy, 0), rows - 1);
          const column = Math.min(Math.max(x + dx, 0), columns - 1);
          nine.push(image[row * columns + column]);
        }
      }
      nine.sort((a, b) => a - b);
      result[y * columns + x] = nine[4];
    }
  }
  return result;
}
