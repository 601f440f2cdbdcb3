// The pages of the course: texts written by hand, into which programs, their recorded outputs, the quiz and the machine are
// put between `<!-- KIND NAME -->` and `<!-- end -->`.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatBytes } from '../dist/core/size.js';
import { LESSONS, nameOf } from '../dist/course/lessons.js';
import { describeQuestion } from '../dist/course/quiz.js';
import { runLesson } from '../dist/course/run.js';
import { describeOutcome } from '../dist/course/table.js';
import { LANGUAGES, textsIn } from '../dist/course/texts/languages.js';
import { describeMachine } from '../dist/io/machine.js';
import { version } from '../dist/version.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const course = join(root, 'docs/course');
const RECORDED = join(course, 'recorded.json');

const code = (text, language) => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

/** What was measured when the outputs were recorded. */
const recorded = () => (existsSync(RECORDED) ? JSON.parse(readFileSync(RECORDED, 'utf8')) : { lessons: {} });

/**
 * Runs lessons at their full size and keeps what they gave, for the pages.
 *
 * @param {readonly string[]} names none for all
 * @param {boolean} isBusy other programs run meanwhile, and the pages say so
 */
export async function recordCourse(names, isBusy) {
  const { lessons } = recorded();
  const date = new Date().toISOString().slice(0, 10);
  for (const lesson of LESSONS) {
    const name = nameOf(lesson);
    if (names.length > 0 && !names.includes(name)) continue;
    process.stdout.write(`recording ${name}\n`);
    lessons[name] = await runLesson(lesson, 'full', new AbortController().signal);
  }
  const known = LESSONS.map(nameOf);
  const kept = Object.fromEntries(known.filter((name) => lessons[name]).map((name) => [name, lessons[name]]));
  const all = { date, version, machine: describeMachine(), isBusy, lessons: kept };
  writeFileSync(RECORDED, `${JSON.stringify(all, null, 2)}\n`);
}

const MACHINE = {
  en: ({ cpu, cores, memoryBytes, os, node }, { date, version: of, isBusy }) =>
    `Outputs on this page: ${cpu}, ${cores} cores, ${formatBytes(memoryBytes)} of memory, ${os}, Node ${node}, fanfold ${of}, recorded on ${date}.${
      isBusy ? ' Other programs were running meanwhile: times are rough.' : ''
    } \`fanfold course\` shows those of your machine.`,
  zh: ({ cpu, cores, memoryBytes, os, node }, { date, version: of, isBusy }) =>
    `本页的输出：${cpu}，${cores} 核，${formatBytes(memoryBytes)} 内存，${os}，Node ${node}，fanfold ${of}，记录于 ${date}。${
      isBusy ? '记录时机器上还有其他程序在运行，时间只是大致的。' : ''
    }用 \`fanfold course\` 可以得到你自己机器上的数字。`,
};

const QUIZ = {
  en: (letter, because) => `<details><summary>Answer</summary>\n\n**${letter}.** ${because}\n\n</details>`,
  zh: (letter, because) => `<details><summary>答案</summary>\n\n**${letter}。** ${because}\n\n</details>`,
};

/** What stands between a marker and its end. @throws Error for a name that there is nothing for */
function insertion(kind, name, language, measured) {
  const texts = textsIn(language);
  switch (kind) {
    case 'source':
      return code(readFileSync(join(root, 'src/course', `${name}.ts`), 'utf8'), 'ts');
    case 'file':
      return code(readFileSync(join(course, name), 'utf8'), 'js');
    case 'output': {
      const outcome = measured.lessons[name];
      if (!outcome) throw new Error(`no output of ${name} is recorded; run npm run docs -- --record=${name}`);
      return code(describeOutcome(outcome, texts), 'text');
    }
    case 'machine':
      return MACHINE[language](measured.machine, measured);
    case 'quiz':
      return texts.quiz
        .map((question, i) => {
          const letter = String.fromCharCode(97 + question.right);
          return `${code(describeQuestion(question, i + 1), 'text')}\n\n${QUIZ[language](letter, question.because)}`;
        })
        .join('\n\n');
    default:
      throw new Error(`there is no marker '${kind}'`);
  }
}

/** @returns {[name: string, text: string][]} pages below docs/ as they should be */
export function coursePages() {
  const measured = recorded();
  return LANGUAGES.flatMap((language) =>
    readdirSync(join(course, language))
      .filter((file) => file.endsWith('.md'))
      .map((file) => {
        const text = readFileSync(join(course, language, file), 'utf8');
        const marker = /<!-- (source|file|output|machine|quiz) ?([\w./-]*) -->\n[\s\S]*?<!-- end -->/g;
        const filled = text.replace(
          marker,
          (_, kind, name) =>
            `<!-- ${[kind, name].filter(Boolean).join(' ')} -->\n${insertion(kind, name, language, measured)}\n<!-- end -->`,
        );
        return [`course/${language}/${file}`, filled];
      }),
  );
}
