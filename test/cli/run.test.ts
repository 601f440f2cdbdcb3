import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fanfold, folderWithScan, steady, writeNpy } from './fanfold.js';

const folder = folderWithScan();

// Pixel (y, x) of frame f holds (20 f + 5 y + x) % 100; the frames 0 to 4 run through 0 to 99, frame 5 repeats frame 0.
const FRAME_SUMS = [190, 590, 990, 1390, 1790, 190];

test('run tells its results on stdout and the rest on stderr', () => {
  const { code, stdout, stderr } = fanfold(folder, 'run', 'sum', 'scan.npy', '--layout', 'serial');
  expect(code).toBe(0);
  expect(stdout).toBe('sum: 4 x 5, min 200, max 314, mean 257\n');
  expect(steady(stderr)).toBe(`note: NumPy <u2
sum over 2 x 3 x 4 x 5 uint16 in TIME
  6 frames, 240 bytes (240 bytes read), RATE, N frames/s
  serial, 1 worker, wasm kernel, peak memory SIZE
  limited by REASON
`);
});

test('--quiet says nothing at all', () => {
  expect(fanfold(folder, 'run', 'sum', 'scan.npy', '-q')).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('a mask file that is missing ends with one sentence', () => {
  const args = ['run', 'mask+sum', 'scan.npy', '--mask', 'gone.npy', '--json', '-q'];
  const stderr = 'fanfold: gone.npy holds no array to use: gone.npy does not exist. Check the path.\n';
  expect(fanfold(folder, ...args)).toEqual({ code: 2, stdout: '', stderr });
});

test.each(['serial', 'threads', 'processes'])('a mask of ones gives the sum of each frame (%s)', (layout) => {
  writeNpy(join(folder, 'ones.npy'), '<f8', [4, 5], new Float64Array(20).fill(1));
  const out = `sums-${layout}.npy`;
  const args = [
    'run',
    'mask',
    'scan.npy',
    '--mask',
    'ones.npy',
    '--layout',
    layout,
    '-w',
    '2',
    '-o',
    out,
    '--json',
    '-q',
  ];
  const { code, stdout } = fanfold(folder, ...args);
  expect(code).toBe(0);
  const { report, results, outputs } = JSON.parse(stdout);
  expect(report).toMatchObject({ operator: 'mask', layout, frames: 6, bytes: 240, dtype: 'uint16' });
  expect(results).toMatchObject([{ name: 'image', shape: [2, 3], dtype: 'float64', min: 190, max: 1790 }]);
  expect(outputs).toEqual([out]);
  const bytes = readFileSync(join(folder, out));
  const data = bytes.subarray(bytes.length - 48);
  expect(FRAME_SUMS.map((_, i) => data.readDoubleLE(8 * i))).toEqual(FRAME_SUMS);
});

test('several operators in one pass keep their names apart', () => {
  const { code, stdout } = fanfold(folder, 'run', 'max+min', 'scan.npy', '-q', '--json');
  expect(code).toBe(0);
  const names = JSON.parse(stdout).results.map((one: { name: string }) => one.name);
  expect(names).toEqual(['max.max', 'min.min']);
});

test('a recipe runs what it says', () => {
  writeFileSync(join(folder, 'job.json'), JSON.stringify({ operators: 'sum', source: 'scan.npy', values: {} }));
  const { code, stdout } = fanfold(folder, 'run', 'job.json');
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'sum: 4 x 5, min 200, max 314, mean 257\n' });
});

test('frames and regions of the scan are chosen', () => {
  const first = fanfold(folder, 'run', 'sum', 'scan.npy', '--frames', '0:1', '--json', '-q');
  expect(JSON.parse(first.stdout).results[0]).toMatchObject({ min: 0, max: 19, sum: FRAME_SUMS[0] });
  const column = fanfold(folder, 'run', 'sum', 'scan.npy', '--roi', '0:2,1:2', '--json', '-q');
  expect(JSON.parse(column.stdout).results[0].sum).toBe((FRAME_SUMS[1] ?? 0) + (FRAME_SUMS[4] ?? 0));
});

