import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Measurement } from '../../dist/cli/bench/record.js';
import { FRAMES, registerFindings } from '../../dist/cli/bench/register/findings.js';
import { type Peers, peerCommand, peerReading, peerReason, peerRows } from '../../dist/cli/bench/register/peers.js';
import { registerRows } from '../../dist/cli/bench/register/rows.js';
import { motionError, motionsOf, readMotions, type Truth, truthBeside } from '../../dist/cli/bench/register/truth.js';
import type { BenchReport } from '../../dist/cli/bench/report.js';
import { summarise } from '../../dist/cli/bench/summary.js';
import { fanfold } from '../bad-input/fanfold.js';
import { pythonHas } from '../formats/python.js';
import { configured, measured, series } from './fabricate.js';

const folder = mkdtempSync(join(tmpdir(), 'fanfold-bench-register-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const floors = { disk: null, secondDisk: null, cached: { one: null, all: null }, decode: null, arithmetic: null };
const context = {
  cores: 4,
  floors,
  tolerance: 0,
  conditionsOf: () => ({ cores: 4, ratio: 1, fromDisk: false }),
  notesOf: () => [],
  frames: FRAMES,
};

describe('rows of the ladder', () => {
  const rows = registerRows(4);
  const flagsOf = (id: string): string => {
    const found = rows.find((row) => row.id === id);
    return found?.engine.kind === 'own'
      ? [found.engine.layout, found.workers, ...found.engine.flags].join(' ')
      : 'not there';
  };

  it('change one thing a step', () => {
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    expect(rows.slice(0, 6).map(({ id }) => flagsOf(id))).toEqual([
      'serial 1 --kernel ts --inverse voxel',
      'processes 4 --kernel ts --inverse voxel',
      'threads 4 --kernel ts --inverse voxel --split inside',
      'processes 4 --kernel ts',
      'processes 4',
      'processes 4 --bind cores',
    ]);
  });

  it('end without each of the steps, and with what is done by itself', () => {
    expect(flagsOf('r-split')).toBe('processes 1 --bind cores');
    expect(flagsOf('r-inverse')).toBe('processes 4 --bind cores --inverse voxel');
    expect(flagsOf('r-kernel')).toBe('processes 4 --bind cores --kernel ts');
    expect(flagsOf('final-1')).toBe('serial 1');
    expect(flagsOf('final-4')).toBe('threads 4');
    expect(flagsOf('estimate-4')).toBe('threads 4 --no-reslice');
    const one = registerRows(1).map(({ id }) => id);
    expect(new Set(one).size).toBe(one.length);
  });
});

describe('what follows from the rows', () => {
  const run = (seconds: number, error: number | null): Measurement => measured(seconds, { frames: 40, error });
  const all = [...registerRows(4), ...peerRows(4)];
  const row = (id: string, seconds: number, error: number | null = 0.0072) =>
    series(all.find((one) => one.id === id) ?? configured(id), [run(seconds, error)]);

  it('is each step, each alone, and peers', () => {
    const rows = summarise(
      [
        row('1-serial', 120),
        row('2-frames', 40),
        row('2-points', 60),
        row('3-inverse', 20),
        row('4-kernel', 4),
        row('5-bound', 4.01),
        row('r-split', 12),
        row('r-inverse', 8),
        row('final-4', 3),
        row('estimate-4', 1),
        row('numba-4', 9, 0.0081),
        row('numba-4-estimate', 5, 0.0081),
        row('nipy-1', 90, 0.0823),
      ],
      context,
    );
    expect(registerFindings(rows)).toEqual([
      'by itself, 4 threads: 3.00x the speed of numba under MPI, 4 ranks; 0.0072 mm against 0.0081.',
      'the estimate alone, 4 threads: 5.00x the speed of numba under MPI, 4 ranks, the estimate alone; 0.0072 mm against 0.0081.',
      '(2) split by frames: 3.00x.',
      '(2) split by points: 2.00x.',
      '(3) the inverse once a volume: 2.00x; 6.00x in all.',
      '(4) SIMD kernels: 5.00x; 30.00x in all.',
      '(5) workers bound to cores: 1.00x, flat; 29.93x in all.',
      '(5) without the split takes 2.99x as long.',
      '(5) without the inverse once a volume takes 2.00x as long.',
      '(5) without workers bound to cores takes 1.00x as long.',
      'Every row of fanfold: 0.0072 mm from the truth.',
    ]);
    expect(rows.find(({ configuration }) => configuration.id === '4-kernel')).toMatchObject({
      speedUp: expect.closeTo(30, 9),
      error: 0.0072,
    });
  });

  it('names errors that steps must not change', () => {
    const rows = summarise([row('1-serial', 2, 0.007), row('2-frames', 1, 0.05)], context);
    expect(registerFindings(rows).pop()).toBe(
      'Every row of fanfold: 0.0070 to 0.0500 mm from the truth, which differs more than rounding explains.',
    );
    expect(registerFindings(summarise([row('1-serial', 2, null)], context))).toEqual([]);
  });
});

describe('the truth', () => {
  const motions = motionsOf([0, 0, 0, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0.01]);
  const truth: Truth = { path: '', motions, centre: [0, 0, 0] };

  it('is met exactly, also when everything moved along', () => {
    expect(motionError(truth, motions)).toBeCloseTo(0, 12);
    const moved = motionsOf([1, 2, 3, 0, 0, 0, 4, 2, 7, 0, 0, 0, 1, 2, 3, 0, 0, 0]);
    // The second frame is met; the third lacks a turn of 0.01 about z, sqrt(2/5) * 80 mm * 0.01 over a sphere.
    expect(motionError(truth, moved)).toBeCloseTo(Math.sqrt((0.4 * 80 ** 2 * 0.01 ** 2) / 2), 4);
    expect(motionError(truth, motions.slice(1))).toBe(Number.POSITIVE_INFINITY);
  });

  it('is looked for beside the series', () => {
    expect(truthBeside(join(folder, 'a.nii'))).toBeNull();
    writeFileSync(join(folder, 'truth_rp.txt'), ' 0 0 0 0 0 0\n 1e-1 0 0 0 0 0\n');
    expect(truthBeside(join(folder, 'a.nii'))).toBe(join(folder, 'truth_rp.txt'));
    writeFileSync(join(folder, 'a.truth_rp.txt'), '1 2 three 4 5 6\n');
    expect(truthBeside(join(folder, 'a.nii.gz'))).toBe(join(folder, 'a.truth_rp.txt'));
    expect(readMotions(join(folder, 'truth_rp.txt'))).toHaveLength(2);
    expect(() => readMotions(join(folder, 'a.truth_rp.txt'))).toThrow(/holds no motion: every line needs six numbers/);
  });
});

describe('peers', () => {
  const peers: Peers = { program: 'python3', folder: '/nowhere', mpi: false, versions: { numba: '1' } };
  const what = { file: 'a.nii', frames: 9 };

  it('are run with the settings that suit them best', () => {
    const one = peerCommand(peers, 'numba-1', 2, what, '/tmp/x');
    expect([one.program, ...one.args].join(' ')).toBe(
      'python3 /nowhere/realign_numba_mpi.py a.nii --frames 9 --variant spm --interp 3 --margin 10 --quality 0.5 --stop 0.01 --out /tmp/x',
    );
    const two = peerCommand(peers, 'numba-2-estimate', 2, what, '/tmp/x');
    expect([two.program, ...two.args].join(' ')).toMatch(/^mpirun .*--bind-to core -n 2 python3 .*--no-reslice --out/);
  });

  it('are left out with a reason', () => {
    expect(peerReason(peers, 'numba-2', 2, true)).toMatch(/mpirun and mpi4py are not installed/);
    expect(peerReason(peers, 'nipy-1', 2, true)).toMatch(/nipy is not installed/);
    expect(peerReason(peers, 'numba-1', 2, false)).toMatch(/begins with the first frame/);
    expect(peerReason(peers, 'numba-1', 2, true)).toBe('/nowhere/realign_numba_mpi.py does not exist');
  });

  it('say what they took', () => {
    const reading = peerReading(1000, () => 0.01);
    expect(reading.figures({ seconds: 2, frames: 5 }, configured('numba-1'))).toMatchObject({
      seconds: 2,
      frames: 5,
      bytes: 1000,
      error: 0.01,
    });
    expect(reading.figures({ seconds: 0, frames: 5 }, configured('numba-1'))).toBeNull();
  });
});

describe('fanfold bench register', () => {
  beforeAll(async () => {
    const kind = ['--kind', 'fmri', '--dtype', 'int16', '--voxel', '8,8,8'];
    const { code, stderr } = await fanfold(['make', '4x20x24x24', 'head.nii', ...kind, '-q'], folder);
    expect([stderr, code]).toEqual(['', 0]);
  });

  const bench = (...args: string[]) =>
    fanfold(['bench', 'register', 'head.nii', '--data', folder, '--runs', '1', '--warmup', '0', ...args], folder);

  it('measures every row with its error, and writes the report', { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await bench('--workers', '2', '--export', 'r.json,r.md,r.html', '-q');
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toMatch(/frames\/s .*error mm/);
    const report = JSON.parse(readFileSync(join(folder, 'r.json'), 'utf8')) as BenchReport;
    const rows = report.groups[0]?.rows ?? [];
    expect(rows.map(({ configuration }) => configuration.id)).toEqual(registerRows(2).map(({ id }) => id));
    for (const { seconds, error, reason, configuration } of rows) {
      expect([configuration.id, reason]).toEqual([configuration.id, null]);
      expect(seconds?.median).toBeGreaterThan(0);
      expect(error).toBeLessThan(0.5);
    }
    expect(readFileSync(join(folder, 'r.md'), 'utf8')).toContain('| (3) | the inverse once a volume |');
    expect(existsSync(join(folder, 'r.html'))).toBe(true);
  });

  it.runIf(pythonHas('numba, nibabel, scipy', 'numba beside registration'))(
    'runs peers beside it, or says why not',
    { timeout: 240_000 },
    async () => {
      const { code, stdout, stderr } = await bench(
        '--workers',
        '1',
        '--rows',
        'final-1,numba-1',
        '--peers',
        '--json',
        '-q',
      );
      expect([stderr, code]).toEqual(['', 0]);
      const rows = (JSON.parse(stdout) as BenchReport).groups[0]?.rows ?? [];
      const peer = rows.find(({ configuration }) => configuration.row === 'peer');
      if (peer?.reason === null) expect(peer.error).toBeLessThan(1);
      else expect(peer?.reason).toMatch(/not part of this installation|not installed/);
    },
  );

  it('says what is wrong before anything runs', async () => {
    expect((await bench('--workers', '0')).stderr).toContain('--workers takes one number of workers');
    expect((await bench('--rows', '9')).stderr).toContain("There is no row '9'");
    expect((await bench('other.nii')).stderr).toContain('takes one source');
    expect((await bench('--truth', 'a.truth_rp.txt', '--rows', 'final-1')).stderr).toContain('holds no motion');
    writeFileSync(join(folder, 'short.txt'), '0 0 0 0 0 0\n');
    expect((await bench('--truth', 'short.txt', '--rows', 'final-1')).stderr).toContain(
      'holds the motion of 1 frames, not of 4',
    );
  });
});
