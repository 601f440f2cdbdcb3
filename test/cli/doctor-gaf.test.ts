import { describe, expect, test } from 'vitest';
import { verdict } from '../../dist/cli/doctor-gaf.js';
import type { Speed } from '../../dist/cli/loader-speed.js';
import { fanfold, folderWithScan } from './fanfold.js';

const folder = folderWithScan();

interface Found {
  readonly checks: readonly { readonly area: string; readonly name: string }[];
  readonly automatic: readonly {
    readonly preset: string;
    readonly bound: string;
    readonly jobs: number;
    readonly chunk: number;
    readonly rule: string;
  }[];
  readonly speeds: readonly Speed[];
  readonly verdict: string | null;
}

function find(...args: string[]): Found {
  const { code, stdout, stderr } = fanfold(folder, 'doctor', 'gaf', '--json', ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Found;
}

describe('doctor gaf', () => {
  test('tells of runtime, memory and every way to share it', () => {
    const { checks, speeds, verdict: conclusion } = find('--quick');
    expect(checks.map(({ area, name }) => `${area}: ${name}`)).toEqual([
      'machine: runtime',
      'machine: memory',
      'shared memory: size and rights',
      'shared memory: in use by fanfold',
      'shared memory: threads',
      'shared memory: processes, segment',
      'shared memory: processes, files',
      'shared memory: processes, copies',
    ]);
    expect([speeds, conclusion]).toEqual([[], null]);
  });

  test.each([
    ['32GB', '64', 16, 400, /^rule table: 32 GB and more/, 'memory'],
    ['16GB', '64', 8, 200, /^rule table: 16 GB of memory \(14\.9 GiB\) are 8 jobs$/, 'compute'],
    ['8GB', '64', 4, 100, /^rule table: 8 GB/, 'compute'],
    ['32GB', '4', 3, 400, /^rule compute: 4 cores less one/, 'compute'],
    ['8GB', '3', 3, 100, /^rule memory: the smaller of 3 cores and half of 8 GB free/, 'memory'],
  ])('%s and %s cores are %d jobs of %d samples', (memory, cores, jobs, chunk, rule, bound) => {
    const choice = find('--quick', '--memory', memory, '--cores', cores).automatic.find(
      (one) => one.preset === 'no preset' && one.bound === bound,
    );
    expect(choice).toMatchObject({ jobs, chunk });
    expect(choice?.rule).toMatch(rule);
  });

  test('presets', () => {
    const { automatic } = find('--quick', '--memory', '64GB', '--cores', '64');
    const chosen = automatic
      .filter(({ bound }) => bound === 'compute')
      .map(({ preset, jobs, chunk }) => [preset, jobs, chunk]);
    expect(chosen).toEqual([
      ['no preset', 16, 400],
      ['high-performance', 12, 300],
      ['small-memory', 4, 100],
      ['automatic', 16, 200],
    ]);
  });

  test('measures what can be had here and says why the rest cannot', () => {
    const { speeds, verdict: conclusion } = find();
    expect(speeds.map(({ name }) => name)).toEqual([
      'one thread',
      'threads, one shared memory',
      'processes, one mapped segment',
      'processes, files in shared memory',
      'processes, copies',
    ]);
    for (const speed of speeds) {
      if (speed.ok) expect(speed).toMatchObject({ samples: 512 });
      else expect(speed.reason).toMatch(/\. .+\.$/);
    }
    expect(speeds[0]?.ok && speeds[1]?.ok && speeds[4]?.ok).toBe(true);
    expect(conclusion).toMatch(/^Fastest here, once warm: /);
  });

  test('is told apart from arguments that are none', () => {
    expect(fanfold(folder, 'doctor', 'gaf', 'twice')).toMatchObject({ code: 2 });
    expect(fanfold(folder, 'doctor', 'gaf', '--help').stdout).toMatch(/^fanfold doctor gaf \[options\]/);
  });
});

describe('the verdict', () => {
  const speed = (name: string, warmSeconds: number): Speed => ({
    ok: true,
    name,
    workers: 2,
    coldSeconds: 1,
    warmSeconds,
    samples: 512,
    bytes: 1e6,
    ringBytes: 1e6,
    copiedBytes: 0,
  });

  test('names the fastest, and by how much', () => {
    const threads = speed('threads, one shared memory', 0.1);
    expect(verdict([speed('one thread', 0.2), threads, speed('processes, copies', 1)])).toBe(
      'Fastest here, once warm: threads, one shared memory, 2.0x as fast as one thread and 10.0x as fast as processes, copies. The defaults use it.',
    );
    expect(verdict([speed('one thread', 0.1)])).toContain('best left in one thread');
    expect(verdict([{ ok: false, name: 'one thread', workers: 0, reason: 'no' }])).toContain('No way');
  });
});
