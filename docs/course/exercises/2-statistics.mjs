// Exercise 2: a statistic of an array that does not fit. Check it with: fanfold course check 2 THIS_FILE
//
// The function below reads the whole file, and its formula subtracts two huge numbers from each other. Neither will do.
import { readFile } from 'node:fs/promises';

/**
 * @param {string} path a file of bare float64, without any header
 * @returns {Promise<{ mean: number, deviation: number }>} mean and standard deviation, over n and not n - 1
 */
export async function statistics(path) {
  const { buffer, byteOffset, byteLength } = await readFile(path);
  const numbers = new Float64Array(buffer, byteOffset, byteLength / 8);
  let sum = 0;
  let squares = 0;
  for (const value of numbers) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / numbers.length;
  return { mean, deviation: Math.sqrt(squares / numbers.length - mean * mean) };
}
