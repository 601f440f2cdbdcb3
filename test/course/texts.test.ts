import { expect, test } from 'vitest';
import { difference, heldBytes, measure, sampleNumbers } from '../../dist/course/measure.js';
import { gradeQuiz } from '../../dist/course/quiz.js';
import { describeOutcome, formatTime, widthOf } from '../../dist/course/table.js';
import { languageOf, textsIn } from '../../dist/course/texts/languages.js';
import { keyOf, translate } from '../../dist/course/texts/translate.js';

test('numbers, their units and quotations change; words, powers and types do not', () => {
  expect(keyOf("3x3 of 12 x 7.5 float64, x^2, 1e-3: '2 of it' took 5.1 ms, 3 MiB/s, NaN")).toBe(
    '3x3 of # x # float64, x^2, #: # took #, #, #',
  );
  expect(translate('2 of 30 files', { '# of # files': '# 个（共 # 个）' })).toBe('2 个（共 30 个）');
  expect(translate('unknown 4', {})).toBe('unknown 4');
});

test('a table lines up in both languages', () => {
  const outcome = {
    subject: 'sum of 1000000 numbers; the value is the relative error',
    rows: [
      { what: 'one thread, one loop', seconds: 0.0123 },
      { what: 'one thread, 4 parts', seconds: 0.0041, difference: 2.5e-14, bytes: 2048 },
    ],
    tolerance: 1e-12,
    remarks: ['Threads did not pay here up to 1000 numbers.'],
  };
  expect(describeOutcome(outcome, textsIn('en'))).toBe(`sum of 1,000,000 numbers; the value is the relative error

                           time  speed     bytes  differs by
  one thread, one loop  12.3 ms
  one thread, 4 parts   4.10 ms   3.0x  2.00 KiB     2.5e-14

Threads did not pay here up to 1000 numbers.`);
  const lines = describeOutcome(outcome, textsIn('zh')).split('\n');
  expect(lines[0]).toBe('1,000,000 个数求和；“数值”一列是相对误差');
  expect(lines.slice(2, 5).map((line) => widthOf(line.replace(/\s+\S+(?: KiB.*)?$/, '')) > 0)).toEqual([
    true,
    true,
    true,
  ]);
  expect(widthOf('单线程，4 段')).toBe(12);
});

test.each([
  [5e-7, '0.50 us'],
  [0.0123, '12.3 ms'],
  [0.9999, '1.00 s'],
  [123.4, '123 s'],
])('%d seconds are %s', (seconds, text) => expect(formatTime(seconds)).toBe(text));

test('the quiz explains each answer', () => {
  const text = gradeQuiz(textsIn('en'), ['b', 'A', 'a']);
  expect(text).toContain('1. b: right.');
  expect(text).toContain('2. a: wrong, it is c.');
  expect(text).toMatch(/right answers: 2 \/ 3$/);
  expect(() => gradeQuiz(textsIn('en'), ['b'])).toThrow('The quiz has 3 questions.');
  expect(() => gradeQuiz(textsIn('zh'), ['b', 'x', 'a'])).toThrow('The quiz has 3 questions.');
});

test('the language is that of the terminal', () => {
  expect(languageOf({ LANG: 'zh_CN.UTF-8' })).toBe('zh');
  expect(languageOf({ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' })).toBe('en');
  expect(languageOf({})).toBe('en');
});

test('differences are relative to the largest value, and NaN is one', () => {
  expect(difference([1, -4], [1, -4])).toBe(0);
  expect(difference([1, -4], [2, -4])).toBe(0.25);
  expect(difference([1], [1, 2])).toBe(Number.POSITIVE_INFINITY);
  expect(difference([1], [Number.NaN])).toBe(Number.POSITIVE_INFINITY);
  expect(difference([Number.NaN, 1], [Number.NaN, 1])).toBe(0);
});

test('a measurement gives its result and runs once more than it counts', async () => {
  let runs = 0;
  expect((await measure(() => ++runs, 3)).value).toBe(4);
  const { bytes, value } = await heldBytes(() => new Float64Array(1e6));
  expect(value.length).toBe(1e6);
  expect(bytes).toBeGreaterThan(7e6);
});

test('sample numbers are the same in every run, and look random', () => {
  const numbers = sampleNumbers(10_000, 3);
  expect([...numbers]).toEqual([...sampleNumbers(10_000, 3)]);
  expect(numbers.every((x) => x >= 0 && x < 1)).toBe(true);
  expect(numbers.reduce((sum, x) => sum + x, 0) / 10_000).toBeCloseTo(0.5, 1);
  expect(new Set(numbers).size).toBe(10_000);
});
