import { join } from 'node:path';
import { formatBytes } from '../../core/size.js';
import { writeFile } from '../../io/output.js';
import { peakOwnBytes } from '../../io/process-usage.js';
import { sampleNumbers } from '../measure.js';
import { formatTime } from '../table.js';
import type { Exercise, Finding, Solution } from './exercise.js';

/** Numbers made at a time. */
const BLOCK = 2 ** 17;
/** The numbers lie around it, so that sum(x^2) - n mean^2 has no digits left. */
const OFFSET = 1e8;

/** Lengths of the small files: one number, and what does and does not fill chunks of 1000. */
const LENGTHS = [1, 1000, 2500];

const LARGE = {
  small: { blocks: 96, memory: 48 * 2 ** 20 },
  full: { blocks: 512, memory: 64 * 2 ** 20 },
} as const;

/** Writes `count` numbers to a file, a block at a time. @returns their mean and standard deviation (over n) */
function writeNumbers(path: string, count: number): readonly [mean: number, deviation: number] {
  // Taken from the middle of the numbers, differences are small and sums of their squares exact enough.
  const middle = OFFSET + 0.5;
  let [sum, squares] = [0, 0];
  writeFile(path, false, (file) => {
    for (let first = 0; first < count; first += BLOCK) {
      const numbers = sampleNumbers(Math.min(BLOCK, count - first), first + 1).map((x) => x + OFFSET);
      for (const value of numbers) {
        sum += value - middle;
        squares += (value - middle) ** 2;
      }
      file.write(numbers, first * 8);
    }
  });
  const shift = sum / count;
  return [middle + shift, Math.sqrt(Math.max(0, squares / count - shift ** 2))];
}

/** What is wrong with an answer, or null. */
function fault(found: unknown, [mean = 0, deviation = 0]: readonly number[], count: number): string | null {
  if (typeof found !== 'object' || found === null || !('mean' in found) || !('deviation' in found))
    return 'the result must be an object with mean and deviation';
  const [m, d] = [Number(found.mean), Number(found.deviation)];
  if (!(Math.abs(m - mean) <= 1e-3)) return `${count} numbers: the mean is ${mean}, not ${m}`;
  if (!(Math.abs(d - deviation) <= 1e-4))
    return `${count} numbers: the standard deviation is ${deviation.toPrecision(5)}, not ${d.toPrecision(5)}; are digits lost in sum(x^2) - n mean^2?`;
  return null;
}

async function examine(
  solution: Solution,
  places: readonly string[],
  expected: readonly (readonly number[])[],
  limit: number,
  large: number,
) {
  const findings: Finding[] = [];
  for (const [i, path] of places.entries()) {
    const count = LENGTHS[i] ?? large;
    const [before, start] = [peakOwnBytes(), performance.now()];
    const wrong = fault(await solution(path), expected[i] ?? [], count);
    if (wrong !== null) return [...findings, { ok: false, what: wrong }];
    if (i < LENGTHS.length) continue;
    findings.push({ ok: true, what: `mean and standard deviation of ${places.length} files, remainders included` });
    const [taken, seconds] = [Math.max(0, peakOwnBytes() - before), (performance.now() - start) / 1000];
    const size = formatBytes(count * 8);
    const memory = `memory rose by ${formatBytes(taken)} for a file of ${size}; allowed: ${formatBytes(limit)}`;
    findings.push({ ok: taken <= limit, what: memory });
    findings.push({ ok: true, what: `${formatTime(seconds)} for that file, ${formatBytes((count * 8) / seconds)}/s` });
  }
  return findings;
}

/** Exercise 2: a statistic of an array that is larger than the memory it is given. */
export const STATISTICS: Exercise = {
  exports: 'statistics',
  patience: 120,
  async open(size, folder) {
    const counts = [...LENGTHS, LARGE[size].blocks * BLOCK + 123];
    const places = counts.map((_, i) => join(folder, `numbers-${i}.raw`));
    const expected = counts.map((count, i) => writeNumbers(places[i] ?? '', count));
    return { input: { size, folder, places, expected }, findings: async () => [], close: async () => undefined };
  },
  examine: (solution, { size, places, expected }) =>
    examine(solution, places, expected, LARGE[size].memory, LARGE[size].blocks * BLOCK + 123),
};
