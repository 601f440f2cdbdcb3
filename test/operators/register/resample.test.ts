import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ARENA_BASE, Arena, makeMemory } from '../../../dist/core/arena.js';
import { instantiate } from '../../../dist/core/wasm.js';
import { registerWasm } from '../../../dist/kernels/register.wasm.js';
import { makeKernelJob } from '../../../dist/operators/register/fit/kernel.js';
import { makeResampleJob, resampleSteps } from '../../../dist/operators/register/resample/kernel.js';
import { asMatrix, shearsOf, waysOf } from '../../../dist/operators/register/resample/shears.js';
import { type ResampleSteps, resampleReference } from '../../../dist/operators/register/resample/steps.js';
import { type Interpolation, TAPS } from '../../../dist/operators/register/resample/weights.js';
import {
  apply,
  fromParameters,
  IDENTITY,
  invert,
  type Matrix,
  multiply,
} from '../../../dist/operators/register/rigid.js';
import { asCoefficients, coefficientCount } from '../../../dist/operators/register/volume.js';

type Size = readonly [number, number, number];

/** By scipy (test/golden/operators/resample.py). */
interface Case {
  readonly size: Size;
  readonly map: readonly (readonly number[])[];
  readonly shown: number;
  readonly picks: readonly number[];
  readonly values: Readonly<Record<Interpolation, readonly number[]>>;
}

const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/operators/resample.json'), 'utf8'),
) as readonly Case[];

const BYTES = 2 ** 24;
const memory = makeMemory(BYTES);
const exports = instantiate(registerWasm, memory);

interface Bench {
  readonly frame: Float32Array;
  readonly into: Float32Array;
  readonly steps: ResampleSteps;
}

/** A frame with the steps of resampling over it, by the kernel or in TypeScript. */
function benchOf(
  [nx, ny, nz]: Size,
  kernel: 'ts' | 'wasm',
  valueAt: (x: number, y: number, z: number) => number,
): Bench {
  const arena = new Arena(memory, ARENA_BASE, BYTES);
  const singles = (length: number) => arena.array('float32', length) as Float32Array;
  const [frame, into] = [singles(nx * ny * nz), singles(nx * ny * nz)];
  let i = 0;
  for (let z = 0; z < nz; z++) for (let y = 0; y < ny; y++) for (let x = 0; x < nx; x++) frame[i++] = valueAt(x, y, z);
  const coefficients = asCoefficients([nx, ny, nz], singles(coefficientCount([nx, ny, nz]) + 4));
  const steps =
    kernel === 'ts'
      ? resampleReference(frame, coefficients)
      : resampleSteps(exports, frame, makeKernelJob(coefficients, arena), makeResampleJob([nx, ny, nz], arena));
  return { frame, into, steps };
}

function sample({ steps, into }: Bench, map: Matrix, how: Interpolation, each = false, reach = 1e-4): Float32Array {
  const correction = invert(map);
  steps.load(0, how);
  steps.resample({ correction, map: invert(correction), each, except: [], reach }, TAPS[how], into);
  return Float32Array.from(into);
}

function shear({ steps, into }: Bench, size: Size, map: Matrix): Float32Array {
  const shears = shearsOf(map, size);
  if (!shears) throw new Error('no shears');
  const placing = { correction: invert(map), map, each: false, except: waysOf(shears), reach: 1e-4 };
  steps.load(0, 'cubic');
  steps.resample(placing, TAPS.cubic, into);
  steps.load(0, 'linear');
  for (const one of shears) steps.shear(one);
  steps.keep(placing, into);
  return Float32Array.from(into);
}

/** Numbers without a pattern, as in the golden program. */
const roughIn =
  ([nx, ny]: Size) =>
  (x: number, y: number, z: number) => {
    const n = (z * ny + y) * nx + x;
    return ((n * 7919 + Math.floor(n / 5) * 104729) % 4001) - 900;
  };

const smoothAt = (x: number, y: number, z: number) =>
  500 + 200 * Math.sin(0.31 * x + 0.2) * Math.cos(0.27 * y) + 90 * Math.cos(0.35 * z + 0.1 * x);

