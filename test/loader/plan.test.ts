import { describe, expect, test } from 'vitest';
import { decide, type Facilities, type LoaderRequest } from '../../dist/loader/decide.js';
import { machineFacts, probeFacilities } from '../../dist/loader/facilities.js';
import { type Climber, descend, type Refusal, type Rung } from '../../dist/loader/ladder.js';
import { makeLoaderPlan } from '../../dist/loader/plan.js';

const MIB = 2 ** 20;

const refused = (obstacle: Refusal['obstacle'], reason: string): Refusal => ({ obstacle, reason, remedy: 'Mend it' });
const NO_BINDING = refused('runtime', 'the package koffi does not load');
const NO_RIGHT = refused('EACCES', '/dev/shm may not be written');
const NO_SPACE = refused('ENOSPC', '/dev/shm has no space left');

const FACILITIES: Facilities = { memory: null, segment: null, files: null, copies: null, sharedBytes: 8 * 2 ** 30 };

const REQUEST: LoaderRequest = {
  cores: 8,
  memoryBytes: 64e9,
  freeBytes: 60e9,
  cgroupBytes: null,
  batch: 32,
  batchBytes: 8 * MIB,
  batches: 10_000,
  epochs: 1,
  arrayBytes: 0,
  workerBytes: 20 * MIB,
  windowBytes: 4 * MIB,
  sharedLimit: 2 ** 32,
  hostBytes: 100 * MIB,
  preparedBytes: 0,
  batchSeconds: 0.01,
  bound: null,
  preset: null,
  jobs: null,
  chunk: null,
  prefetch: null,
  ringLimit: null,
  memoryLimit: null,
  layout: 'auto',
  sharing: 'auto',
  strict: false,
  facilities: FACILITIES,
};

describe('the ladder', () => {
  const climb = (from: Rung, table: Partial<Record<Rung, Refusal>>, strict = false) => {
    const climber: Climber = { from, workers: 4, strict, refusal: (rung) => table[rung] ?? null };
    return descend(climber);
  };

  test.each<[Rung, Partial<Record<Rung, Refusal>>, Rung, string[]]>([
    ['memory', {}, 'memory', []],
    ['memory', { memory: NO_BINDING }, 'copies', ['runtime']],
    ['segment', {}, 'segment', []],
    ['segment', { segment: NO_BINDING }, 'files', ['runtime']],
    ['segment', { segment: NO_BINDING, files: NO_SPACE }, 'copies', ['runtime', 'ENOSPC']],
    ['segment', { segment: NO_RIGHT, files: NO_RIGHT }, 'copies', ['EACCES', 'EACCES']],
    ['segment', { segment: NO_RIGHT, files: NO_RIGHT, copies: NO_RIGHT }, 'one-thread', ['EACCES', 'EACCES', 'EACCES']],
    ['copies', {}, 'copies', []],
  ])('from %s with %j to %s', (from, table, rung, obstacles) => {
    const descent = climb(from, table);
    expect(descent.rung).toBe(rung);
    expect(descent.steps.map(({ refusal }) => refusal.obstacle)).toEqual(obstacles);
    expect(descent.workers).toBe(rung === 'one-thread' ? 0 : 4);
    if (obstacles.length > 0) expect(() => climb(from, table, true)).toThrow(/strict allows no other way\. Mend it\.$/);
  });

  test('too little memory takes workers, then the last thread, then the ring', () => {
    const needing = (least: Readonly<Partial<Record<Rung, number>>>) =>
      descend({
        from: 'copies',
        workers: 16,
        strict: false,
        refusal: (rung, workers) =>
          workers > (least[rung] ?? 16) ? refused('memory', `${workers} workers do not fit`) : null,
      });
    expect(needing({ copies: 5 })).toMatchObject({ rung: 'copies', workers: 5 });
    expect(needing({ copies: 5 }).steps).toHaveLength(1);
    expect(needing({ copies: 0 })).toMatchObject({ rung: 'one-thread', workers: 0 });
    expect(needing({ copies: 0, 'one-thread': 0 })).toMatchObject({ rung: 'disk' });
    expect(() => needing({ copies: 0, 'one-thread': 0, disk: 0 })).toThrow(/cannot be made: 16 workers do not fit/);
  });
});

