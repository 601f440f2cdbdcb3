import { expect, test } from 'vitest';
import { openArray, run } from '../../../dist/index.js';
import { serial } from '../../../dist/layouts/serial.js';
import { threads } from '../../../dist/layouts/threads/index.js';
import { compareCuts } from '../../../dist/testing/operator.js';
import { blobFrames } from './blobs.js';

const DEGREE = Math.PI / 180;
const SHAPE = [20, 24, 22] as const;
const VOXEL = 3;
const TRUTH = [
  [0, 0, 0, 0, 0, 0],
  [1.2, -0.8, 0.9, 1 * DEGREE, -1.5 * DEGREE, 2 * DEGREE],
  [-0.6, 1.4, -0.5, -2 * DEGREE, 1 * DEGREE, 0],
];

/** Frames under a sensitivity that stays where it is, while the content moves. */
function shaded([nz, ny, nx]: readonly [number, number, number], truth: readonly (readonly number[])[]): Float32Array {
  return blobFrames([nz, ny, nx], VOXEL, truth).map((value, i) => {
    const [x, y] = [i % nx, Math.floor(i / nx) % ny];
    return (value + 200) * Math.exp(0.012 * VOXEL * (x - nx / 2) - 0.008 * VOXEL * (y - ny / 2));
  });
}

async function worstError(
  shape: readonly [number, number, number],
  truth: readonly (readonly number[])[],
  ramps: boolean,
) {
  const series = openArray([truth.length, ...shape], shaded(shape, truth), { frameRank: 3 });
  const voxel = [VOXEL, VOXEL, VOXEL];
  const values = { voxel, margin: 6, tolerance: 1e-4, noReslice: true, ramps };
  const errors: number[] = [];
  for (const kernel of ['ts', 'wasm'] as const) {
    const { arrays } = await run('register', series, { layout: 'serial', kernel, values });
    const params = arrays.find(({ name }) => name === 'params')?.data;
    const off = truth.flat().map((value, i) => Math.abs((params?.[i] ?? Number.NaN) - value) * (i % 6 < 3 ? 1 : 30));
    errors.push(Math.max(...off));
  }
  return Math.max(...errors);
}

test('ramps of the intensity keep a sensitivity that does not move from pulling on the motion', async () => {
  const [without, along] = [await worstError(SHAPE, TRUTH, false), await worstError(SHAPE, TRUTH, true)];
  expect(along).toBeLessThan(0.5 * without);
  expect(along).toBeLessThan(0.05);
});

test('a single slice has ramps along x and y', async () => {
  const truth = [
    [0, 0, 0, 0, 0, 0],
    [0.7, -1.2, 0, 0, 0, 2 * DEGREE],
  ];
  const shape = [1, 40, 36] as const;
  const [without, along] = [await worstError(shape, truth, false), await worstError(shape, truth, true)];
  expect(along).toBeLessThan(0.5 * without);
});

test('teams that outnumber the blocks of points give the same bytes, with ramps too', async () => {
  const series = openArray([3, ...SHAPE], shaded(SHAPE, TRUTH), { frameRank: 3 });
  const values = { voxel: [VOXEL, VOXEL, VOXEL], margin: 6, noReslice: true };
  for (const ramps of [false, true]) {
    await compareCuts(series, [{ name: 'register', values: { ...values, ramps, spacing: 8 } }], [serial, threads]);
  }
}, 60_000);
