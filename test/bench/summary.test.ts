import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ceilingsOf, describeVerdict, type Floors, floorsOf, judge } from '../../dist/cli/bench/limits.js';
import { disagreeing } from '../../dist/cli/bench/report.js';
import { medianOf, overlap, spreadOf } from '../../dist/cli/bench/spread.js';
import { bestRow, findings, summarise } from '../../dist/cli/bench/summary.js';
import { configured, measured, series } from './fabricate.js';

const FLOORS: Floors = {
  disk: 200,
  secondDisk: 100,
  cached: { one: 600, all: 1000 },
  decode: null,
  arithmetic: 800,
};

const context = (cores = 2) => ({
  cores,
  floors: FLOORS,
  tolerance: 1e-5,
  conditionsOf: () => ({ cores, ratio: 1, fromDisk: false }),
  notesOf: () => [],
});

describe('spread', () => {
  it('takes the middle, or the mean of the two middle ones', () => {
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([4, 1, 2, 3])).toBe(2.5);
    expect(spreadOf([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
  });

  it('lies between the extremes for any numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), (values) => {
        const { median, min, max } = spreadOf(values);
        return min <= median && median <= max && values.includes(min) && values.includes(max);
      }),
    );
  });

  it('knows when ranges meet', () => {
    expect(overlap(spreadOf([1, 2]), spreadOf([2, 3]))).toBe(true);
    expect(overlap(spreadOf([1, 2]), spreadOf([2.1, 3]))).toBe(false);
  });
});

describe('limiter', () => {
  const conditions = { cores: 2, ratio: 2, fromDisk: false };

  it('scales floors with the cores a row can use, and stored bytes with the compression', () => {
    const one = ceilingsOf(configured('x'), FLOORS, conditions);
    expect(one).toEqual([
      { name: 'memory', rate: 1200 },
      { name: 'arithmetic', rate: 800 },
    ]);
    const sixteen = ceilingsOf(configured('x', { workers: 16, threads: 4 }), FLOORS, conditions);
    expect(sixteen).toEqual([
      { name: 'memory', rate: 2000 },
      { name: 'arithmetic', rate: 1600 },
    ]);
  });

  it('adds the rates of two disks only for rows that read both', () => {
    const fromDisk = { cores: 2, ratio: 1, fromDisk: true };
    expect(ceilingsOf(configured('x'), FLOORS, fromDisk)[0]).toEqual({ name: 'disk', rate: 200 });
    expect(ceilingsOf(configured('x', { files: 2 }), FLOORS, fromDisk)[0]).toEqual({ name: 'disk', rate: 300 });
  });

  it('asks of frames in memory nothing but arithmetic', () => {
    const resident = configured('f', { engine: { kind: 'resident' } });
    expect(ceilingsOf(resident, FLOORS, conditions)).toEqual([{ name: 'arithmetic', rate: 800 }]);
  });

  it('adds up times on the cores, and takes the slower of disk and cores', () => {
    const cores = [
      { name: 'memory', rate: 600 },
      { name: 'arithmetic', rate: 300 },
    ] as const;
    const verdict = judge(100, cores);
    expect(verdict.limiter).toBe('arithmetic');
    expect(verdict.ceiling).toBeCloseTo(200);
    expect(verdict.reached).toBeCloseTo(0.5);
    expect(describeVerdict(verdict)).toBe('overhead or other load, 50 % of floors');
    expect(describeVerdict(verdict, true)).toBe('memory, 50 % of the pace in cache');
    const slow = judge(90, [{ name: 'disk', rate: 100 }, ...cores]);
    expect(slow).toEqual({ limiter: 'disk', ceiling: 100, reached: 0.9 });
    expect(describeVerdict(slow)).toBe('disk, 90 % of floors');
    expect(judge(90, [{ name: 'disk', rate: 5000 }, ...cores]).limiter).toBe('arithmetic');
  });

  it('says nothing when nothing was measured', () => {
    expect(describeVerdict(judge(100, []))).toBe('');
  });

  it('takes floors from the measured series, the best run of each', () => {
    const all = [
      series(configured('floor-cached-1'), [measured(1), measured(3), measured(2)]),
      series(configured('floor-cached-2'), [measured(1)]),
      series(configured('floor-arithmetic-1'), [measured(4), measured(5)]),
    ];
    expect(floorsOf(all, 2)).toEqual({
      disk: null,
      secondDisk: null,
      cached: { one: 1000, all: 1000 },
      decode: null,
      arithmetic: 250,
    });
  });
});

