import { formatBytes } from '../../core/size.js';
import { peakOwnBytes } from '../../io/process-usage.js';
import { measure, sampleNumbers } from '../measure.js';
import { formatTime } from '../table.js';
import { type Exercise, emptyStage, type Finding, type Solution } from './exercise.js';

const EXPORTS = 'median3x3';

/** How many times as fast as the naive loop a solution has to be. */
const FASTER = 3;

/** The definition: nine neighbours, sorted, the middle one. Outside the image the nearest pixel counts. */
export function naiveMedian(image: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const nine: number[] = [];
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const row = Math.min(Math.max(y + dy, 0), rows - 1);
          const column = Math.min(Math.max(x + dx, 0), columns - 1);
          nine.push(image[row * columns + column] ?? 0);
        }
      }
      nine.sort((a, b) => a - b);
      result[y * columns + x] = nine[4] ?? 0;
    }
  }
  return result;
}

/** Images on which short cuts fail: thin ones, ties, numbers below zero. */
function images(): (readonly [rows: number, columns: number, data: Float64Array])[] {
  const shapes = [
    [1, 1],
    [1, 7],
    [7, 1],
    [2, 2],
    [3, 3],
    [16, 33],
  ] as const;
  const random = shapes.map(
    ([rows, columns], i) => [rows, columns, sampleNumbers(rows * columns, i + 1).map((x) => x - 0.5)] as const,
  );
  const ties = sampleNumbers(12 * 11).map((x) => Math.floor(x * 3) - 1);
  return [...random, [12, 11, ties], [4, 5, new Float64Array(20).fill(-2)]];
}

function compare(solution: Solution): Finding[] {
  const cases = images();
  for (const [rows, columns, data] of cases) {
    const given = data.slice();
    const found = solution(given, rows, columns);
    if (!(found instanceof Float64Array) || found.length !== rows * columns) {
      const what = `the image of ${rows} x ${columns} must give a Float64Array of ${rows * columns} numbers`;
      return [{ ok: false, what }];
    }
    if (!given.every((value, i) => value === data[i]))
      return [{ ok: false, what: `the image of ${rows} x ${columns} was changed; write to an array of your own` }];
    const expected = naiveMedian(data, rows, columns);
    const wrong = expected.findIndex((value, i) => value !== found[i]);
    if (wrong >= 0) {
      const where = `row ${Math.floor(wrong / columns)}, column ${wrong % columns}`;
      const what = `image of ${rows} x ${columns}: ${where} is ${found[wrong]}, but the naive loop gives ${expected[wrong]}`;
      return [{ ok: false, what }];
    }
  }
  return [
    { ok: true, what: `the same numbers as the naive loop on ${cases.length} images, borders and ties included` },
  ];
}

/** Exercise 1: a median filter that beats the loop. */
export const MEDIAN: Exercise = {
  exports: EXPORTS,
  patience: 120,
  open: async (size, folder) => emptyStage(size, folder),
  async examine(solution, { size }) {
    const right = compare(solution);
    if (right.some(({ ok }) => !ok)) return right;
    const extent = size === 'full' ? 1000 : 200;
    const image = sampleNumbers(extent * extent);
    const before = peakOwnBytes();
    const own = await measure(() => solution(image, extent, extent), 3);
    const taken = peakOwnBytes() - before;
    const naive = await measure(() => naiveMedian(image, extent, extent), 1);
    const ratio = naive.seconds / own.seconds;
    const times = `${formatTime(own.seconds)} against ${formatTime(naive.seconds)} of the naive loop for ${extent} x ${extent} pixels`;
    return [
      ...right,
      { ok: ratio >= FASTER, what: `${times}: ${ratio.toFixed(1)} times as fast; asked for: ${FASTER}` },
      { ok: true, what: `memory rose by ${formatBytes(Math.max(0, taken))} meanwhile` },
    ];
  },
};
