import { UsageError } from '../core/errors.js';
import type { Question, Texts } from './texts/texts.js';

/** `a` for 0, `b` for 1. */
const letterOf = (answer: number): string => String.fromCharCode(97 + answer);

/** A question with its answers, a letter before each. */
export function describeQuestion({ ask, answers }: Question, number: number): string {
  return [`${number}. ${ask}`, ...answers.map((answer, i) => `   ${letterOf(i)}) ${answer}`)].join('\n');
}

/** What was answered, and what is right and why; ends with the number of right answers. */
export function gradeQuiz({ quiz, words }: Texts, given: readonly string[]): string {
  const letters = given.flatMap((answer) => answer.toLowerCase().split(',')).filter((letter) => letter !== '');
  const wrong = letters.findIndex((letter, i) => !quiz[i]?.answers.some((_, answer) => letterOf(answer) === letter));
  if (letters.length !== quiz.length || wrong >= 0) {
    const example = quiz.map((_, i) => letterOf(i % 3)).join(' ');
    throw new UsageError(
      'bad-answers',
      `The quiz has ${quiz.length} questions. Answer with a letter for each, such as: fanfold course quiz ${example}.`,
    );
  }
  const isRight = quiz.map(({ right }, i) => letters[i] === letterOf(right));
  const lines = quiz.map(({ right, because }, i) => {
    const verdict = isRight[i] ? words.right : `${words.wrong} ${letterOf(right)}`;
    return `${i + 1}. ${letters[i]}: ${verdict}. ${because}`;
  });
  return [...lines, '', `${words.score}: ${isRight.filter(Boolean).length} / ${quiz.length}`].join('\n');
}
