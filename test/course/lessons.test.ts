import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { LESSONS, nameOf, SECTIONS } from '../../dist/course/lessons.js';
import { runLesson } from '../../dist/course/run.js';
import { speedUps } from '../../dist/course/table.js';
import { LANGUAGES, textsIn } from '../../dist/course/texts/languages.js';
import { keyOf } from '../../dist/course/texts/translate.js';

vi.setConfig({ testTimeout: 120_000 });

const root = join(import.meta.dirname, '../..');
const pages = (language: string): Map<string, string> => {
  const folder = join(root, 'docs/course', language);
  const names = readdirSync(folder).filter((name) => name.endsWith('.md'));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
};
const markersOf = (text: string): string[] =>
  [...text.matchAll(/<!-- (?:source|file|output|machine|quiz)[^>]*-->/g)].map(([marker]) => marker);

// `runLesson` itself fails when a fast version gives other numbers than the naive one.
test.each(LESSONS.map((lesson) => [nameOf(lesson), lesson] as const))(
  '%s agrees with its naive version',
  async (_, lesson) => {
    const outcome = await runLesson(lesson, 'small', new AbortController().signal);
    // A package that is optional may be missing; the remark says which.
    expect(outcome.rows.length > 1 || (outcome.remarks ?? []).length > 0).toBe(true);
    for (const { seconds = 1, bytes = 1, value = 0 } of outcome.rows) {
      expect(seconds).toBeGreaterThanOrEqual(0);
      expect(bytes).toBeGreaterThanOrEqual(0);
      expect(value).not.toBeNaN();
    }
    const lines = [outcome.subject, ...outcome.rows.map(({ what }) => what), ...(outcome.remarks ?? [])];
    const { dictionary } = textsIn('zh');
    expect(lines.map(keyOf).filter((key) => !(key in dictionary))).toEqual([]);
  },
);

test('programs use the public package, Node, and what the text shows', () => {
  const folder = join(root, 'src/course/lessons');
  const shown = [...pages('en').values()].flatMap(markersOf).join('\n');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )) {
    const text = readFileSync(join(folder, name), 'utf8');
    const imports = [...text.matchAll(/\bfrom '([^']+)'/g)].map((match) => match[1] ?? '');
    const allowed = /^(fanfold|node:.*|\.\.\/\.\.\/(measure|outcome)\.js|\.\/[\w-]+\.js)$/;
    expect({ name, imports: imports.filter((from) => !allowed.test(from)) }).toEqual({ name, imports: [] });
    if (!name.endsWith('pictures.ts')) expect(shown).toContain(`source lessons/${name.replace('.ts', '')} `);
  }
});

test('both languages show the same programs and outputs on the same pages', () => {
  const [english, chinese] = [pages('en'), pages('zh')];
  expect([...chinese.keys()]).toEqual([...english.keys()]);
  for (const [name, text] of english)
    expect([name, markersOf(chinese.get(name) ?? '')]).toEqual([name, markersOf(text)]);
  const outputs = [...english.values()].flatMap(markersOf).filter((marker) => marker.includes('output'));
  expect(outputs.sort()).toEqual(LESSONS.map((lesson) => `<!-- output ${nameOf(lesson)} -->`).sort());
});

test('both languages have a word for everything', () => {
  for (const language of LANGUAGES) {
    const { sections, programs, exercises, quiz } = textsIn(language);
    expect(Object.keys(sections)).toEqual(SECTIONS);
    expect(Object.keys(programs)).toEqual(LESSONS.map(nameOf));
    expect(exercises).toHaveLength(3);
    expect(quiz.map(({ right }) => right)).toEqual(textsIn('en').quiz.map(({ right }) => right));
    expect(quiz.map(({ answers }) => answers.length)).toEqual([3, 3, 3]);
  }
  const { dictionary } = textsIn('zh');
  for (const [key, line] of Object.entries(dictionary)) {
    // As many places for numbers as the English line has.
    expect([key, line.split('#').length]).toEqual([key, key.split('#').length]);
  }
});

test('speed-ups are against the last base', () => {
  const rows = [
    { what: 'nothing', bytes: 1 },
    { what: 'naive', seconds: 8 },
    { what: 'fast', seconds: 2 },
    { what: 'another naive', seconds: 3, isBase: true },
    { what: 'slower', seconds: 6 },
  ];
  expect(speedUps(rows)).toEqual([null, null, 4, null, 0.5]);
});
