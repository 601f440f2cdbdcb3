import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { fanfold, folderWithScan } from './fanfold.js';

vi.setConfig({ testTimeout: 120_000 });

const folder = folderWithScan();
const english = (...args: string[]) => fanfold(folder, 'course', ...args, '--lang', 'en');

test('fanfold course lists lessons and exercises', () => {
  const { code, stdout, stderr } = english();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('\n1.1  Vectorisation\n  mean-filter ');
  expect(stdout).toContain('\n  exercise 3  downloads that survive\n');
  expect(existsSync(/text: (.*)/.exec(stdout)?.[1] ?? '')).toBe(true);
});

test('a section runs all of its programs, in the language that is asked for', () => {
  const { code, stdout, stderr } = fanfold(folder, 'course', '1.1', '--size', 'small', '--lang', 'zh');
  expect(code).toBe(0);
  expect(stdout).toContain('1.1 mean-filter：100 x 100 个 float64 的 3x3 均值滤波\n');
  expect(stdout).toContain('1.1 border-rules：');
  expect(stderr).toMatch(/^测量环境 .*Node v\d+/);
});

test('--json gives rows with speed-ups', () => {
  const { code, stdout } = english('mean-filter', '--size', 'small', '--json');
  expect(code).toBe(0);
  const { lessons, machine } = JSON.parse(stdout);
  expect(machine.node).toBe(process.version);
  expect(lessons).toHaveLength(1);
  expect(lessons[0].section).toBe('1.1');
  expect(lessons[0].rows[1].speedUp).toBeGreaterThan(0);
  expect(lessons[0].rows[1].difference).toBe(0);
});

test.each([
  [['mean-fliter'], "The course has no lesson 'mean-fliter'. Did you mean mean-filter?"],
  [['chek'], "The course has no lesson 'chek'. Did you mean check?"],
  [['7.7.7'], "The course has no lesson '7.7.7'. See fanfold course."],
  [['1.1', '1.2'], 'fanfold course runs one lesson or section, not 1.1 1.2.'],
  [['check', '4', 'x.mjs'], "There are exercises 1 to 3, not '4': fanfold course check 1 FILE."],
  [['start', '2'], 'fanfold course start takes one file: fanfold course start 2 my-2.mjs.'],
  [['quiz', 'a'], 'The quiz has 3 questions. Answer with a letter for each, such as: fanfold course quiz a b c.'],
  [['1.1', '--lang', 'fr'], "--lang takes auto, en, zh, not 'fr'. Did you mean en?"],
])('%j is refused', (args, message) => {
  const { code, stdout, stderr } = fanfold(folder, 'course', ...args);
  expect({ code, stdout, stderr: stderr.trim() }).toEqual({ code: 2, stdout: '', stderr: `fanfold: ${message}` });
});

test('an exercise is begun once, and checked', () => {
  const begun = english('start', '1', 'mine.mjs');
  expect(begun.code).toBe(0);
  expect(begun.stdout).toMatch(/^exercise 1: a 3x3 median that beats the loop\n/);
  expect(readFileSync(join(folder, 'mine.mjs'), 'utf8')).toContain('export function median3x3(image, rows, columns)');
  expect(english('start', '1', 'mine.mjs').code).toBe(5);

  const { stdout } = english('check', '1', 'mine.mjs', '--size', 'small');
  expect(stdout).toContain('  + the same numbers as the naive loop on 8 images, borders and ties included\n');
  expect(stdout).toMatch(/ [+-] .* times as fast; asked for: 3\n/);
});

test('a solution that is wrong ends with exit code 6 and says where', () => {
  english('start', '2', 'second.mjs');
  const { code, stdout } = english('check', '2', 'second.mjs', '--size', 'small');
  expect(code).toBe(6);
  expect(stdout).toMatch(/^exercise 2: .*\n {2}- 1000 numbers: the standard deviation is .*\nnot solved yet\n$/);
});

test('the quiz asks, and grades', () => {
  expect(english('quiz').stdout).toMatch(/^1\. The sum[\s\S]*\n {3}a\) /);
  expect(english('quiz', 'b', 'c', 'a').stdout).toMatch(/right answers: 3 \/ 3\n$/);
  expect(english('quiz', 'B,c,A').stdout).toMatch(/right answers: 3 \/ 3\n$/);
});
