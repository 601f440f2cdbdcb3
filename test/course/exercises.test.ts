import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { checkExercise } from '../../dist/course/exercises/check.js';
import type { Finding } from '../../dist/course/exercises/exercise.js';
import { textsIn } from '../../dist/course/texts/languages.js';
import { keyOf } from '../../dist/course/texts/translate.js';

vi.setConfig({ testTimeout: 120_000 });

const course = join(import.meta.dirname, '../../docs/course/exercises');
const folder = mkdtempSync(join(tmpdir(), 'fanfold-exercises-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const check = async (number: number, file: string): Promise<readonly Finding[]> => {
  const findings = await checkExercise(number, file, 'small', new AbortController().signal);
  const { dictionary } = textsIn('zh');
  expect(findings.map(({ what }) => keyOf(what)).filter((key) => !(key in dictionary))).toEqual([]);
  return findings;
};
/** Time and memory depend on what else the machine does; they are for the reader, not for this test. */
const aboutValues = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ what }) => !/times as fast|memory rose/.test(what));

function solution(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const NAMES = ['1-median.mjs', '2-statistics.mjs', '3-download.mjs'];

test.each([1, 2, 3])('the solution of exercise %i is right', async (number) => {
  const findings = await check(number, join(course, 'solutions', NAMES[number - 1] ?? ''));
  expect(aboutValues(findings).filter(({ ok }) => !ok)).toEqual([]);
  expect(findings.length).toBeGreaterThan(2);
});

test('the starting file of exercise 1 is right and slow', async () => {
  const findings = await check(1, join(course, NAMES[0] ?? ''));
  expect(aboutValues(findings).every(({ ok }) => ok)).toBe(true);
  expect(findings.some(({ what }) => what.includes('times as fast'))).toBe(true);
});

test('the starting files of exercises 2 and 3 are wrong, and learn why', async () => {
  expect(await check(2, join(course, NAMES[1] ?? ''))).toEqual([
    { ok: false, what: expect.stringMatching(/^1000 numbers: the standard deviation is 0\.2\d+, not .*digits lost/) },
  ]);
  expect(await check(3, join(course, NAMES[2] ?? ''))).toEqual([
    { ok: false, what: expect.stringMatching(/^the function threw .*must not stop the others$/) },
  ]);
});

test.each([
  ['wrong border', 1, 'export const median3x3 = (image) => image.slice()', /^image of 1 x 7: row 0, column \d is /],
  ['no array', 1, 'export const median3x3 = () => [1]', /must give a Float64Array of 1 numbers/],
  ['changed input', 1, 'export const median3x3 = (a) => a.fill(0).slice()', /was changed/],
  ['no numbers', 2, 'export const statistics = async () => 4', /must be an object with mean and deviation/],
  [
    'wrong mean',
    2,
    'export const statistics = async () => ({ mean: 1, deviation: 0 })',
    /the mean is 1\d+[\d.]*, not 1$/,
  ],
  ['no list', 3, 'export const download = async () => null', /must be an array with 24 entries/],
  [
    'wrong entry',
    3,
    'export const download = async (urls) => urls.map(() => null)',
    /^entry 0 is 'null', but should be /,
  ],
  ['another name', 2, 'export const mean = 1', /must export a function 'statistics'; it exports 'mean'/],
  ['no module', 1, 'export const = ;', /cannot be loaded: 'SyntaxError/],
  ['throws', 1, "export const median3x3 = () => { throw new Error('oh') }", /threw 'Error: oh'/],
  [
    'takes all memory',
    1,
    'export const median3x3 = () => { const all = []; for (;;) all.push(new Float64Array(1e6).fill(1)); }',
    /was stopped: it took more than 1\.00 GiB/,
  ],
  ['ends', 3, 'export const download = () => process.exit(3)', /ended early with '3'/],
])('%s', async (name, number, text, message) => {
  const findings = await check(number, solution(`${name.replace(' ', '-')}.mjs`, text));
  expect(findings.find(({ ok }) => !ok)?.what).toMatch(message);
});

test('a file that is not there is the source that is missing', async () => {
  await expect(check(1, join(folder, 'nowhere.mjs'))).rejects.toThrow('does not exist');
});

test('a check that is interrupted stops its solution', async () => {
  const endless = solution('endless.mjs', 'export const median3x3 = () => { for (;;); }');
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 200);
  await expect(checkExercise(1, endless, 'small', stop.signal)).rejects.toThrow('stopped');
});
