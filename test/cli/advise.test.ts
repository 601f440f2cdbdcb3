import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fanfold, folderWithScan } from './fanfold.js';

const folder = folderWithScan();

test('the table has every layout, and the command that is advised runs', () => {
  const { code, stdout, stderr } = fanfold(
    folder,
    ...['advise', 'com', 'scan.npy', '-o', 'my com.h5', '--frames', '0:5', '--sample', '200ms', '--workers', '2'],
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'measuring for about 200 ms ...\n' });
  const lines = stdout.split('\n');
  expect(lines[0]).toBe('com over 2 x 3 x 4 x 5 uint16: 5 of 6 frames, 200 bytes');
  expect(lines[1]).toMatch(
    /^samples of \d+( and \d+)? frames from the middle, each way in turn, \d times \(medians\)$/,
  );
  expect(lines[3]).toMatch(/^layout +workers +start-up +frames\/s +data +whole job +memory +pays from$/);
  const layouts = lines.slice(4).map((line) => line.split(' ')[0]);
  expect(layouts.slice(0, 5)).toEqual(['serial', 'threads', 'threads', 'processes', 'gpu']);
  expect(stdout).toContain('mpi        not available: this version runs on one machine');
  expect(stdout).toMatch(/^A GPU would (not )?help: /m);
  expect(stdout).toMatch(/^A cluster would not help: /m);
  expect(readdirSync(folder)).toEqual(['scan.npy']);
  const command = lines.at(-2) ?? '';
  expect(command).toMatch(/^fanfold run com scan\.npy -o 'my com\.h5' --frames 0:5 --layout \w+( --workers \d)?$/);
  const args = [...command.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
  expect(fanfold(folder, ...args.slice(1)).code).toBe(0);
  expect(readdirSync(folder)).toContain('my com.h5');
});

test('a small job is for one thread', () => {
  const { code, stdout } = fanfold(folder, 'advise', 'sum', 'scan.npy', '--sample', '100ms', '--json');
  expect(code).toBe(0);
  const told = JSON.parse(stdout);
  expect(told).toMatchObject({ operator: 'sum', frames: 6, frameBytes: 40, best: { layout: 'serial', workers: 1 } });
  expect(told.command).toBe('fanfold run sum scan.npy --layout serial');
  expect(told.verdict).toMatch(/^(Serial is|One thread)/);
  expect(told.rows[0]).toMatchObject({ layout: 'serial', workers: 1, paysFrom: null });
  expect(told.rows.at(-1)).toMatchObject({ layout: 'mpi', seconds: null });
});

describe('what cannot be meant, or does not fit', () => {
  const memory = mkdtempSync(join(tmpdir(), 'fanfold-advise-'));
  afterAll(() => rmSync(memory, { recursive: true, force: true }));

  test.each([
    [['--sample', 'soon'], "--sample takes a time up to an hour, such as 500ms, 5s or 1min, not 'soon'."],
    [['--sample', '0s'], "--sample takes a time up to an hour, such as 500ms, 5s or 1min, not '0s'."],
    [['--smaple', '1s'], 'fanfold advise sum has no option --smaple. Did you mean --sample?'],
    [['--layout', 'thread'], "There is no layout 'thread' (serial, threads, processes). Did you mean threads?"],
  ])('%j', (args, sentence) => {
    const { code, stdout, stderr } = fanfold(folder, 'advise', 'sum', 'scan.npy', '-q', ...args);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `fanfold: ${sentence}\n` });
  });

  test('memory that is too small is told with what would do, and nothing is recommended', () => {
    const { code, stdout } = fanfold(folder, 'advise', 'sum', 'scan.npy', '--memory', '20MiB', '--sample', '100ms');
    expect(code).toBe(4);
    expect(stdout).toMatch(/^warning: Nothing fits: at least [\d.]+ MiB are needed, and --memory is 20\.0 MiB\./m);
    expect(stdout).toContain('Try --memory');
    expect(stdout).not.toContain('fanfold run');
  });
});
