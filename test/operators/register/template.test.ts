import { expect, test } from 'vitest';
import { openArray } from '../../../dist/index.js';
import { pairOf } from '../../../dist/operators/register/fit/columns.js';
import { lowPassOf } from '../../../dist/operators/register/fit/low-pass.js';
import { makePoints, mostPoints } from '../../../dist/operators/register/fit/points.js';
import { makeLevel } from '../../../dist/operators/register/fit/template.js';
import { kernelTemplate } from '../../../dist/operators/register/fit/template-kernel.js';
import { referenceTemplate } from '../../../dist/operators/register/fit/template-reference.js';
import { makeGrid } from '../../../dist/operators/register/grid.js';
import { blobFrames, noise } from './blobs.js';

const AFFINE = [2.9, 0.2, 0, -30, -0.2, 2.9, 0.1, -40, 0, -0.1, 3.2, -20];

function setting(shape: readonly [number, number, number], ramps: boolean) {
  const next = noise(3);
  const image = blobFrames(shape, 3, [[0, 0, 0, 0, 0, 0]]).map((value) => value + 5 * next());
  const { stack } = openArray([1, ...shape], image, { frameRank: 3 }).handle;
  const grid = makeGrid(stack, AFFINE);
  const filters = lowPassOf(grid, 5);
  const margin = { middle: 6, width: 4 };
  const options = { filters, wide: lowPassOf(grid, 10), spacing: 3.1, margin, keep: 0.7, errors: true, ramps };
  const weight = Uint8Array.from(image, (_, i) => (i % 7 ? 1 : 0));
  const most = mostPoints(grid, options.spacing);
  return { image, grid, options, weight, most };
}

function expectNear(a: ArrayLike<number>, b: ArrayLike<number>, scaleOf: (i: number) => number, what: string) {
  expect(a.length, what).toBe(b.length);
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs((a[i] ?? 0) - (b[i] ?? 0)) / scaleOf(i));
  expect(worst, what).toBeLessThan(1e-4);
}

for (const [shape, ramps] of [
  [[17, 19, 18], false],
  [[17, 19, 18], true],
  [[2, 19, 21], true],
] as const) {
  test(`the kernel makes the same template as TypeScript: ${shape.join(' x ')}${ramps ? ', ramps' : ''}`, () => {
    const { image, grid, options, weight, most } = setting(shape, ramps);
    const expected = makeLevel(referenceTemplate(image, grid), grid, options, weight);
    const made = makeLevel(kernelTemplate(image, grid, most, ramps ? 11 : 8), grid, options, weight);
    expect(made.count).toBe(expected.count);
    expect(made.width).toBe(ramps ? 11 : 8);
    expect([...made.points]).toEqual([...expected.points]);
    const column = (i: number) => Math.floor(i / made.count);
    const peaks = Array.from({ length: made.width }, (_, j) =>
      expected.columns.reduce((most, value, i) => (column(i) === j ? Math.max(most, Math.abs(value)) : most), 1e-3),
    );
    expectNear(made.columns, expected.columns, (i) => peaks[column(i)] ?? 1, 'columns');
    for (const name of ['pairs', 'noise'] as const) {
      const places = peaks.flatMap((_, j) => peaks.slice(0, j + 1).map((__, k) => [j, k] as const));
      const root = (j: number) => Math.sqrt(expected[name][pairOf(j, j)] ?? 0) + 1e-3;
      const scales = places.map(([j, k]) => root(j) * root(k));
      expectNear(made[name], expected[name], (i) => scales[i] ?? 1, name);
    }
  });
}

test('points fill a field of view evenly, whatever its size', () => {
  for (const extent of [31, 32, 33, 40]) {
    const { stack } = openArray([1, 20, 24, extent], new Float32Array(20 * 24 * extent), { frameRank: 3 }).handle;
    const grid = makeGrid(stack);
    const { many, count, positions } = makePoints(grid, 1, { middle: 0, width: 0 });
    // Fractions of a voxel along each axis, and of two axes together, fall into eighths alike.
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const cells = new Float64Array(64);
      for (let n = 0; n < many; n++) {
        const eighth = (k: number) => Math.floor((((positions[k * count + n] ?? 0) % 1) + 1) * 8) % 8;
        const at = 8 * eighth(a) + eighth(b);
        cells[at] = (cells[at] ?? 0) + 1;
      }
      const even = many / 64;
      for (const cell of cells) expect(Math.abs(cell / even - 1)).toBeLessThan(0.15);
    }
  }
});
