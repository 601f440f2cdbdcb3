import { describe, expect, test } from 'vitest';
import { parseFlags } from '../../dist/cli/flags.js';
import { checkValues } from '../../dist/core/params.js';
import { type AutomaticInput, automatic } from '../../dist/loader/automatic.js';
import { LOADER_PARAMS, loaderOptionsOf, plainNames, runNames } from '../../dist/loader/names.js';
import { rowFor } from '../../dist/loader/presets.js';
import { withOwnNames } from '../../dist/loader/source-names.js';

const MIB = 2 ** 20;

/** A large machine, with work enough for every worker and batches that take no room. */
const INPUT: AutomaticInput = {
  cores: 64,
  memoryBytes: 512e9,
  freeBytes: 500e9,
  cgroupBytes: null,
  batchBytes: 64 * 1024,
  batch: 32,
  batches: 1e6,
  epochs: 1,
  workerBytes: 16 * MIB,
  windowBytes: 4 * MIB,
  sharedLimit: 2 ** 32,
  hostBytes: 100 * MIB,
  batchSeconds: 0.01,
  bound: 'compute',
  preset: null,
  jobs: null,
  chunk: null,
  prefetch: null,
  ringLimit: null,
  memoryLimit: null,
};

describe('jobs and chunk by memory', () => {
  test.each([
    [64e9, 16, 400, 800],
    [32e9, 16, 400, 800],
    [31.2 * 2 ** 30, 16, 400, 800],
    [31e9, 8, 200, 400],
    [16e9, 8, 200, 400],
    [15.5 * 2 ** 30, 8, 200, 400],
    [8e9, 4, 100, 200],
    [7e9, 3, 100, 100],
    [4e9, 2, 100, 100],
    [1e9, 1, 100, 100],
  ])('%d bytes are %d jobs of %d to %d samples', (memoryBytes, jobs, smallest, largest) => {
    const row = rowFor(memoryBytes);
    expect([row.jobs, row.chunk.smallest, row.chunk.largest]).toEqual([jobs, smallest, largest]);
    const made = automatic({ ...INPUT, memoryBytes });
    expect([made.jobs, made.chunk, made.largestChunk]).toEqual([jobs, smallest, largest]);
    expect(made.binding.name).toBe('table');
  });

  test('a limit given, or of a control group, is the memory', () => {
    expect(automatic({ ...INPUT, memoryLimit: 16e9 })).toMatchObject({ jobs: 8, chunk: 200 });
    expect(automatic({ ...INPUT, cgroupBytes: 8e9 })).toMatchObject({ jobs: 4, chunk: 100 });
  });
});

