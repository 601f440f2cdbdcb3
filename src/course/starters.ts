import { fileURLToPath } from 'node:url';
import { writeFile } from '../io/output.js';
import { readText } from '../io/text.js';

const NAMES = ['1-median.mjs', '2-statistics.mjs', '3-download.mjs'] as const;

/** The folder of the course's texts, which is part of the package. */
export const COURSE_FOLDER = fileURLToPath(new URL('../../docs/course/', import.meta.url));

/** Path of the file that an exercise begins with: it runs, and the check says what is wrong with it. */
export function starterOf(exercise: number): string {
  return `${COURSE_FOLDER}exercises/${NAMES[exercise - 1] ?? ''}`;
}

/** Copies that file to where the reader works. @throws SinkError when there is a file already, or it cannot be written */
export function writeStarter(exercise: number, path: string): void {
  const text = new TextEncoder().encode(readText(starterOf(exercise)));
  writeFile(path, false, (file) => file.write(text, 0));
}
