import { UsageError } from '../core/errors.js';
import type { Params, Values } from '../core/params.js';
import type { LoaderOptions } from './options.js';
import { PRESETS, type PresetName } from './presets.js';

/** Flags of a loader on the command line. `--n_jobs` and the like, with underscores, mean the same: see `plainNames`. */
export const LOADER_PARAMS = {
  batch: { kind: 'number', default: 32, min: 1, integer: true, help: 'samples of a batch' },
  nJobs: { kind: 'number', min: -1, integer: true, help: 'workers that make batches; -1 automatic (default), 0 none' },
  chunkSize: {
    kind: 'number',
    min: 1,
    integer: true,
    help: 'samples that a worker has as its task at a time (default: 100 to 400, by the memory of the machine)',
  },
  preset: {
    kind: 'choice',
    choices: Object.keys(PRESETS),
    help: 'workers and chunk together: 12 and 300, 4 and 100, automatic and 200',
  },
  ring: { kind: 'size', help: 'most bytes of batches made ahead, such as 64MiB' },
  useSharedMemory: { kind: 'flag', help: 'batches lie in memory that all workers share (the default)' },
  disableSharedMemory: { kind: 'flag', help: 'worker processes that copy batches through pipes, for comparison' },
  useMultiprocessing: { kind: 'flag', help: 'worker processes instead of threads' },
  disableParallel: { kind: 'flag', help: 'all in one thread, for debugging' },
  strict: { kind: 'flag', help: 'a step down to another way of sharing, or to fewer workers, is an error' },
} as const satisfies Params;

/** Flags of training that the same source names. */
export const TRAIN_NAMES = {
  model: { kind: 'text', help: 'the network to train' },
  data: { kind: 'text', help: 'the data set to train on' },
  trainEpochs: { kind: 'number', default: 100, min: 1, integer: true, help: 'times all samples are gone through' },
  useStatisticalFeatures: { kind: 'flag', help: 'a branch of statistics of each window beside the images' },
} as const satisfies Params;

export type LoaderValues = Values<typeof LOADER_PARAMS>;

/** Names with underscores and in other spellings, by the flag they mean. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'batch-size': 'batch',
  workers: 'n-jobs',
  'num-workers': 'n-jobs',
};

/**
 * Arguments with `--chunk_size` written `--chunk-size`, and other spellings by the one that is declared. Values, and everything
 * behind `--`, stay as they are.
 */
export function plainNames(args: readonly string[]): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  return args.map((arg, i) => {
    const match = i < end ? /^--([a-z][\w-]*)(=.*)?$/s.exec(arg) : null;
    if (!match) return arg;
    const name = (match[1] ?? '').replaceAll('_', '-');
    return `--${OTHER_NAMES[name] ?? name}${match[2] ?? ''}`;
  });
}

/** The same flags as `run` and `plan` call them, where there is no loader. */
const IN_RUN: Readonly<Record<string, readonly string[]>> = {
  'n-jobs': ['--workers'],
  'use-multiprocessing': ['--layout=processes'],
  'use-shared-memory': [],
  'disable-shared-memory': ['--layout=processes', '--no-shared-memory'],
  'disable-parallel': ['--layout=serial'],
};

/** Arguments of `run` and `plan` with `--n_jobs` and the like, in both spellings, as the flags they mean there. */
export function runNames(args: readonly string[]): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  return args.flatMap((arg, i) => {
    const match = i < end ? /^--([a-z][\w-]*)(=.*)?$/s.exec(arg) : null;
    const own = match && IN_RUN[(match[1] ?? '').replaceAll('_', '-')];
    return own ? own.map((flag) => `${flag}${match[2] ?? ''}`) : [arg];
  });
}

/** @throws UsageError for two flags that contradict each other */
function checkPairs(values: PlaceValues): void {
  const pairs: readonly (readonly [boolean, string, boolean, string])[] = [
    [values.useSharedMemory, '--use-shared-memory', values.disableSharedMemory, '--disable-shared-memory'],
    [values.useMultiprocessing, '--use-multiprocessing', values.disableParallel, '--disable-parallel'],
    [(values.nJobs ?? -1) > 0, `--n-jobs ${values.nJobs}`, values.disableParallel, '--disable-parallel'],
  ];
  for (const [one, first, other, second] of pairs) {
    if (one && other)
      throw new UsageError('bad-option', `${first} and ${second} contradict each other: leave one out.`);
  }
}

type Configured = Pick<
  LoaderOptions,
  'batch' | 'workers' | 'layout' | 'sharing' | 'chunk' | 'preset' | 'memory' | 'strict'
>;

/** Flags that say who makes batches, and how they are handed over. */
export type PlaceValues = Pick<
  LoaderValues,
  'nJobs' | 'useSharedMemory' | 'disableSharedMemory' | 'useMultiprocessing' | 'disableParallel'
>;

/** What they mean to a loader. @throws UsageError for two that contradict each other */
export function placeOf(values: PlaceValues): Pick<Configured, 'layout' | 'sharing' | 'workers'> {
  checkPairs(values);
  if (values.disableParallel) return { layout: 'inline', workers: 0 };
  const workers = values.nJobs === undefined || values.nJobs < 0 ? 'auto' : values.nJobs;
  if (values.disableSharedMemory) return { layout: workers === 0 ? 'inline' : 'processes', sharing: 'copies', workers };
  return { layout: values.useMultiprocessing && workers !== 0 ? 'processes' : 'auto', workers };
}

/** What the flags mean to a loader. @param memory bytes for everything together, from --memory */
export function loaderOptionsOf(values: LoaderValues, memory?: number): Configured {
  const limits = {
    ...(values.ring === undefined ? {} : { ring: values.ring }),
    ...(memory === undefined ? {} : { max: memory }),
  };
  return {
    batch: values.batch,
    ...placeOf(values),
    ...(values.chunkSize === undefined ? {} : { chunk: values.chunkSize }),
    ...(values.preset === undefined ? {} : { preset: values.preset as PresetName }),
    ...(Object.keys(limits).length > 0 ? { memory: limits } : {}),
    ...(values.strict ? { strict: true } : {}),
  };
}