describe('rules of the machine', () => {
  test.each([
    ['compute', 8, 500e9, 7, 'compute'],
    ['compute', 1, 500e9, 1, 'compute'],
    ['compute', 64, 500e9, 16, 'table'],
    ['memory', 8, 500e9, 8, 'memory'],
    ['memory', 8, 9.9e9, 4, 'memory'],
    ['memory', 64, 26e9, 13, 'memory'],
    ['memory', 8, 1.9e9, 1, 'memory'],
  ] as const)('%s on %d cores with %d bytes free: %d by %s', (bound, cores, freeBytes, jobs, name) => {
    const made = automatic({ ...INPUT, bound, cores, freeBytes });
    expect([made.jobs, made.binding.name]).toEqual([jobs, name]);
    expect(made.rules.every((rule) => rule.jobs >= made.jobs)).toBe(true);
  });

  test.each([
    ['high-performance', 12, 300, 'preset'],
    ['small-memory', 4, 100, 'preset'],
    ['automatic', 16, 200, 'table'],
  ] as const)('preset %s', (preset, jobs, chunk, name) => {
    const made = automatic({ ...INPUT, preset });
    expect([made.jobs, made.chunk, made.binding.name]).toEqual([jobs, chunk, name]);
    expect(made.largestChunk).toBe(preset === 'automatic' ? 800 : chunk);
    expect(automatic({ ...INPUT, preset, cores: 3 })).toMatchObject({ jobs: 2, binding: { name: 'compute' } });
  });

  test('the calibration tells what the bound is', () => {
    expect(automatic({ ...INPUT, bound: null, batchBytes: 8 * MIB, batchSeconds: 0.0005 }).bound).toBe('memory');
    expect(automatic({ ...INPUT, bound: null, batchBytes: 8 * MIB, batchSeconds: 0.1 }).bound).toBe('compute');
  });

  test.each([
    [10, 0.02, 0],
    [11, 0.02, 0],
    [12, 0.021, 2],
    [50, 0.02, 8],
  ])('%d batches of %d s are worth %d workers', (batches, batchSeconds, jobs) => {
    expect(automatic({ ...INPUT, batches, batchSeconds })).toMatchObject({ jobs, binding: { name: 'pays' } });
  });

  test('more epochs make workers pay', () => {
    expect(automatic({ ...INPUT, batches: 10, batchSeconds: 0.02, epochs: 5 })).toMatchObject({ jobs: 8 });
  });

  test('workers asked for are not held back by the machine, but by what there is to do', () => {
    expect(automatic({ ...INPUT, jobs: 40, cores: 2, memoryBytes: 4e9 }).jobs).toBe(40);
    expect(automatic({ ...INPUT, jobs: 40, batches: 3 })).toMatchObject({ jobs: 3, binding: { name: 'batches' } });
    expect(automatic({ ...INPUT, jobs: 0 })).toMatchObject({ jobs: 0, slots: 2 });
  });
});

describe('the ring', () => {
  const wide = { ...INPUT, batchBytes: 16 * MIB, jobs: 2 };

  test('has the batches of a chunk for each worker, and one for the consumer', () => {
    expect(automatic({ ...INPUT, jobs: 2, chunk: 128 })).toMatchObject({ prefetch: 4, slots: 9, chunk: 128 });
    expect(automatic({ ...INPUT, jobs: 2, prefetch: 3 })).toMatchObject({ prefetch: 3, slots: 7, chunk: 96 });
  });

  test('stays near the size of the caches, but has a batch for everybody', () => {
    expect(automatic(wide)).toMatchObject({ slots: 4, prefetch: 1, chunk: 32, ringBytes: 64 * MIB });
    expect(automatic({ ...wide, jobs: 8 })).toMatchObject({ slots: 9, prefetch: 1 });
  });

  test('keeps to a size given, with fewer workers', () => {
    const made = automatic({ ...wide, jobs: 8, ringLimit: 64 * MIB });
    expect(made).toMatchObject({ jobs: 3, slots: 4, binding: { name: 'ring' } });
  });

  test('keeps to the memory given, with fewer workers', () => {
    const made = automatic({ ...wide, jobs: 8, memoryLimit: 260 * MIB });
    expect(made.binding.name).toBe('budget');
    expect(100 * MIB + made.jobs * 16 * MIB + made.ringBytes).toBeLessThanOrEqual(260 * MIB);
    expect(made.jobs).toBe(4);
  });

  test('keeps to one memory of 4 GiB', () => {
    const made = automatic({ ...INPUT, jobs: 200, batchBytes: 60 * MIB, sharedLimit: 2 ** 32 });
    expect(made.binding.name).toBe('window');
    expect(made.jobs * 4 * MIB + made.ringBytes).toBeLessThanOrEqual(2 ** 32);
  });
});

