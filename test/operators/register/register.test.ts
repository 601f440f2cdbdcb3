import { expect, test } from 'vitest';
import type { NamedArray } from '../../../dist/core/sink.js';
import { openArray, run } from '../../../dist/index.js';
import { serial } from '../../../dist/layouts/serial.js';
import { threads } from '../../../dist/layouts/threads/index.js';
import { compareCuts } from '../../../dist/testing/operator.js';
import { blobFrames, noise } from './blobs.js';

const SHAPE = [20, 24, 22] as const;
const VOXEL = 3;
const DEGREE = Math.PI / 180;
const TRUTH = [
  [0, 0, 0, 0, 0, 0],
  [0.4, -0.3, 0.6, 0.5 * DEGREE, -0.4 * DEGREE, 0.3 * DEGREE],
  [-1.5, 2, 1, 2 * DEGREE, 1 * DEGREE, -3 * DEGREE],
  [0.02, 0, -0.01, 0, 0, 0.05 * DEGREE],
] as const;

/** Smoothing kernels are never wider than the margin of so small a volume allows. */
const VALUES = { voxel: [VOXEL, VOXEL, VOXEL], margin: 6 };

function source(truth: readonly (readonly number[])[] = TRUTH) {
  const [nz, ny, nx] = SHAPE;
  return openArray([truth.length, nz, ny, nx], blobFrames(SHAPE, VOXEL, truth), { frameRank: 3 });
}

function arrayOf(arrays: readonly NamedArray[], name: string) {
  const found = arrays.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found.data;
}

test('finds known motions of an image that is known everywhere, and undoes them', async () => {
  for (const kernel of ['ts', 'wasm'] as const) {
    const { arrays } = await run('register', source(), {
      layout: 'serial',
      kernel,
      values: { ...VALUES, tolerance: 1e-4 },
    });
    const params = arrayOf(arrays, 'params');
    for (const [i, value] of TRUTH.flat().entries()) {
      const within = i % 6 < 3 ? 0.02 : 0.05 * DEGREE;
      expect(Math.abs((params[i] ?? Number.NaN) - value), `element ${i}, ${kernel}`).toBeLessThan(within);
    }
    expect([...arrayOf(arrays, 'flags')]).toEqual([0, 0, 0, 0]);
    const realigned = arrayOf(arrays, 'realigned');
    const pixels = SHAPE[0] * SHAPE[1] * SHAPE[2];
    const middle = (10 * SHAPE[1] + 12) * SHAPE[2] + 11;
    for (const i of [1, 2, 3]) {
      const expected = (1 + 0.02 * i) * (realigned[middle] ?? 0);
      expect(Math.abs((realigned[i * pixels + middle] ?? 0) / expected - 1)).toBeLessThan(2e-3);
    }
  }
});

test('finds a large turn', async () => {
  const truth = [TRUTH[0], [1, 2, 0, 0, 0, 50 * DEGREE]];
  const { arrays } = await run('register', source(truth), { layout: 'serial', values: VALUES });
  expect(Math.abs((arrayOf(arrays, 'params')[11] ?? 0) - 50 * DEGREE)).toBeLessThan(0.1 * DEGREE);
  expect((arrayOf(arrays, 'flags')[1] ?? 1) & 7).toBe(0);
});

test('a mean reference keeps motions relative to the first frame', async () => {
  const { arrays } = await run('register', source(), { layout: 'serial', values: { ...VALUES, reference: 'mean' } });
  const params = arrayOf(arrays, 'params');
  for (let i = 0; i < 6; i++) expect(Math.abs(params[i] ?? 1)).toBeLessThan(1e-3);
  expect(Math.abs((params[12] ?? 0) + 1.5)).toBeLessThan(0.02);
});

test('an image series has x, y and yaw', async () => {
  const truth = [
    [0, 0, 0, 0, 0, 0],
    [0.7, -1.2, 0, 0, 0, 2 * DEGREE],
  ];
  const images = blobFrames([1, 40, 36], 2, truth);
  const { arrays } = await run('register', openArray([2, 40, 36], images), {
    layout: 'serial',
    values: { voxel: [2, 2, 2], margin: 6, tolerance: 1e-4 },
  });
  const params = arrayOf(arrays, 'params');
  for (const [i, value] of (truth[1] ?? []).entries())
    expect(Math.abs((params[6 + i] ?? 0) - value)).toBeLessThan(0.02);
});

test('frames without content are flagged and left where they are', async () => {
  const [nz, ny, nx] = SHAPE;
  const pixels = nz * ny * nx;
  const frames = blobFrames(SHAPE, VOXEL, TRUTH);
  frames.fill(0, pixels, 2 * pixels);
  frames.fill(Number.NaN, 2 * pixels, 3 * pixels);
  const series = openArray([4, nz, ny, nx], frames, { frameRank: 3 });
  for (const kernel of ['ts', 'wasm'] as const) {
    const { arrays } = await run('register', series, { layout: 'serial', kernel, values: VALUES });
    expect([...arrayOf(arrays, 'flags')]).toEqual([0, 16, 16, 0]);
    expect([...arrayOf(arrays, 'params').subarray(6, 18)].every((value) => Math.abs(value) < 1e-12)).toBe(true);
  }
  const values = { ...VALUES, reference: 'mean' };
  const { arrays } = await run('register', series, { layout: 'serial', values });
  expect([...arrayOf(arrays, 'flags')]).toEqual([0, 16, 16, 0]);
  expect([...arrayOf(arrays, 'params').subarray(6, 18)].every((value) => Math.abs(value) < 1e-12)).toBe(true);
});

test('motion alone against a mean gives the mean, and keeps no realigned frames', async () => {
  const values = { ...VALUES, reference: 'mean', noReslice: true };
  const { arrays } = await run('register', source(), { layout: 'serial', values });
  const names = arrays.map(({ name }) => name);
  expect(names).toEqual(['params', 'errors', 'flags', 'fd', 'jenkinson', 'covered', 'mean', 'tsnr', 'mask']);
  const usual = await run('register', source(), { layout: 'serial', values: { ...VALUES, reference: 'mean' } });
  for (const name of names) expect(arrayOf(arrays, name), name).toEqual(arrayOf(usual.arrays, name));
});

test('teams of any size, and any number of workers, give the same bytes', async () => {
  const [nz, ny, nx] = SHAPE;
  const next = noise(1);
  const frames = blobFrames(SHAPE, VOXEL, TRUTH).map((value) => value + 10 * next());
  const series = openArray([4, nz, ny, nx], frames, { frameRank: 3 });
  await compareCuts(series, [{ name: 'register', values: VALUES }], [serial, threads]);
}, 60_000);

test('says what is wrong with its options', async () => {
  const call = (values: Record<string, unknown>) => run('register', source(), { layout: 'serial', values });
  await expect(call({ reference: '9' })).rejects.toThrow('from 0 to 3');
  await expect(call({ affine: [1, 2, 3] })).rejects.toThrow('--affine takes 12 numbers');
  await expect(call({ weight: [{ shape: [2, 2], data: [1, 1, 1, 1] }] })).rejects.toThrow('--weight has shape 2 x 2');
  const flat = openArray([2, 3, 3], new Float32Array(18));
  await expect(run('register', flat, { layout: 'serial' })).rejects.toThrow('at least 4 voxels');
});
