// One solution of exercise 2: one buffer of 1 MiB, and three numbers that go from chunk to chunk.
//
// Each chunk gives its own mean and its own sum of squared deviations; two such triples merge exactly (Chan, Golub and LeVeque
// 1979): nothing large is ever subtracted from something large.
import { open } from 'node:fs/promises';

/** Mean and sum of squared deviations of one chunk. @param {Float64Array} chunk */
function summarise(chunk) {
  let sum = 0;
  for (const value of chunk) sum += value;
  const mean = sum / chunk.length;
  let squares = 0;
  for (const value of chunk) squares += (value - mean) ** 2;
  return { count: chunk.length, mean, squares };
}

/** @param {string} path */
export async function statistics(path) {
  const buffer = new Float64Array(2 ** 17);
  const bytes = new Uint8Array(buffer.buffer);
  const total = { count: 0, mean: 0, squares: 0 };
  const file = await open(path);
  try {
    for (let at = 0; ; ) {
      const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
      if (bytesRead === 0) break;
      const part = summarise(buffer.subarray(0, bytesRead / 8));
      const count = total.count + part.count;
      const apart = part.mean - total.mean;
      total.squares += part.squares + apart ** 2 * total.count * (part.count / count);
      total.mean += apart * (part.count / count);
      total.count = count;
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
  return { mean: total.mean, deviation: Math.sqrt(total.squares / total.count) };
}
