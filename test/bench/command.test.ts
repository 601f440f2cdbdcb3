import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchReport } from '../../dist/cli/bench/report.js';
import { pythonHas } from '../formats/python.js';

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');
const SLOW = 120_000;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fanfold-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fanfold(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: folder },
  });
  return { status, stdout, stderr };
}

const scenario = (...args: string[]) =>
  fanfold('bench', '4d-stem', '--scale', 'tiny', '--data', join(folder, 'data'), '--warmup', '0', ...args);

describe('fanfold bench 4d-stem', () => {
  it('measures rows on a real file, compares them, and writes the report three ways', { timeout: SLOW }, () => {
    const targets = ['r.json', 'r.md', 'r.html'].map((name) => join(folder, name));
    const chosen = ['--rows', 'a-2x1,b-2x1,c-1x1,e,f', '--content', 'random', '--codec', 'gzip', '--runs', '1'];
    const { status, stdout, stderr } = scenario(...chosen, '--export', targets.join());
    expect(stderr).not.toMatch(/failed|error/i);
    expect(status).toBe(0);
    for (const text of ['cluster 2 x 1', 'all in memory first', 'decode chunks', 'GiB/s', 'same disk'])
      expect(stdout).toContain(text);
    const [json = '', markdown = '', html = ''] = targets.map((target) => readFileSync(target, 'utf8'));
    const report = JSON.parse(json) as BenchReport;
    const rows = report.groups[0]?.rows ?? [];
    const scenarioRows = rows.filter(({ configuration }) => configuration.row.length === 1);
    expect(scenarioRows.map(({ configuration, agreement }) => [configuration.id, agreement])).toEqual([
      ['a-2x1', 'identical'],
      ['b-2x1', 'identical'],
      ['c-1x1', 'identical'],
      ['e-1x1', 'reference'],
      ['f-1x1', 'identical'],
    ]);
    expect(rows.every(({ seconds }) => (seconds?.median ?? 0) > 0)).toBe(true);
    expect(report.groups[0]?.floors.decode).toBeGreaterThan(0);
    expect(markdown).toContain('| (e) | one process reads and computes |');
    expect(html.match(/<svg/g)?.length).toBeGreaterThanOrEqual(3);
    expect(html).not.toMatch(/<(script|link|img)\b|https?:/);
  });

  it('goes on with --resume, with finished runs counted, and refuses the journal of other settings', {
    timeout: SLOW,
  }, () => {
    const state = join(folder, 'resumed.jsonl');
    const chosen = ['--rows', 'e', '--content', 'counts', '--codec', 'raw', '--state', state];
    expect(scenario(...chosen, '--runs', '1').status).toBe(0);
    const before = readFileSync(state, 'utf8').trim().split('\n').length;
    const again = scenario(...chosen, '--runs', '2', '--resume');
    expect(again.status).toBe(0);
    expect(again.stderr).toContain(`going on after ${before - 1} finished runs`);
    const after = readFileSync(state, 'utf8').trim().split('\n').length;
    expect(after - 1).toBe(2 * (before - 1));
    const other = scenario('--rows', 'e', '--content', 'random', '--codec', 'raw', '--state', state, '--resume');
    expect(other.status).toBe(2);
    expect(other.stderr).toContain('belongs to a benchmark with other settings');
  });

  it('ends with 6 when a result differs', { timeout: SLOW }, () => {
    const state = join(folder, 'damaged.jsonl');
    const chosen = ['--rows', 'a-1x1,e', '--content', 'counts', '--codec', 'raw', '--state', state];
    expect(scenario(...chosen, '--runs', '1').status).toBe(0);
    const damaged = readFileSync(state, 'utf8').replace(/("configuration":"a-1x1".*"digest":")...../, '$1fffff');
    writeFileSync(state, damaged);
    const { status, stdout, stderr } = scenario(...chosen, '--runs', '1', '--resume');
    expect(status).toBe(6);
    expect(stdout).toContain('DIFFERS');
    expect(stderr).toContain('results differ from the reference in 1 row: counts raw, cluster 1 x 1');
  });

  it.runIf(pythonHas('h5py, numpy', 'rivals in the same run'))(
    'gives the numbers that h5py and NumPy give',
    { timeout: SLOW },
    () => {
      const chosen = ['--rows', 'e,f', '--content', 'counts', '--codec', 'gzip', '--runs', '1', '--peers', '--json'];
      const { status, stdout } = scenario(...chosen);
      expect(status).toBe(0);
      const report = JSON.parse(stdout) as BenchReport;
      const rivals = report.groups[0]?.rows.filter(({ configuration }) => configuration.row === 'peer') ?? [];
      const ran = rivals.filter(({ reason }) => reason === null);
      expect(ran.length).toBeGreaterThanOrEqual(4);
      for (const { agreement } of ran) expect(['close', 'identical']).toContain(agreement);
      expect(report.state.versions.h5py).toMatch(/^\d/);
    },
  );

  it('says what is wrong with its options before anything is made', () => {
    const wrong = (...args: string[]) => {
      const { status, stderr } = fanfold('bench', ...args);
      return `${status} ${stderr.trim()}`;
    };
    expect(wrong()).toMatch(/^2 fanfold: fanfold bench needs a scenario/);
    expect(wrong('4d-stem', '--rows', 'q')).toMatch(/^2 fanfold: There is no row 'q'/);
    expect(wrong('4d-stem', '--export', 'r.pdf')).toMatch(/^2 fanfold: --export writes .json, .md, .html, not r.pdf/);
    expect(wrong('4d-stem', '--scal', 'tiny')).toMatch(/Did you mean --scale\?/);
    expect(readdirSync(folder)).not.toContain('fanfold-bench');
  });
});

describe('fanfold bench OPERATOR', () => {
  it('times a command of the user over layouts and workers', { timeout: SLOW }, () => {
    const scan = join(folder, 'scan.h5');
    execFileSync(process.execPath, [MAIN, 'make', '8x8x32x32', scan, '--kind', 'counts', '--quiet']);
    const how = ['--layout', 'serial,threads', '--workers', '1,2', '--runs', '1', '--warmup', '0', '--json', '--quiet'];
    const { status, stdout, stderr } = fanfold('bench', 'sum', scan, ...how);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as BenchReport;
    const rows = report.groups[0]?.rows ?? [];
    expect(rows.map(({ configuration, agreement }) => [configuration.label, agreement])).toEqual([
      ['serial', 'reference'],
      ['threads 1', 'identical'],
      ['threads 2', 'identical'],
    ]);
    expect(rows[0]?.limiter).not.toBe('');
  });
});
