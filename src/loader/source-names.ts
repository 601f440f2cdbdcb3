import { UsageError } from '../core/errors.js';
import { type PlaceValues, placeOf } from './names.js';
import type { LoaderOptions } from './options.js';

/** Names that the source of the loader gives its options; `use-shared-memory` and `useSharedMemory` are the same. */
export interface SourceNames {
  /** The default; false is `disable_shared_memory`. */
  readonly use_shared_memory?: boolean;
  /** Worker processes that copy batches. */
  readonly disable_shared_memory?: boolean;
  /** `workers`; -1: automatic. */
  readonly n_jobs?: number;
  /** `chunk`. */
  readonly chunk_size?: number;
  /** Processes instead of threads. */
  readonly use_multiprocessing?: boolean;
  /** All in the calling thread. */
  readonly disable_parallel?: boolean;
  /** `epochs`. */
  readonly train_epochs?: number;
}

const FLAGS = ['useSharedMemory', 'disableSharedMemory', 'useMultiprocessing', 'disableParallel'];
const NUMBERS = ['nJobs', 'chunkSize', 'trainEpochs'];
/** What names of the source are given as, where not to a loader. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  data: 'the first argument of dataLoader is the data',
  model: 'a model is trained by fanfold train, from batches of a loader',
  useStatisticalFeatures: "statistics are one more operator of map: ['gaf', 'features']",
};

const joined = (name: string): string => name.replace(/[-_]+([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** @throws UsageError for what two names say differently */
function together(options: LoaderOptions, found: Partial<LoaderOptions>, names: readonly string[]): LoaderOptions {
  for (const [name, value] of Object.entries(found)) {
    const given = options[name as keyof LoaderOptions];
    if (given === undefined || given === value || given === 'auto') continue;
    throw new UsageError(
      'bad-option',
      `${name} of a loader is ${JSON.stringify(given)}, but ${names.join(', ')} says ${JSON.stringify(value)}: leave one out.`,
      { name },
    );
  }
  return { ...options, ...found };
}

/** Options of a loader with the names of the source written as its own. @throws UsageError for values they cannot have, and contradictions */
export function withOwnNames(options: LoaderOptions & SourceNames): LoaderOptions {
  // What is no object is refused where all options are checked.
  if (typeof options !== 'object' || options === null) return options;
  const own: Record<string, unknown> = {};
  const given: Record<string, unknown> = {};
  const names: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    const plain = joined(name);
    const [isFlag, isNumber] = [FLAGS.includes(plain), NUMBERS.includes(plain)];
    const elsewhere = ELSEWHERE[plain];
    if (elsewhere) throw new UsageError('bad-option', `A loader has no ${name}: ${elsewhere}.`, { name });
    if (!isFlag && !isNumber) {
      own[name] = value;
      continue;
    }
    if (value === undefined) continue;
    const isRight = isFlag ? typeof value === 'boolean' : Number.isInteger(value) && (value as number) >= -1;
    if (!isRight) {
      const wants = isFlag ? 'true or false' : 'a whole number';
      throw new UsageError('bad-option', `${name} of a loader is ${wants}, not ${JSON.stringify(value)}.`, { name });
    }
    names.push(name);
    given[plain] = value;
  }
  if (names.length === 0) return options;
  const plain = own as unknown as LoaderOptions;
  const flag = (name: string): boolean => given[name] === true;
  const values: PlaceValues = {
    nJobs: given.nJobs as number | undefined,
    useSharedMemory: flag('useSharedMemory'),
    disableSharedMemory: flag('disableSharedMemory') || given.useSharedMemory === false,
    useMultiprocessing: flag('useMultiprocessing'),
    disableParallel: flag('disableParallel'),
  };
  const place = placeOf(values);
  const found: Partial<LoaderOptions> = {
    ...(place.layout === 'auto' ? {} : { layout: place.layout }),
    ...(place.sharing === undefined ? {} : { sharing: place.sharing }),
    ...(given.nJobs === undefined && !values.disableParallel ? {} : { workers: place.workers }),
    ...(given.chunkSize === undefined ? {} : { chunk: given.chunkSize as number }),
    ...(given.trainEpochs === undefined ? {} : { epochs: given.trainEpochs as number }),
  } as Partial<LoaderOptions>;
  return together(plain, found, names);
}
