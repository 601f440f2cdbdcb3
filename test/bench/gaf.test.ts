import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FRAMES, gafFindings } from '../../dist/cli/bench/gaf/findings.js';
import { imageBytes } from '../../dist/cli/bench/gaf/job.js';
import {
  type GafPeers,
  gafPeerCommand,
  gafPeerReading,
  gafPeerReason,
  gafPeerRows,
} from '../../dist/cli/bench/gaf/peers.js';
import { GROUPS, groupBytes, jobOf, memsetRows, ownRows } from '../../dist/cli/bench/gaf/rows.js';
import type { Measurement } from '../../dist/cli/bench/record.js';
import type { BenchReport } from '../../dist/cli/bench/report.js';
import { summarise } from '../../dist/cli/bench/summary.js';
import { fanfold } from '../bad-input/fanfold.js';
import { pythonHas } from '../formats/python.js';
import { configured, measured, series } from './fabricate.js';

const folder = mkdtempSync(join(tmpdir(), 'fanfold-bench-gaf-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MiB = 2 ** 20;
const size = { samples: 4000, channels: 9, length: 96, size: 96 };
const [float32, uint8, narrower, bytes] = GROUPS;
const floors = { disk: null, secondDisk: null, cached: { one: null, all: null }, decode: null, arithmetic: null };

describe('rows', () => {
  it('are of one and of all workers, by unique names', () => {
    for (const group of GROUPS) {
      const rows = [...ownRows(group, 4), ...memsetRows(4), ...gafPeerRows(group, 4)].map((row) => row.configuration);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
      expect(ownRows(group, 1).every(({ configuration }) => configuration.workers === 1)).toBe(true);
    }
    expect(float32 && ownRows(float32, 4).map(({ configuration }) => configuration.id)).toEqual([
      'stream-1',
      'stream-4',
      'keep-1',
      'keep-4',
      'segment-1',
      'segment-4',
      'files-1',
      'files-4',
      'copies-1',
      'copies-4',
      'run-1',
      'run-4',
      'into-1',
      'into-4',
    ]);
    expect(narrower && ownRows(narrower, 4).map(({ configuration }) => configuration.id)).toEqual([
      'shared-1',
      'shared-4',
      'plain-1',
    ]);
  });

  it('know their bytes', () => {
    expect(imageBytes(size, 4)).toBe(2_654_208_000);
    expect(uint8 && groupBytes(uint8, size, 0)).toBe(663_552_000);
    expect(narrower && groupBytes(narrower, size, 2e9)).toBe(3e9);
    expect(bytes && groupBytes(bytes, size, 2e9)).toBe(2.5e9);
  });

  it('tell their program what to do', () => {
    const rest = { bytes: 100, times: 3, out: 'x.npy' };
    const row = (id: string, layout: string) =>
      configured(id, { workers: 2, engine: { kind: 'own', layout, flags: [] } });
    expect(uint8 && jobOf(uint8, row('keep-2', 'keep'), size, rest)).toMatchObject({
      ...size,
      ...rest,
      what: 'keep',
      dtype: 'uint8',
      workers: 2,
    });
    expect(bytes && jobOf(bytes, row('plain-2', 'plain'), size, rest)).toMatchObject({
      what: 'convert',
      from: 'float32',
      dtype: 'uint8',
      shared: false,
    });
  });
});

describe('peers', () => {
  const peers: GafPeers = { program: 'python3', script: 's.py', versions: { numpy: '1' }, idleBytes: 30 };
  const words = (group: (typeof GROUPS)[number] | undefined, mode: string, memory: boolean): string =>
    group ? gafPeerCommand(peers, group, mode, 2, size, { bytes: 2e9, times: 4, memory }).args.join(' ') : '';

  it('are asked for the same images and arrays', () => {
    expect(words(uint8, 'shm-keep', true)).toBe(
      's.py gaf --samples 4000 --channels 9 --length 96 --size 96 --dtype uint8 --mode shm --compute float32 --keep-shared --workers 2 --repeat 4 --memory',
    );
    expect(words(narrower, 'reuse', false)).toBe(
      's.py convert --source float64 --to float32 --gigabytes 2 --mode reuse --workers 2 --repeat 4',
    );
    expect(gafPeerReason(peers, 'pyts-pool')).toBe('pyts is not installed');
    expect(gafPeerReason(peers, 'pool')).toBeNull();
  });

  it('say what they took the first time and later', () => {
    const reading = gafPeerReading(peers, size);
    expect(reading.figures({ runs: [5, 1, 3, 2], bytes: 9, max_rss: 70 }, configured('loop'))).toMatchObject({
      seconds: 2,
      coldSeconds: 5,
      frames: 4000,
      bytes: 9,
      peakBytes: 70,
      idleBytes: 30,
    });
    expect(reading.figures({ runs: [], bytes: 9 }, configured('loop'))).toBeNull();
  });
});

describe('what follows from the rows', () => {
  const all = float32 ? [...ownRows(float32, 2), ...memsetRows(2), ...gafPeerRows(float32, 2)] : [];
  const row = (id: string, seconds: number, rest: Partial<Measurement>) => {
    const found = all.find(({ configuration }) => configuration.id === id);
    return series(found?.configuration ?? configured(id), [measured(seconds, { frames: 4, ...rest })]);
  };

  it('is the share of memset, the ratios to peers, and memory', () => {
    const rows = summarise(
      [
        row('stream-1', 0.2, { coldSeconds: 0.4, peakBytes: 60 * MiB, idleBytes: 40 * MiB }),
        row('stream-2', 0.1, { coldSeconds: 0.5, peakBytes: 80 * MiB, idleBytes: 40 * MiB }),
        row('keep-2', 0.16, { coldSeconds: 1, peakBytes: 200 * MiB, idleBytes: 40 * MiB }),
        row('memset-1', 0.1, { coldSeconds: 1 }),
        row('memset-2', 0.08, { coldSeconds: 1 }),
        row('batch32', 0.8, { coldSeconds: 2 }),
        row('pool', 8, { coldSeconds: 9 }),
      ],
      {
        cores: 2,
        floors,
        tolerance: 0,
        frames: FRAMES,
        conditionsOf: () => ({ cores: 2, ratio: 1, fromDisk: false }),
        notesOf: () => [],
      },
    );
    expect(gafFindings(rows, 100 * MiB)).toEqual([
      'batches through a ring, 1 thread: 50 % of the pace of memset.',
      'batches through a ring, 2 threads: 80 % of the pace of memset.',
      'batches, a ring that keeps them all, 2 threads: 50 % of the pace of memset.',
      'batches through a ring, 2 threads: 8.0x the speed of NumPy, broadcast in float32 (4.0x the first time); 80x the speed of NumPy, pool, pickled, 2 workers (18x the first time).',
      'batches, a ring that keeps them all, 2 threads: 5.0x the speed of NumPy, broadcast in float32 (2.0x the first time); 50x the speed of NumPy, pool, pickled, 2 workers (9.0x the first time).',
      'batches through a ring, 1 thread: 20.0 MiB above an idle program.',
      'batches through a ring, 2 threads: 40.0 MiB above an idle program.',
      'batches, a ring that keeps them all, 2 threads: 60.0 MiB above an idle program and the images.',
    ]);
    expect(rows[1]).toMatchObject({ speedUp: expect.closeTo(8, 9), coldSeconds: 0.5, aboveIdle: 40 * MiB });
    expect(gafFindings(rows.slice(0, 1), null)).toEqual([]);
  });
});

describe('fanfold bench gaf', () => {
  const small = [
    '--samples',
    '8',
    '--channels',
    '2',
    '--length',
    '24',
    '--size',
    '16',
    '--convert',
    '5MB',
    '--times',
    '2',
  ];
  const bench = (...args: string[]) =>
    fanfold(['bench', 'gaf', ...small, '--data', folder, '--runs', '1', '--warmup', '0', ...args], folder);

  it('measures every table, whose rows agree, and writes the report', { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await bench('--workers', '2', '--export', 'g.json,g.md,g.html', '-q');
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toMatch(/seconds +range +first .*above idle/);
    const { groups } = JSON.parse(readFileSync(join(folder, 'g.json'), 'utf8')) as BenchReport;
    expect(groups.map(({ name }) => name)).toEqual(GROUPS.map(({ name }) => name));
    for (const { name, rows } of groups) {
      const own = rows.filter(({ configuration }) => configuration.row === 'own');
      expect(own.length).toBeGreaterThan(2);
      for (const { seconds, coldSeconds, reason, configuration, agreement } of own) {
        // A segment needs an optional package.
        if (configuration.id.startsWith('segment') && reason !== null) {
          expect(reason).toMatch(/^The loader's sharing segment cannot be had here/);
          continue;
        }
        expect([name, configuration.id, reason]).toEqual([name, configuration.id, null]);
        expect(seconds?.median).toBeGreaterThan(0);
        expect(coldSeconds).toBeGreaterThan(0);
        const isMade = GROUPS.find((group) => group.name === name)?.from === null;
        expect(agreement).toBe(!isMade ? 'none' : configuration.id === 'stream-1' ? 'reference' : 'identical');
      }
    }
    expect(readFileSync(join(folder, 'g.md'), 'utf8')).toContain('| batches through a ring, 2 threads |');
    expect(existsSync(join(folder, 'g.html'))).toBe(true);
  });

  const scripts = join(import.meta.dirname, '../../../shared/peers');
  const hasScript = existsSync(join(scripts, 'gaf_numpy.py'));
  if (!hasScript) console.log('Not run: the folder ../shared/peers with the script of NumPy is not there.');
  const hasPeers = hasScript && pythonHas('numpy', 'NumPy beside Gramian angular fields');
  it.runIf(hasPeers)('runs NumPy beside it', { timeout: 120_000 }, async () => {
    const rows = ['--rows', 'stream-1,batch32,shared-1,reuse', '--workers', '1'];
    const { code, stdout, stderr } = await bench(...rows, '--peers', '--scripts', scripts, '--json', '-q');
    expect([stderr, code]).toEqual(['', 0]);
    const { groups } = JSON.parse(stdout) as BenchReport;
    for (const { rows: measuredRows } of groups) {
      const peer = measuredRows.find(({ configuration }) => configuration.row === 'peer');
      expect([peer?.reason, peer?.coldSeconds]).toEqual([null, expect.any(Number)]);
      expect(peer?.speedUp).toBeCloseTo(1, 9);
    }
  });

  it('says what is wrong before anything runs', async () => {
    expect((await bench('--workers', '0')).stderr).toContain('--workers takes one number of workers');
    expect((await bench('--rows', 'strem-1')).stderr).toContain('Did you mean stream-1?');
    expect((await bench('--tables', 'float64')).stderr).toContain('--tables takes float32, uint8');
    expect((await bench('scan.h5')).stderr).toContain('makes its own series');
    expect((await bench('--cold')).stderr).toContain('reads no files');
  });

  it('names the folder of the script when it is not there', { timeout: 60_000 }, async () => {
    const { stdout } = await bench('--rows', 'plain-1,reuse', '--peers', '--scripts', folder, '--json', '-q');
    const rows = (JSON.parse(stdout) as BenchReport).groups.flatMap((group) => group.rows);
    const peer = rows.find(({ configuration }) => configuration.row === 'peer');
    expect(peer?.reason).toBe(`${join(folder, 'gaf_numpy.py')} does not exist`);
  });
});
