import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { azimuthalFindings, FRAMES } from '../../dist/cli/bench/azimuthal/findings.js';
import { PYFAI_READING, pyfaiCommand, pyfaiReason, pyfaiRows } from '../../dist/cli/bench/azimuthal/pyfai.js';
import { azimuthalRows, parseCounts, usualCounts } from '../../dist/cli/bench/azimuthal/rows.js';
import type { Measurement } from '../../dist/cli/bench/record.js';
import type { BenchReport } from '../../dist/cli/bench/report.js';
import { summarise } from '../../dist/cli/bench/summary.js';
import { fanfold } from '../bad-input/fanfold.js';
import { pythonHas } from '../formats/python.js';
import { configured, measured, series } from './fabricate.js';

const floors = { disk: null, secondDisk: null, cached: { one: null, all: null }, decode: null, arithmetic: null };
const context = {
  cores: 4,
  floors,
  tolerance: 1e-5,
  conditionsOf: () => ({ cores: 4, ratio: 1, fromDisk: false }),
  notesOf: () => [],
  frames: FRAMES,
};

/** A run of 100 frames. */
const run = (seconds: number, rest: Partial<Measurement> = {}): Measurement =>
  measured(seconds, { frames: 100, limiter: 'arithmetic (60 % of worker time)', ...rest });