describe('decisions', () => {
  test('much work goes to threads, by the smallest rule', () => {
    const plan = decide(REQUEST);
    expect(plan).toMatchObject({ layout: 'threads', sharing: 'memory', workers: 7, bound: 'compute', fallbacks: [] });
    expect(plan.slots).toBe(8);
    expect(plan.ringBytes).toBe(8 * 8 * MIB);
    expect(plan.reasons[0]).toContain(
      "7 workers, by the rule 'compute': 8 cores less one, for work bound by arithmetic",
    );
    expect(plan.reasons[0]).toContain('table 16');
    expect(plan.expectedSeconds).toBeCloseTo(0.12 + 100 / 7, 6);
    expect(plan.projectedBytes).toBe(100 * MIB + 7 * 20 * MIB + plan.ringBytes);
  });

  test('little work stays in the calling thread and says why', () => {
    const plan = decide({ ...REQUEST, batches: 10 });
    expect(plan).toMatchObject({ layout: 'inline', workers: 0, slots: 2, expectedSeconds: 0.1 });
    expect(plan.reasons[0]).toMatch(/calling thread alone, by the rule 'pays': .*100 ms.*120 ms to start/);
    expect(plan.fallbacks).toEqual([]);
  });

  test('processes take the best sharing there is', () => {
    const processes = { ...REQUEST, layout: 'processes' as const };
    expect(decide(processes)).toMatchObject({ layout: 'processes', sharing: 'segment' });
    const noBinding = decide({ ...processes, facilities: { ...FACILITIES, segment: NO_BINDING } });
    expect(noBinding).toMatchObject({ sharing: 'files', workers: 7 });
    expect(noBinding.fallbacks).toEqual([
      'Fell back from processes with one mapped segment, 7 workers to processes with files in shared memory, 7 workers: the package koffi does not load. Mend it.',
    ]);
    expect(decide({ ...REQUEST, sharing: 'copies' })).toMatchObject({ layout: 'processes', sharing: 'copies' });
  });

  test('a small /dev/shm holds a smaller ring, or none', () => {
    const small = { ...REQUEST, layout: 'processes' as const, jobs: 2 };
    const shrunk = decide({ ...small, facilities: { ...FACILITIES, sharedBytes: 30 * MIB } });
    expect(shrunk).toMatchObject({ sharing: 'segment', slots: 3 });
    expect(shrunk.reasons).toContain('3 batches in the ring: /dev/shm has 30.0 MiB for it.');
    const beside = decide({ ...small, arrayBytes: 10 * MIB, facilities: { ...FACILITIES, sharedBytes: 30 * MIB } });
    expect(beside).toMatchObject({ sharing: 'files', slots: 3 });
    expect(beside.fallbacks[0]).toContain('3 batches take 24.0 MiB and the arrays of the source 10.0 MiB');
    const none = decide({ ...small, facilities: { ...FACILITIES, sharedBytes: 20 * MIB } });
    expect(none).toMatchObject({ sharing: 'copies', workers: 2 });
    expect(none.fallbacks[0]).toContain('/dev/shm has 20.0 MiB free, but 3 batches take 24.0 MiB');
  });

  test('too little memory takes workers, then the ring, and is refused when strict', () => {
    const tight = { ...REQUEST, jobs: 6, memoryLimit: 200 * MIB };
    const plan = decide(tight);
    expect(plan).toMatchObject({ layout: 'threads', workers: 3 });
    expect(plan.projectedBytes).toBeLessThanOrEqual(200 * MIB);
    expect(plan.fallbacks[0]).toContain('from 6 workers to 3 workers: each worker takes 28.0 MiB of 200 MiB');
    expect(() => decide({ ...tight, strict: true })).toThrow(/6 workers cannot be had/);
    expect(decide({ ...tight, jobs: null, memoryLimit: 120 * MIB })).toMatchObject({ layout: 'inline', workers: 0 });
    expect(decide({ ...tight, jobs: 0, memoryLimit: 105 * MIB })).toMatchObject({
      ...{ pieces: 8, slots: 1, ringBytes: MIB, batchBytes: MIB, projectedBytes: 105 * MIB },
      reasons: expect.arrayContaining(['Every batch of 32 samples comes in 8 parts of at most 4.']),
    });
    expect(decide({ ...tight, jobs: 0, memoryLimit: 104.7 * MIB }).pieces).toBe(16);
    expect(() => decide({ ...tight, memoryLimit: 50 * MIB })).toThrow(
      /needs 104 MiB, but the memory it was given is 50/,
    );
  });

  test('a ring must hold a batch, and lie in memory', () => {
    expect(() => decide({ ...REQUEST, ringLimit: 4 * MIB })).toThrow(
      /4.00 MiB does not hold one batch of 32 samples, 8/,
    );
    expect(() => decide({ ...REQUEST, ringLimit: 70e9 })).toThrow(/larger than free memory, 55.9 GiB/);
    expect(() => decide({ ...REQUEST, ringLimit: 3e9, memoryLimit: 2 ** 30 })).toThrow(
      /larger than the memory it was given/,
    );
    expect(() => decide({ ...REQUEST, ringLimit: 3e9, cgroupBytes: 2 ** 31 })).toThrow(
      /limit of its control group, 2.00/,
    );
  });

  test('what was asked for by name and is not in this runtime is an error', () => {
    const lacking = { ...REQUEST, facilities: { ...FACILITIES, segment: NO_BINDING } };
    expect(() => decide({ ...lacking, sharing: 'segment' })).toThrow(
      /sharing segment cannot be had here: the package koffi/,
    );
    expect(decide({ ...lacking, layout: 'processes' }).sharing).toBe('files');
  });

  test('the same request gives the same plan', () => {
    expect(decide(REQUEST)).toEqual(decide(REQUEST));
  });
});

describe('on this machine', () => {
  const needs = {
    samples: 3200,
    batch: 32,
    batches: 100,
    batchBytes: MIB,
    sampleBytes: 768,
    arrayBytes: 0,
    windowBytes: MIB,
    preparedBytes: 0,
  };

  test('calibrates when the number of workers is open, and only then', async () => {
    let calibrated = 0;
    const calibrate = async () => {
      calibrated++;
      return 0.0001;
    };
    const plan = await makeLoaderPlan({ ...needs, calibrate }, { map: 'copy' });
    expect(plan).toMatchObject({ layout: 'inline', isCalibrated: true });
    expect(plan.expectedSeconds).toBeCloseTo(0.01, 9);
    const asked = await makeLoaderPlan({ ...needs, calibrate }, { map: 'copy', workers: 2 });
    expect(asked).toMatchObject({ layout: 'threads', workers: 2, isCalibrated: false });
    expect(calibrated).toBe(1);
  });

  test('facts are plausible', async () => {
    const { cores, memoryBytes, freeBytes } = machineFacts();
    expect(cores).toBeGreaterThanOrEqual(1);
    expect(freeBytes).toBeLessThanOrEqual(memoryBytes);
    expect(await probeFacilities()).toMatchObject({ memory: null, copies: null });
  });
});
