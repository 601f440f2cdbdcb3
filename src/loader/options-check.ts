import { UsageError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import type { LoaderOptions } from './options.js';

const CHOICES = {
  part: ['train', 'validation', 'test'],
  layout: ['auto', 'inline', 'threads', 'processes'],
  sharing: ['auto', 'segment', 'files', 'copies'],
  onError: ['throw', 'skip', 'substitute'],
  kernel: ['wasm', 'ts'],
} as const;

/** All options there are: one that is not among them would do nothing, and nobody would know. */
const NAMES: Readonly<Record<keyof LoaderOptions, true>> = {
  map: true,
  batch: true,
  dropLast: true,
  shuffle: true,
  split: true,
  part: true,
  workers: true,
  layout: true,
  sharing: true,
  memory: true,
  epochs: true,
  preset: true,
  chunk: true,
  prefetch: true,
  ordered: true,
  onError: true,
  strict: true,
  debug: true,
  kernel: true,
  patience: true,
  signal: true,
  log: true,
};

/** What they are called in other loaders, where the nearest name would be another. */
const ELSEWHERE: Readonly<Record<string, keyof LoaderOptions>> = {
  batch_size: 'batch',
  batchSize: 'batch',
  num_workers: 'workers',
  drop_last: 'dropLast',
  prefetch_factor: 'prefetch',
};

/** @throws UsageError for a name that no option has, or a loader without operators */
function checkNames(options: LoaderOptions): void {
  if (typeof options !== 'object' || options === null || !options.map)
    throw new UsageError('no-operator', "A loader needs an operator that makes entries: { map: 'gaf' }.");
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(NAMES, name));
  if (unknown === undefined) return;
  const guess = ELSEWHERE[unknown] ?? nearest(unknown, Object.keys(NAMES));
  const windows = ['window', 'step', 'label', 'time', 'gap', 'nan', 'timeSeries', 'dataset'].includes(unknown)
    ? ' How files are read is said to openSource(path, { timeSeries: { length: 96 } }), whose source the loader takes.'
    : '';
  const hint = windows || (guess ? ` Did you mean ${guess}?` : '');
  throw new UsageError('unknown-option', `A loader has no option ${unknown}.${hint}`, { name: unknown });
}

const isOperator = (one: unknown): boolean =>
  typeof one === 'object' && one !== null && 'name' in one && typeof one.name === 'string';

function bad(name: string, wants: string, given: unknown): UsageError {
  return new UsageError('bad-option', `${name} of a loader is ${wants}, not ${JSON.stringify(given)}.`, { name });
}

/** @throws UsageError for values that are wrong whatever the source */
export function checkOptions(options: LoaderOptions): void {
  checkNames(options);
  for (const [name, choices] of Object.entries(CHOICES)) {
    const given = options[name as keyof typeof CHOICES];
    if (given !== undefined && !choices.some((choice) => choice === given))
      throw bad(name, `one of ${choices.join(', ')}`, given);
  }
  const { map, memory, workers, shuffle, patience, part, split } = options;
  if (typeof map !== 'string' && !isOperator(map) && !(Array.isArray(map) && map.every(isOperator)))
    throw new UsageError(
      'bad-option',
      "map of a loader is the name of an operator, { name: 'gaf', values: { size: 96 } }, or a list of these objects; never a function.",
    );
  if (
    memory !== undefined &&
    (typeof memory !== 'object' || Object.keys(memory).some((name) => name !== 'ring' && name !== 'max'))
  )
    throw bad('memory', "{ ring: '64MiB', max: '4GiB' }, or one of these", memory);
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
