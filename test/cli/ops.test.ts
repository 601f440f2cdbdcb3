import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { operatorNames } from '../../dist/operators/registry.js';
import { fanfold, folderWithScan } from './fanfold.js';

const folder = folderWithScan();

test('ops lists every registered operator with one line', () => {
  const { code, stdout, stderr } = fanfold(folder, 'ops');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [list = '', hint = ''] = stdout.split('\n\n');
  expect(list.split('\n').map((line) => line.trim().split(/\s+/)[0])).toEqual([...operatorNames(), 'infer']);
  expect(hint).toContain('fanfold ops NAME');
  const names = JSON.parse(fanfold(folder, 'ops', '--json').stdout).map((one: { name: string }) => one.name);
  expect(names).toEqual([...operatorNames(), 'infer']);
});

test('ops of one operator shows options, outputs, kernels and definitions', () => {
  const { code, stdout } = fanfold(folder, 'ops', 'sum');
  expect(code).toBe(0);
  expect(stdout).toBe(`sum: sum of all frames, pixel by pixel

options
  none

outputs
  sum          float64 (frame): one for the stack

kernels: wasm, ts; they agree exactly

The sum over all frames, pixel by pixel, in float64: exact for integer data below 2^53. NaN and infinite values go into the
sum of their pixel.
`);
});

test('outputs are told in words', () => {
  const { outputs } = JSON.parse(fanfold(folder, 'ops', 'com', '--json').stdout);
  expect(outputs).toContainEqual({ name: 'field', kind: 'each', shape: ['scan', '2'], dtype: 'float64', unit: 'px' });
});

test('outputs of series are told in their words, without the extents they were tried with', () => {
  const outline = JSON.parse(fanfold(folder, 'ops', 'stats', '--json').stdout);
  expect(outline.name).toBe('features');
  const shapes = outline.outputs.map(({ shape }: { shape: string[] }) => shape);
  expect(shapes).toEqual([
    ['windows', 'channels', '15'],
    ['windows', 'pairs of channels'],
  ]);
  const { outputs } = JSON.parse(fanfold(folder, 'ops', 'recurrence', '--json').stdout);
  expect(outputs[0].shape).toEqual(['windows', 'channels', 'points', 'points']);
});

test('an operator of the user is shown and run like the others', () => {
  const text = `export default {
    name: 'brightest', summary: 'largest value of each frame',
    params: { floor: { kind: 'number', default: 0, help: 'Smallest value that counts.' } },
    outputs: () => ({ peak: { kind: 'each', shape: [], dtype: 'float64', unit: 'counts' } }),
    init: ({ values }) => values.floor,
    process(tile, floor, out) {
      const n = tile.data.length / tile.count;
      for (let i = 0; i < tile.count; i++) out.peak[i] = Math.max(floor, ...tile.data.subarray(i * n, (i + 1) * n));
    },
  };`;
  writeFileSync(join(folder, 'brightest.mjs'), text);
  const shown = fanfold(folder, 'ops', './brightest.mjs');
  expect(shown.stdout).toContain('--floor X');
  expect(shown.stdout).toContain('peak         float64 (scan), counts: an entry for each frame');
  const ran = fanfold(folder, 'run', './brightest.mjs', 'scan.npy', '--floor', '50', '--json', '-q');
  // frames hold i % 100 for 20 numbers each: maxima 19, 39, 59, 79, 99, 19
  expect(JSON.parse(ran.stdout).results[0]).toMatchObject({
    name: 'peak',
    min: 50,
    max: 99,
    sum: 50 + 50 + 59 + 79 + 99 + 50,
  });
});