const KERNELS = ['ts', 'wasm'] as const;

/** Largest difference where both are numbers; infinite where one is not. */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const [one, other] = [a[i] ?? 0, b[i] ?? 0];
    if (Number.isNaN(one) !== Number.isNaN(other)) return Number.POSITIVE_INFINITY;
    if (!Number.isNaN(one)) most = Math.max(most, Math.abs(one - other));
  }
  return most;
}

describe.each(KERNELS)('%s', (kernel) => {
  test('shows voxels as far outside as asked for, mirrored at the face', () => {
    const size: Size = [9, 8, 7];
    const bench = benchOf(size, kernel, roughIn(size));
    const shifted = (x: number): Matrix => [1, 0, 0, x, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    const outside = sample(bench, shifted(-0.04), 'bspline4', false, 0.05);
    const inside = sample(bench, shifted(0.04), 'bspline4', false, 0.05);
    const face = (values: Float32Array, x: number) => values.filter((_, i) => i % 9 === x);
    expect(apart(face(outside, 0), face(inside, 0))).toBeLessThan(0.01);
    expect(face(inside, 8).every(Number.isFinite)).toBe(true);
    expect(face(sample(bench, shifted(-0.06), 'bspline4', false, 0.05), 0).every(Number.isNaN)).toBe(true);
    expect(face(sample(bench, shifted(-0.04), 'bspline4'), 0).every(Number.isNaN)).toBe(true);
  });

  test.each(golden)('samples $size as scipy does', ({ size, map, shown, picks, values }) => {
    const bench = benchOf(size, kernel, roughIn(size));
    for (const how of Object.keys(values) as Interpolation[]) {
      const found = sample(bench, [...map.flat(), 0, 0, 0, 1], how);
      expect(found.filter((value) => !Number.isNaN(value)).length).toBe(shown);
      const error = apart(
        picks.map((i) => found[i] ?? Number.NaN),
        values[how],
      );
      // The frame spans 4000; coefficients of degree 5 reach 30 times that.
      expect(error, how).toBeLessThan(0.03);
    }
  });

  test('shears an image that is known everywhere', () => {
    const size = [40, 36, 30] as const;
    const bench = benchOf(size, kernel, smoothAt);
    const scale = [3, 3, 4, 1];
    // Voxels of 3 x 3 x 4 mm, a motion about the middle.
    const middle = IDENTITY.map((value, i) => (i % 4 === 3 && i < 12 ? ([19.5, 17.5, 14.5][i >> 2] ?? 0) : value));
    for (const six of [
      [1, -2, 1.5, 0.05, -0.04, 0.08],
      [0, 0, 0, 0, 0, 0.3],
      [0.2, 0, 0, 0.2, 0, 0],
      [2, 3, -1, 0, 0, 0],
    ]) {
      const voxels = fromParameters(six).map((value, i) => (value * (scale[i % 4] ?? 1)) / (scale[i >> 2] ?? 1));
      const map = multiply(middle, multiply(voxels, invert(middle)));
      const found = shear(bench, size, map);
      let most = 0;
      for (let i = 0; i < found.length; i++) {
        const [x, y, z] = [i % 40, Math.floor(i / 40) % 36, Math.floor(i / 1440)];
        const p = apply(map, [x, y, z]);
        // Mirrored faces are not what lies beyond them.
        const isDeep = p.every((at, k) => at > 5 && at < (size[k] ?? 0) - 6);
        if (isDeep && [x, y, z].every((at, k) => at > 5 && at < (size[k] ?? 0) - 6)) {
          most = Math.max(most, Math.abs((found[i] ?? 0) - smoothAt(...p)));
        }
      }
      expect(most, six.join()).toBeLessThan(0.05);
    }
  });

  test('inverting for every voxel gives the same bits', () => {
    const size = [23, 18, 11] as const;
    const bench = benchOf(size, kernel, roughIn(size));
    const map = multiply(fromParameters([1, 2, 0.5, 0.1, -0.2, 0.3]), IDENTITY);
    for (const how of ['linear', 'cubic'] as const) {
      expect(sample(bench, map, how, true)).toEqual(sample(bench, map, how));
    }
  });

  test('rounds halves to even and clips', () => {
    const values = [0.5, 1.5, 2.5, -0.5, -1.5, 300, -300, Number.NaN, 127.5, 254.5, 1e10, -1e10, 3.49999];
    const arena = new Arena(memory, ARENA_BASE, BYTES);
    const frame = arena.array('float32', values.length) as Float32Array;
    frame.set(values);
    const { steps } = benchOf([4, 4, 1], kernel, () => 0);
    const rounded = [0, 2, 2, 0, -2, 300, -300, 0, 128, 254, 1e10, -1e10, 3];
    for (const [dtype, low, high] of [
      ['uint8', 0, 255],
      ['int8', -128, 127],
      ['uint16', 0, 65535],
      ['int16', -32768, 32767],
      ['uint32', 0, 2 ** 32 - 1],
      ['int32', -(2 ** 31), 2 ** 31 - 1],
    ] as const) {
      frame.set(values);
      const into = new Arena(memory, ARENA_BASE + 2 ** 20, 2 ** 20).array(dtype, values.length);
      steps.store(frame, 0, dtype, into);
      expect(
        [...into].map((value) => value + 0),
        dtype,
      ).toEqual(rounded.map((value) => Math.max(low, Math.min(high, value)) + 0));
    }
    const doubles = new Arena(memory, ARENA_BASE + 2 ** 20, 2 ** 20).array('float64', values.length);
    frame.set(values);
    steps.store(frame, Number.NaN, 'float64', doubles);
    expect([...doubles]).toEqual([...frame]);
  });
});

test('the kernel does what TypeScript does, for turns of every size', () => {
  for (const size of [
    [23, 18, 11],
    [33, 29, 1],
    [9, 8, 2],
    [5, 4, 3],
  ] as const) {
    const flat = size[2] < 3;
    for (const angle of [0, 0.002, 0.05, 0.4, 1.2, 3]) {
      const six = flat ? [0.3, -0.7, 0, 0, 0, angle] : [0.3, -0.7, 0.2, angle / 2, -angle / 3, angle];
      const middle = IDENTITY.map((value, i) => (i % 4 === 3 && i < 12 ? ((size[i >> 2] ?? 1) - 1) / 2 : value));
      const map = multiply(middle, multiply(fromParameters(six), invert(middle)));
      for (const how of ['linear', 'cubic', 'bspline4', 'bspline5'] as const) {
        const [one, other] = KERNELS.map((kernel) => sample(benchOf(size, kernel, roughIn(size)), map, how));
        expect(apart(one ?? [], other ?? []), `${size} ${angle} ${how}`).toBeLessThan(0.03);
      }
      if (!shearsOf(map, size)) continue;
      const [one, other] = KERNELS.map((kernel) => shear(benchOf(size, kernel, roughIn(size)), size, map));
      expect(apart(one ?? [], other ?? []), `${size} ${angle} shear`).toBeLessThan(0.03);
    }
  }
});

test('shears make up the map, and there are none for large turns', () => {
  const size = [64, 64, 36] as const;
  const map = fromParameters([3, -4, 2, 0.1, -0.15, 0.2]);
  const shears = shearsOf(map, size) ?? [];
  const product = shears.map(asMatrix).reduce(multiply, IDENTITY);
  for (const [i, value] of product.entries()) expect(value).toBeCloseTo(map[i] ?? 0, 9);
  expect(waysOf(shears).length).toBe(shears.length - 1);
  expect(shearsOf(IDENTITY, size)).toEqual([]);
  expect(shearsOf(fromParameters([0, 0, 0, 0, 0, 2.5]), size)).toBeNull();
  expect(
    shearsOf(
      map.map((value, i) => (i < 4 ? 1.1 * value : value)),
      size,
    ),
  ).toBeNull();
});
