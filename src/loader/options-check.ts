import { UsageError } from '../core/errors.js';
import type { LoaderOptions } from './options.js';

const CHOICES = {
  part: ['train', 'validation', 'test'],
  layout: ['auto', 'inline', 'threads', 'processes'],
  sharing: ['auto', 'segment', 'files', 'copies'],
  onError: ['throw', 'skip', 'substitute'],
  kernel: ['wasm', 'ts'],
} as const;

function bad(name: string, wants: string, given: unknown): UsageError {
  return new UsageError('bad-option', `${name} of a loader is ${wants}, not ${JSON.stringify(given)}.`, { name });
}

/** @throws UsageError for values that are wrong whatever the source */
export function checkOptions(options: LoaderOptions): void {
  for (const [name, choices] of Object.entries(CHOICES)) {
    const given = options[name as keyof typeof CHOICES];
    if (given !== undefined && !choices.some((choice) => choice === given))
      throw bad(name, `one of ${choices.join(', ')}`, given);
  }
  const { workers, shuffle, patience, part, split } = options;
  for (const name of ['batch', 'chunk', 'prefetch', 'epochs'] as const) {
    const given = options[name];
    if (given !== undefined && !(Number.isInteger(given) && given >= 1))
      throw bad(name, 'a whole number from 1 on', given);
  }
  if (workers !== undefined && workers !== 'auto' && !(Number.isInteger(workers) && workers >= -1))
    throw bad('workers', "'auto', -1, or a whole number", workers);
  if (shuffle && !Number.isSafeInteger(shuffle.seed)) throw bad('shuffle', 'a seed, a whole number', shuffle);
  if (patience !== undefined && !(patience > 0)) throw bad('patience', 'a number of seconds above 0', patience);
  if (part !== undefined && !split) throw new UsageError('bad-option', `There is no part ${part} without a split.`);
}