describe('names of the source', () => {
  const optionsOf = (...args: string[]) => {
    const { raw } = parseFlags(plainNames(args), LOADER_PARAMS, 'fanfold train');
    return loaderOptionsOf(checkValues(LOADER_PARAMS, raw, 'fanfold train'));
  };

  test.each([
    [[], { batch: 32, layout: 'auto', workers: 'auto' }],
    [['--use_shared_memory', '--n_jobs', '16', '--chunk_size', '100'], { layout: 'auto', workers: 16, chunk: 100 }],
    [['--n_jobs', '-1', '--chunk_size=200'], { workers: 'auto', chunk: 200 }],
    [['--n-jobs=3'], { layout: 'auto', workers: 3 }],
    [['--disable_shared_memory'], { layout: 'processes', sharing: 'copies' }],
    [['--disable-shared-memory', '--n_jobs', '2'], { layout: 'processes', sharing: 'copies', workers: 2 }],
    [['--use_multiprocessing'], { layout: 'processes', workers: 'auto' }],
    [['--disable_parallel'], { layout: 'inline', workers: 0 }],
    [['--preset', 'small-memory', '--batch_size', '8'], { preset: 'small-memory', batch: 8 }],
    [['--ring', '64MiB', '--strict'], { memory: { ring: 64 * MIB }, strict: true }],
  ])('%j', (args, options) => {
    expect(optionsOf(...args)).toMatchObject(options);
  });

  test.each([
    [
      { use_shared_memory: true, n_jobs: 16, chunk_size: 100 },
      { workers: 16, chunk: 100 },
    ],
    [
      { 'n-jobs': -1, 'chunk-size': 200, trainEpochs: 50 },
      { workers: 'auto', chunk: 200, epochs: 50 },
    ],
    [{ disable_shared_memory: true }, { layout: 'processes', sharing: 'copies' }],
    [
      { useSharedMemory: false, n_jobs: 2 },
      { layout: 'processes', sharing: 'copies', workers: 2 },
    ],
    [{ 'use-multiprocessing': true }, { layout: 'processes' }],
    [{ disable_parallel: true }, { layout: 'inline', workers: 0 }],
    [{ disable_parallel: false }, {}],
  ])('options of a loader: %j', (given, own) => {
    expect(withOwnNames({ map: 'gaf', ...given })).toEqual({ map: 'gaf', ...own });
  });

  test('options that contradict each other, are wrong, or belong elsewhere are refused', () => {
    const names = (given: object) => () => withOwnNames({ map: 'gaf', ...given });
    expect(names({ workers: 2, n_jobs: 3 })).toThrow(/workers of a loader is 2, but n_jobs says 3: leave one out/);
    expect(names({ use_multiprocessing: true, disable_parallel: true })).toThrow(/contradict/);
    expect(names({ use_shared_memory: 'no' })).toThrow(/use_shared_memory of a loader is true or false, not "no"/);
    expect(names({ n_jobs: 1.5 })).toThrow(/n_jobs of a loader is a whole number/);
    expect(names({ use_statistical_features: true })).toThrow(/one more operator of map/);
    expect(names({ model: 'dual-gaf' })).toThrow(/fanfold train/);
  });

  test('run and plan have flags of their own for them', () => {
    expect(
      runNames(['gaf', 'a_b.tsv', '--n_jobs', '2', '--n-jobs=3', '--use_multiprocessing', '--', '--n_jobs']),
    ).toEqual(['gaf', 'a_b.tsv', '--workers', '2', '--workers=3', '--layout=processes', '--', '--n_jobs']);
    expect(runNames(['--disable-shared-memory', '--use_shared_memory', '--disable_parallel'])).toEqual([
      '--layout=processes',
      '--no-shared-memory',
      '--layout=serial',
    ]);
  });

  test('contradictions are refused', () => {
    expect(() => optionsOf('--use_shared_memory', '--disable_shared_memory')).toThrow(/contradict/);
    expect(() => optionsOf('--n_jobs', '4', '--disable_parallel')).toThrow(/--n-jobs 4 and --disable-parallel/);
  });

  test('values and what follows -- stay', () => {
    expect(plainNames(['my_file.tsv', '--data=a_b', '-o', 'x_y', '--', '--n_jobs'])).toEqual([
      'my_file.tsv',
      '--data=a_b',
      '-o',
      'x_y',
      '--',
      '--n_jobs',
    ]);
  });
});
