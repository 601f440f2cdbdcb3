import { UsageError } from '../core/errors.js';
import { readText } from '../io/text.js';
import type { Wanted } from './wanted.js';

/** Names of classes, one a line, in the order of the network's scores. @throws SourceError for a file that cannot be read */
export function readLabels(given: string | readonly string[]): readonly string[] {
  if (typeof given !== 'string') return given;
  const lines = readText(given).split(/\r?\n/);
  while (lines.at(-1) === '') lines.pop();
  if (lines.length > 0 && lines.every((line) => line !== '' && !line.includes('\u0000'))) return lines;
  throw new UsageError('bad-labels', `${given} is no list of labels: one name a line, in the order of the classes.`);
}

/** @throws UsageError for labels that are not as many as classes */
export function checkLabels(labels: readonly string[], classes: number, { output }: Wanted): void {
  if (labels.length === classes) return;
  throw new UsageError(
    'wrong-labels',
    `There are ${labels.length} labels, but output ${output} of the network has ${classes} classes.`,
  );
}