test('plan takes the outputs of run, and writes none', () => {
  const { code, stderr } = fanfold(folder, 'plan', 'sum', 'scan.npy', '-o', 'planned.h5', '--overwrite');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(readdirSync(folder)).not.toContain('planned.h5');
});

test('plan tells how it would run and reads nothing', () => {
  const { code, stdout, stderr } = fanfold(folder, 'plan', 'sum', 'scan.npy', '--layout', 'threads', '-w', '2');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = steady(stdout).split('\n');
  expect(lines[0]).toBe('sum over 2 x 3 x 4 x 5 uint16: 6 frames, 240 bytes');
  expect(lines[1]).toBe('layout     threads, 1 worker, wasm kernel');
  expect(stdout).toContain('because    threads: as asked.\n');
  expect(stdout).toContain('because    1 worker: 2 asked for, but only 1 part to share.\n');
  const json = JSON.parse(fanfold(folder, 'plan', 'sum', 'scan.npy', '--json').stdout);
  expect(json).toMatchObject({ parts: 1, blockFrames: 6, layout: 'serial', kernel: 'wasm' });
});

describe('exit codes', () => {
  test('3: the source cannot be read', () => {
    expect(fanfold(folder, 'run', 'sum', 'gone.h5').code).toBe(3);
  });

  test('4: it does not fit, and the sentence says what would', () => {
    const { code, stderr } = fanfold(folder, 'run', 'sum', 'scan.npy', '--memory', '1MiB', '-q');
    expect(code).toBe(4);
    expect(stderr).toMatch(/^fanfold: Needs \d+ MiB but --memory is 1\.00 MiB\. Try --memory \d+MiB\.\n$/);
  });

  test('5: an output that exists, or cannot be made', () => {
    writeFileSync(join(folder, 'taken.npy'), 'mine');
    const taken = fanfold(folder, 'run', 'sum', 'scan.npy', '-o', 'taken.npy', '-q');
    expect(taken.code).toBe(5);
    expect(taken.stderr).toContain('exists already. Give --overwrite to replace it, or another name.');
    expect(readFileSync(join(folder, 'taken.npy'), 'utf8')).toBe('mine');
    const nowhere = fanfold(folder, 'run', 'sum', 'scan.npy', '-o', 'no/such/folder/x.npy', '-q');
    expect(nowhere.code).toBe(5);
    expect(nowhere.stderr).toMatch(/^fanfold: .*does not exist.*\n$/);
  });

  test('2: an output that is the input, or of no known kind', () => {
    const before = readFileSync(join(folder, 'scan.npy'));
    const same = fanfold(folder, 'run', 'sum', 'scan.npy', '-o', 'scan.npy', '--overwrite', '-q');
    expect(same.code).toBe(2);
    expect(readFileSync(join(folder, 'scan.npy')).equals(before)).toBe(true);
    const unknown = fanfold(folder, 'run', 'sum', 'scan.npy', '-o', 'x.foo', '-q');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('.foo is no output format. Possible are .h5');
  });

  test('1: an operator that fails, with the frames it failed at', () => {
    const text = `export default { name: 'bad', summary: 'fails', params: {},
      outputs: () => ({ x: { kind: 'each', shape: [], dtype: 'float64' } }), process() { throw new Error('no idea'); } };`;
    writeFileSync(join(folder, 'bad.mjs'), text);
    const { code, stderr } = fanfold(folder, 'run', './bad.mjs', 'scan.npy', '-o', 'bad.npy', '-q');
    expect(code).toBe(1);
    expect(stderr).toMatch(/Operator bad, frames 0 to 5, failed: no idea/);
    expect(existsSync(join(folder, 'bad.npy'))).toBe(false);
  });
});

test('nothing half-written is left in the folder', () => {
  expect(readdirSync(folder).filter((name) => /partial|fanfold/.test(name))).toEqual([]);
});
