import { resolve } from 'node:path';
import { UsageError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { checkValues, type Params, type Values } from '../core/params.js';
import { checkExercise } from '../course/exercises/check.js';
import { LESSONS, type Lesson, nameOf, SECTIONS } from '../course/lessons.js';
import { describeQuestion, gradeQuiz } from '../course/quiz.js';
import { runLesson } from '../course/run.js';
import { COURSE_FOLDER, writeStarter } from '../course/starters.js';
import { describeOutcome, speedUps } from '../course/table.js';
import { languageOf, textsIn } from '../course/texts/languages.js';
import type { Texts } from '../course/texts/texts.js';
import { translate } from '../course/texts/translate.js';
import { describeMachine } from '../io/machine.js';
import { version } from '../version.js';
import { parseFlags } from './flags.js';
import { verbHelp } from './help.js';
import { tell } from './terminal.js';

const PARAMS = {
  lang: {
    kind: 'choice',
    choices: ['auto', 'en', 'zh'],
    default: 'auto',
    help: 'language; auto takes that of the terminal',
  },
  size: {
    kind: 'choice',
    choices: ['small', 'full'],
    default: 'full',
    help: 'small ends in moments and measures little',
  },
  json: { kind: 'flag', help: 'the same as JSON on stdout' },
} as const satisfies Params;

/** Results of a fast and a naive version differ, or a solution is not there yet: as for benchmarks. */
const NOT_SOLVED = 6;

const WORDS = ['all', 'start', 'check', 'quiz'] as const;

interface Command {
  readonly values: Values<typeof PARAMS>;
  readonly texts: Texts;
  readonly rest: readonly string[];
}

const print = (text: string): boolean => process.stdout.write(`${text}\n`);

function list({ texts, values }: Command): number {
  if (values.json) {
    print(JSON.stringify(LESSONS.map((lesson) => ({ section: lesson.section, name: nameOf(lesson) }))));
    return 0;
  }
  const width = Math.max(...LESSONS.map((lesson) => nameOf(lesson).length));
  const lines = SECTIONS.flatMap((section) => [
    '',
    `${section}  ${texts.sections[section] ?? ''}`,
    ...LESSONS.filter((lesson) => lesson.section === section).map(
      (lesson) => `  ${nameOf(lesson).padEnd(width)}  ${texts.programs[nameOf(lesson)] ?? ''}`,
    ),
  ]);
  const exercises = texts.exercises.map(({ title }, i) => `  ${texts.words.exercise} ${i + 1}  ${title}`);
  const folder = `${COURSE_FOLDER}${texts === textsIn('zh') ? 'zh' : 'en'}/README.md`;
  print(
    [
      texts.title,
      ...lines,
      '',
      ...exercises,
      '',
      texts.words.usage,
      `${texts.words.text}${texts.words.colon}${folder}`,
    ].join('\n'),
  );
  return 0;
}

/** The lessons that a section number or a name stands for. @throws UsageError */
function lessonsOf(wanted: string): readonly Lesson[] {
  const found = LESSONS.filter((lesson) => wanted === 'all' || lesson.section === wanted || nameOf(lesson) === wanted);
  if (found.length > 0) return found;
  const guess = nearest(wanted, [...SECTIONS, ...LESSONS.map(nameOf), ...WORDS]);
  throw new UsageError(
    'no-lesson',
    `The course has no lesson '${wanted}'.${guess ? ` Did you mean ${guess}?` : ' See fanfold course.'}`,
  );
}

async function runLessons({ texts, values, rest }: Command, signal: AbortSignal): Promise<number> {
  if (rest.length > 1)
    throw new UsageError('too-many', `fanfold course runs one lesson or section, not ${rest.join(' ')}.`);
  const lessons = lessonsOf(rest[0] ?? 'all');
  const machine = describeMachine();
  const found: unknown[] = [];
  for (const lesson of lessons) {
    const outcome = await runLesson(lesson, values.size, signal);
    const ratios = speedUps(outcome.rows);
    const rows = outcome.rows.map((row, i) => ({ ...row, ...(ratios[i] ? { speedUp: ratios[i] } : {}) }));
    found.push({ section: lesson.section, name: nameOf(lesson), ...outcome, rows });
    if (!values.json)
      print(`${lesson.section} ${nameOf(lesson)}${texts.words.colon}${describeOutcome(outcome, texts)}\n`);
  }
  const { cpu, cores, node } = machine;
  if (values.json) print(JSON.stringify({ version, machine, size: values.size, lessons: found }));
  else tell(`${texts.words.machine} ${cpu}, ${cores} ${texts.words.cores}, Node ${node}, fanfold ${version}`);
  return 0;
}

/** The number of an exercise and a file behind `start` or `check`. @throws UsageError */
function exerciseAnd(action: string, { texts, rest }: Command): readonly [number: number, file: string] {
  const [, number = '', file, ...more] = rest;
  const count = texts.exercises.length;
  if (!/^\d+$/.test(number) || Number(number) < 1 || Number(number) > count)
    throw new UsageError(
      'no-exercise',
      `There are exercises 1 to ${count}, not '${number}': fanfold course ${action} 1 FILE.`,
    );
  if (file === undefined || more.length > 0)
    throw new UsageError(
      'no-file',
      `fanfold course ${action} takes one file: fanfold course ${action} ${number} my-${number}.mjs.`,
    );
  return [Number(number), file];
}

function start(command: Command): number {
  const [number, file] = exerciseAnd('start', command);
  writeStarter(number, file);
  const { words, exercises } = command.texts;
  const { title = '', task = [] } = exercises[number - 1] ?? {};
  print([`${words.exercise} ${number}${words.colon}${title}`, ...task, file].join('\n'));
  return 0;
}

async function check(command: Command, signal: AbortSignal): Promise<number> {
  const [number, file] = exerciseAnd('check', command);
  const { texts, values } = command;
  const findings = await checkExercise(number, resolve(file), values.size, signal);
  const isSolved = findings.every(({ ok }) => ok);
  if (values.json) print(JSON.stringify({ exercise: number, solved: isSolved, findings }));
  else {
    const { words, dictionary, exercises } = texts;
    const title = `${words.exercise} ${number}${words.colon}${exercises[number - 1]?.title ?? ''}`;
    const lines = findings.map(({ ok, what }) => `  ${ok ? '+' : '-'} ${translate(what, dictionary)}`);
    print([title, ...lines, isSolved ? words.passed : words.failed].join('\n'));
  }
  return isSolved ? 0 : NOT_SOLVED;
}

function quiz({ texts, rest, values }: Command): number {
  const answers = rest.slice(1);
  if (values.json) print(JSON.stringify(texts.quiz));
  else if (answers.length > 0) print(gradeQuiz(texts, answers));
  else print(`${texts.quiz.map((one, i) => describeQuestion(one, i + 1)).join('\n\n')}\n\nfanfold course quiz a b c`);
  return 0;
}

export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { positionals, raw } = parseFlags(args, PARAMS, 'fanfold course');
  const values = checkValues(PARAMS, raw, 'fanfold course');
  const language = values.lang === 'auto' ? languageOf(process.env) : values.lang;
  const command: Command = { values, texts: textsIn(language), rest: positionals };
  switch (positionals[0]) {
    case undefined:
      return list(command);
    case 'start':
      return start(command);
    case 'check':
      return check(command, signal);
    case 'quiz':
      return quiz(command);
    default:
      return runLessons(command, signal);
  }
}

export function help(): string {
  return verbHelp(
    'course [LESSON|start N FILE|check N FILE|quiz [ANSWERS]] [options]',
    'Lists the lessons of the course, runs one (1.1, mean-filter, all) with the numbers of this machine, begins an exercise in FILE and checks it, or asks the three questions. The text is in docs/course, in English and Chinese.',
    [['options', PARAMS]],
  );
}