describe('summary', () => {
  const control = series(configured('e-1x1', { row: 'e' }), [measured(2), measured(4), measured(2)]);

  it('holds speed against control (e), by rate', () => {
    const bigger = configured('h-1x1', { row: 'h', set: 'small' });
    const rows = summarise([control, series(bigger, [measured(2, { bytes: 4000 })])], context());
    expect(rows.map(({ speedUp }) => speedUp)).toEqual([1, 4]);
    expect(rows[0]?.seconds).toEqual({ median: 2, min: 2, max: 4 });
  });

  it('finds a result that differs by a single bit in one of several runs', () => {
    const wrong = series(configured('a-2x1'), [measured(1), measured(1, { digest: 'other', difference: 1e-16 })]);
    const rows = summarise([wrong, control, series(configured('a-1x1'), [measured(1)])], context());
    expect(rows.map(({ agreement }) => agreement)).toEqual(['differs', 'reference', 'identical']);
    const group = { name: 'random raw', files: {}, floors: FLOORS, rows, findings: [] };
    const state = { fanfold: '', machine: { cpu: '', cores: 2, memoryBytes: 1, os: '', node: '' } };
    const report = { title: '', date: '', method: [], groups: [group] };
    const rest = { gpu: 'none', distribution: '', disks: [], versions: {} };
    expect(disagreeing({ ...report, state: { ...state, ...rest } })).toEqual(['random raw, a-2x1']);
  });

  it('lets other programs round, but not be wrong', () => {
    const peer = (id: string, difference: number) =>
      series(configured(id, { row: 'peer', engine: { kind: 'peer', mode: id } }), [
        measured(1, { digest: id, difference }),
      ]);
    const rows = summarise([control, peer('close', 1e-6), peer('far', 1e-3)], context());
    expect(rows.map(({ agreement }) => agreement)).toEqual(['reference', 'close', 'differs']);
  });

  it('marks rows with more threads than cores, and rows that did not run', () => {
    const rows = summarise(
      [
        control,
        series(configured('a-2x2', { workers: 2, threads: 2 }), [measured(1)]),
        series(configured('g-8x2', { row: 'g' }), [], 'needs 256 GiB of disk, 79.0 GiB free'),
      ],
      context(),
    );
    expect(rows[0]?.notes).toEqual([]);
    expect(rows[1]?.notes).toEqual(['oversubscribed']);
    expect(rows[2]).toMatchObject({ rate: null, speedUp: null, seconds: null, peakBytes: null, agreement: 'none' });
    expect(rows[2]?.reason).toMatch(/needs 256 GiB/);
  });

  it('trusts a memory sample only of a process that lived long enough', () => {
    const long = { ...control, warmups: [measured(2, { treeBytes: 30 })] };
    const short = { ...control, warmups: [measured(0.1, { treeBytes: 30 })] };
    expect(summarise([long], context())[0]?.peakBytes).toBe(30);
    expect(summarise([short], context())[0]?.peakBytes).toBe(50);
  });

  it('compares a rival with rows of as many threads, and with the best', () => {
    const rows = summarise(
      [
        control,
        series(configured('c-1x1', { row: 'c' }), [measured(2.5)]),
        series(configured('a-2x1', { workers: 2 }), [measured(1)]),
        series(configured('a-8x1', { workers: 8 }), [measured(0.5)]),
        series(configured('peer-loop', { row: 'peer', label: 'loop', engine: { kind: 'peer', mode: 'loop' } }), [
          measured(10),
        ]),
      ],
      context(),
    );
    expect(bestRow(rows, 2)?.configuration.id).toBe('a-2x1');
    expect(findings(rows, 2)).toEqual([
      '(e) and (c) with one process: the same numbers; the times overlap (ratio of medians 1.25).',
      '(e) e-1x1: 5.00x the speed of loop.',
      '(a) a-2x1: 10.00x the speed of loop.',
    ]);
  });
});