describe('rows of the azimuthal scenario', () => {
  it('has the serial loop and layouts 0 to 2 for every number of workers', () => {
    const rows = azimuthalRows([1, 2, 4]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    const ids = rows.map(({ id }) => id);
    for (const id of ['s-csr-1', 's-auto-1', '0-csr-1', '0-csr-4', '0-auto-4', '1-csr-2', '1-auto-4', '2-auto-4'])
      expect(ids).toContain(id);
    expect(ids).toContain('1-auto-4-by-2');
    const flagsOf = (id: string) => {
      const engine = rows.find((row) => row.id === id)?.engine;
      return engine?.kind === 'own' ? `${engine.layout} ${engine.flags.join(' ')}` : '';
    };
    expect(flagsOf('0-csr-2')).toBe('threads --split inside --method csr');
    expect(flagsOf('1-auto-4-by-2')).toBe('threads --split inside --team 2 --method auto');
    expect(flagsOf('2-auto-2')).toBe('processes --method auto');
    expect(rows.find(({ id }) => id === '2-auto-2')?.label).toBe('2 processes');
  });

  it('counts to the number of cores, and takes other counts', () => {
    expect([1, 2, 3, 4].map(usualCounts)).toEqual([[1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]);
    expect(usualCounts(12)).toEqual([1, 2, 4, 8, 12]);
    expect(parseCounts('4,1,2,2')).toEqual([1, 2, 4]);
    expect(() => parseCounts('1,two')).toThrow(/--workers takes numbers/);
    expect(() => parseCounts('0')).toThrow(/--workers takes numbers/);
  });
});

describe('what follows from the rows', () => {
  const rate = (id: string, framesPerSecond: number) => {
    const all = [...azimuthalRows([1, 2, 4]), ...pyfaiRows(4)];
    const found = all.find((row) => row.id === id) ?? configured(id);
    const stages = { read: 1, decode: 2, compute: 4, wait: 0.5 };
    return series(found, [run(100 / framesPerSecond, { stages })]);
  };
  const rates: [string, number][] = [
    ['s-csr-1', 20],
    ['s-auto-1', 80],
    ['0-csr-1', 18],
    ['0-csr-2', 30],
    ['0-csr-4', 31],
    ['0-auto-4', 90],
    ['1-auto-1', 78],
    ['1-auto-2', 150],
    ['1-auto-4', 200],
    ['1-auto-4-by-2', 160],
    ['2-auto-1', 76],
    ['2-auto-4', 240],
    ['pyfai-0-hdf5', 8],
    ['pyfai-2-safe', 60],
    ['pyfai-2-debian', 16],
  ];
  const rows = summarise(
    rates.map(([id, value]) => rate(id, value)),
    context,
  );
  const of = (id: string) => rows.find(({ configuration }) => configuration.id === id);

  it('holds speed against the best of layout 0, and against the serial loop', () => {
    expect(of('0-csr-4')?.speedUp).toBe(1);
    expect(of('1-auto-4')?.speedUp).toBeCloseTo(200 / 31);
    expect(of('1-auto-4')?.overSerial).toBeCloseTo(10);
    expect(of('s-csr-1')?.overSerial).toBe(1);
    expect(of('1-auto-4')?.framesPerSecond).toBeCloseTo(200);
    expect(of('1-auto-4')?.perFrame).toEqual({ read: 0.01, decode: 0.02, compute: 0.04, wait: 0.005 });
  });

  it('leads with the ratio to pyFAI layout 2, then says where curves bend', () => {
    expect(azimuthalFindings(rows, '0.21.3')).toEqual([
      '(2) 4 processes: 4.00x the speed of pyFAI 0.21.3, layout 2, 4 processes, current LZ4.',
      '(2) 4 processes: 15.00x the speed of pyFAI 0.21.3, layout 2, 4 processes, packaged LZ4.',
      '(2) 4 processes: 30.00x the speed of pyFAI 0.21.3, layout 0, 4 threads inside a frame.',
      '(0) threads inside a frame reach 30.0 frames/s with 2 (1.50x the serial loop) and gain nothing beyond; slower than the serial loop with 1.',
      'One thread: the method chosen by itself has 4.00x the speed of the csr product.',
      '(1) threads: 2.56x with 4 against 1, in proportion up to 2; limited by arithmetic (60 % of worker time).',
      '(2) processes: 3.16x with 4 against 1, in proportion up to 1; limited by arithmetic (60 % of worker time).',
      'All 4 threads inside a frame: 0.45 of the speed of a frame to each thread.',
      '4 threads, 2 to a frame: 0.80 of the speed of a frame to each thread.',
    ]);
  });

  it('says nothing of rows that did not run', () => {
    const none = summarise([series(configured('s-csr-1', { row: 's' }), [], 'no memory')], context);
    expect(azimuthalFindings(none, '')).toEqual([]);
    expect(none[0]).toMatchObject({ framesPerSecond: null, perFrame: null, overSerial: null, peakBytes: null });
  });

  it('does not take another recipe in the file for another result', () => {
    const same = series(configured('0-csr-2', { row: '0' }), [run(1, { digest: 'other', difference: 0 })]);
    const rows = summarise([series(configured('s-csr-1', { row: 's' }), [run(2)]), same], context);
    expect(rows.map(({ agreement }) => agreement)).toEqual(['reference', 'identical']);
  });
});

describe('pyFAI', () => {
  const script = { program: 'python3', script: 'pyfai_layouts.py', versions: {} };
  const what = { file: 'a.h5', dataset: '/data', frames: 9, values: { poni: 'a.poni', npt: 500, precision: 'pyfai' } };

  it('does the same integration', () => {
    const { program, args } = pyfaiCommand(script, 'pyfai-2-safe', 2, what, 'out.npz');
    expect([program, ...args].join(' ')).toBe(
      'python3 pyfai_layouts.py a.h5 --dataset /data --frames 9 --layout 2 --workers 2 --decoder safe --poni a.poni --npt 500 --out out.npz',
    );
    expect(pyfaiReason(what.values)).toBeNull();
    expect(pyfaiReason({ ...what.values, dark: ['d.npy'] })).toBe('the script has nothing for dark');
  });

  it('says what it took', () => {
    const parsed = { seconds: 2, frames: 50, raw_MB_per_s: 100, read_ms: 1, decode_ms: 4, integrate_ms: 20 };
    const figures = PYFAI_READING.figures(parsed, configured('pyfai-split-safe'));
    expect(figures).toMatchObject({ seconds: 2, frames: 50, bytes: 2e8 });
    expect(figures?.stages).toEqual({ read: 0.05, decode: 0.2, compute: 1, wait: 0 });
    expect(PYFAI_READING.figures({ seconds: 2, frames: 50 }, configured('x'))?.stages).toBeNull();
    expect(PYFAI_READING.figures({}, configured('x'))).toBeNull();
  });
});

describe('fanfold bench azimuthal', () => {
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fanfold-test-'));
    const kind = ['--kind', 'rings', '--dtype', 'uint32', '--codec', 'bslz4'];
    expect((await fanfold(['make', '6x120x100', 'rings.h5', ...kind, '-q'], folder)).code).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const bench = (...args: string[]) =>
    fanfold(['bench', 'azimuthal', 'rings.h5', '--data', folder, '--runs', '1', '--warmup', '0', ...args], folder);

  it('measures its rows with the geometry beside the file, and writes the report', { timeout: 60_000 }, async () => {
    const more = ['--workers', '1,2', '--npt', '50', '--export', 'r.json,r.md,r.html', '-q'];
    const { code, stdout, stderr } = await bench(...more);
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toContain('threads inside a frame reach');
    expect(stdout).toMatch(/frames\/s +read ms +decode ms +compute ms/);
    const report = JSON.parse(readFileSync(join(folder, 'r.json'), 'utf8')) as BenchReport;
    const rows = report.groups[0]?.rows ?? [];
    expect(rows.map(({ configuration }) => configuration.id)).toEqual(azimuthalRows([1, 2]).map(({ id }) => id));
    for (const { agreement, perFrame, seconds } of rows) {
      expect(['reference', 'identical', 'close']).toContain(agreement);
      expect(perFrame?.compute).toBeGreaterThan(0);
      expect(seconds?.median).toBeGreaterThan(0);
    }
    const csr = rows.filter(({ configuration: { id } }) => id.includes('csr')).map(({ agreement }) => agreement);
    expect(new Set(csr)).toEqual(new Set(['reference', 'identical']));
    expect(readFileSync(join(folder, 'r.md'), 'utf8')).toContain('| (0) | 2 threads inside a frame, csr |');
    expect(readFileSync(join(folder, 'r.html'), 'utf8')).toContain('1: threads');
  });

  it.runIf(pythonHas('pyFAI, h5py, hdf5plugin, bitshuffle', 'pyFAI in the same run'))(
    'runs pyFAI beside it, or says why not',
    { timeout: 120_000 },
    async () => {
      const { code, stdout } = await bench(
        '--rows',
        '1-auto-2,peer',
        '--workers',
        '2',
        '--npt',
        '50',
        '--peers',
        '--json',
      );
      expect(code).toBe(0);
      const report = JSON.parse(stdout) as BenchReport;
      const rivals = (report.groups[0]?.rows ?? []).filter(({ configuration }) => configuration.row === 'peer');
      expect(rivals).toHaveLength(6);
      for (const { agreement, reason } of rivals)
        expect(reason === null ? agreement : reason).toMatch(/^close$|^identical$|not part of this installation/);
    },
  );

  it('says what is wrong before anything runs', async () => {
    const wrong = async (...args: string[]) => {
      const { code, stderr } = await bench(...args);
      return `${code} ${stderr.trim()}`;
    };
    expect(await wrong('--rows', '7')).toMatch(/^2 fanfold: There is no row '7': rows are s, 0, 1, 2/);
    expect(await wrong('--npt', 'many')).toMatch(/^2 fanfold: .*npt/);
    expect(await wrong('--method', 'csr')).toMatch(/^2 fanfold: .*no option --method/);
    expect(await wrong('other.h5')).toMatch(/^2 fanfold: .*takes one source/);
  });
});
