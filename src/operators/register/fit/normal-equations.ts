import { CONSTANT, type Level, pairOf, sumsOf } from './columns.js';

/** Sums of columns times samples of points `from` to `to`, and of samples times themselves, in float64. @param samples of the block */
export function accumulate(
  level: Level,
  samples: Float32Array,
  from: number,
  to: number,
  sums: Float64Array,
  at: number,
): void {
  const { width, columns, count } = level;
  const weight = CONSTANT * count;
  for (let j = 0; j < width; j++) {
    let sum = 0;
    for (let n = from; n < to; n++) sum += (columns[j * count + n] ?? 0) * (samples[n - from] ?? 0);
    sums[at + j] = sum;
  }
  let squares = 0;
  for (let n = from; n < to; n++) {
    const value = samples[n - from] ?? 0;
    squares += (columns[weight + n] ?? 0) * value * value;
  }
  sums[at + width] = squares;
}

/** Adds up pairs of columns over the points that are out of view: they are taken off the template's own sums. */
export function accumulateMissed(
  level: Level,
  missed: Uint32Array,
  many: number,
  sums: Float64Array,
  at: number,
): void {
  const { width, columns, count } = level;
  const place = sumsOf(width);
  sums.fill(0, at + place.missed, at + place.length);
  for (let i = 0; i < many; i++) {
    const n = missed[i] ?? 0;
    const weight = columns[CONSTANT * count + n] ?? 0;
    if (weight === 0) continue;
    sums[at + place.missed] = (sums[at + place.missed] ?? 0) + 1;
    for (let j = 0; j < width; j++) {
      const left = (columns[j * count + n] ?? 0) / weight;
      for (let k = 0; k <= j; k++) {
        const pair = at + place.pairs + pairOf(j, k);
        sums[pair] = (sums[pair] ?? 0) + left * (columns[k * count + n] ?? 0);
      }
    }
  }
}

/** Adds the sums of all blocks, `length` numbers each, in their order. */
export function addBlocks(sums: Float64Array, blocks: number, length: number, total: Float64Array): void {
  total.fill(0);
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < length; i++) total[i] = (total[i] ?? 0) + (sums[block * length + i] ?? 0);
  }
}
