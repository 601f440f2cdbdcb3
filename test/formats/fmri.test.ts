import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { viewOf } from '../../dist/core/dtype.js';
import type { RawValues } from '../../dist/core/params.js';
import type { SourceHandle } from '../../dist/core/source.js';
import { frameBytes, framePixels } from '../../dist/core/stack.js';
import { openSource } from '../../dist/formats/registry.js';
import { attachSynthetic, openSynthetic, syntheticTruth } from '../../dist/formats/synthetic/index.js';
import { run } from '../../dist/index.js';
import { apply, fromParameters, type Matrix } from '../../dist/operators/register/rigid.js';
import { fanfold } from '../cli/fanfold.js';

type Generated = Extract<SourceHandle, { kind: 'generated' }>;

/** Nothing but the head and its motion. */
const BARE = { noise: 0, bias: 0, drift: 0, activation: 0 };

function open(shape: readonly number[], raw: RawValues = {}, dtype = 'float32', seed = 1) {
  const source = openSynthetic('fmri', shape, dtype, seed, raw);
  if (source.handle.kind !== 'generated') throw new Error('not generated');
  return { source, handle: source.handle };
}

function frame(handle: Generated, n: number) {
  const bytes = new Uint8Array(frameBytes(handle.stack));
  attachSynthetic(handle).read(n, 1, bytes);
  return viewOf(handle.stack.dtype, bytes.buffer, 0, framePixels(handle.stack));
}

/** The correction of a frame, in SPM's convention. */
function truthOf(handle: Generated, n: number): Matrix {
  const data = syntheticTruth(handle)[0]?.data ?? new Float64Array(0);
  return fromParameters(Float64Array.from(data.subarray(6 * n, 6 * n + 6)));
}

/** Centre of mass in world mm, and second moments about it. */
function moments(handle: Generated, n: number, matrix: readonly number[]) {
  const [nz = 1, ny = 1, nx = 1] = handle.stack.frameShape;
  const values = frame(handle, n);
  const at = (p: number) => {
    const [x, y, z] = [p % nx, Math.floor(p / nx) % ny, Math.floor(p / (nx * ny))];
    return [0, 1, 2].map(
      (r) =>
        (matrix[4 * r] ?? 0) * x +
        (matrix[4 * r + 1] ?? 0) * y +
        (matrix[4 * r + 2] ?? 0) * z +
        (matrix[4 * r + 3] ?? 0),
    );
  };
  expect(nz * ny * nx).toBe(values.length);
  const centre = [0, 0, 0];
  let total = 0;
  for (let p = 0; p < values.length; p++) {
    const value = values[p] ?? 0;
    total += value;
    for (const [k, place] of at(p).entries()) centre[k] = (centre[k] ?? 0) + value * place;
  }
  const middle: [number, number, number] = [
    (centre[0] ?? 0) / total,
    (centre[1] ?? 0) / total,
    (centre[2] ?? 0) / total,
  ];
  const second = new Float64Array(9);
  for (let p = 0; p < values.length; p++) {
    const away = at(p).map((place, k) => place - (middle[k] ?? 0));
    for (let i = 0; i < 9; i++) {
      second[i] = (second[i] ?? 0) + ((values[p] ?? 0) / total) * (away[Math.floor(i / 3)] ?? 0) * (away[i % 3] ?? 0);
    }
  }
  return { middle, second };
}

describe('the head', () => {
  it('moves as its truth says: centre of mass and second moments follow it', () => {
    // A field of view that holds all of the head and the neck.
    const { source, handle } = open([14, 40, 44, 44], { ...BARE, motion: 'large', voxel: [8, 8, 10] });
    const matrix = source.affine?.matrix ?? [];
    const still = moments(handle, 0, matrix);
    for (const n of [1, 6, 12, 13]) {
      const moved = moments(handle, n, matrix);
      const correction = truthOf(handle, n);
      const back = apply(correction, moved.middle);
      for (const k of [0, 1, 2]) expect(Math.abs((back[k] ?? 0) - (still.middle[k] ?? 0))).toBeLessThan(0.02);
      const r = (row: number, column: number) => correction[4 * row + column] ?? 0;
      for (const [row, column] of [
        [0, 1],
        [0, 2],
        [1, 2],
      ] as const) {
        let sum = 0;
        for (let i = 0; i < 3; i++) {
          for (let j = 0; j < 3; j++) sum += r(row, i) * (moved.second[3 * i + j] ?? 0) * r(column, j);
        }
        // A turn by one milliradian changes these by one or two square millimetres.
        expect(Math.abs(sum - (still.second[3 * row + column] ?? 0)), `frame ${n}`).toBeLessThan(1);
      }
    }
  });

  it('differs from seed to seed, and its motion too; rests when told to', () => {
    const shape = [3, 8, 24, 24];
    expect(frame(open(shape, BARE).handle, 0)).not.toEqual(frame(open(shape, BARE, 'float32', 2).handle, 0));
    expect(truthOf(open(shape).handle, 2)).not.toEqual(truthOf(open(shape, {}, 'float32', 2).handle, 2));
    const { handle } = open(shape, { ...BARE, motion: 'none' });
    expect(frame(handle, 2)).toEqual(frame(handle, 0));
    expect([...(syntheticTruth(handle)[0]?.data ?? [])].every((value) => Math.abs(value) === 0)).toBe(true);
  });

  it('is the same in a longer series, and in any type', () => {
    const [short, long] = [open([3, 8, 24, 24]).handle, open([30, 8, 24, 24]).handle];
    expect(frame(long, 2)).toEqual(frame(short, 2));
    const whole = frame(open([3, 8, 24, 24], {}, 'int16').handle, 2);
    expect([...whole]).toEqual([...frame(short, 2)].map((value) => Math.floor(value + 0.5)));
  });

  it('grows brighter by the drift, and by activation in blocks of 20 s', () => {
    const { handle } = open([21, 8, 24, 24], { ...BARE, motion: 'none', drift: 10 });
    const [, gain] = syntheticTruth(handle);
    const [first, last] = [frame(handle, 0), frame(handle, 20)];
    const off = Float64Array.from(last, (value, p) => Math.abs(value - (first[p] ?? 0) * (gain?.data[20] ?? 0)));
    expect(gain?.data[20]).toBeGreaterThan(1.03);
    expect(Math.max(...off)).toBeLessThan(1e-3);
    const active = open([21, 8, 24, 24], { ...BARE, motion: 'none', activation: 5 }).handle;
    expect([...(syntheticTruth(active)[2]?.data ?? [])].join('')).toBe(`${'0'.repeat(10)}${'1'.repeat(10)}0`);
    const rest = frame(active, 0);
    const rise = Float64Array.from(frame(active, 12), (value, p) => value - (rest[p] ?? 0));
    expect(Math.max(...rise)).toBeGreaterThan(20);
    expect(rise.filter((value) => value > 1).length).toBeLessThan(rise.length / 10);
    expect(frame(active, 20)).toEqual(rest);
  });
});

describe('its noise', () => {
  it('has the law of Rice: Rayleigh where there is nothing, nearly normal in the brain', () => {
    const shape = [2, 16, 64, 64];
    const clean = frame(open(shape, BARE).handle, 0);
    const noisy = frame(open(shape, { ...BARE, noise: 2 }).handle, 0);
    const sums = { air: 0, airSquares: 0, airs: 0, brain: 0, brainSquares: 0, brains: 0 };
    for (let p = 0; p < clean.length; p++) {
      const value = noisy[p] ?? 0;
      if (clean[p] === 0) {
        sums.air += value;
        sums.airSquares += value * value;
        sums.airs++;
      } else if ((clean[p] ?? 0) > 600) {
        const away = value - (clean[p] ?? 0);
        sums.brain += away;
        sums.brainSquares += away * away;
        sums.brains++;
      }
    }
    // Mean and mean square of Rayleigh's law: 20 root(pi / 2), 2 x 20^2.
    expect(Math.abs(sums.air / sums.airs - 20 * Math.sqrt(Math.PI / 2))).toBeLessThan(
      (5 * 13.1) / Math.sqrt(sums.airs),
    );
    expect(Math.abs(sums.airSquares / sums.airs - 800)).toBeLessThan((5 * 800) / Math.sqrt(sums.airs));
    expect(sums.brains).toBeGreaterThan(10_000);
    expect(Math.abs(sums.brain / sums.brains)).toBeLessThan(1);
    expect(Math.abs(sums.brainSquares / sums.brains / 400 - 1)).toBeLessThan(5 * Math.sqrt(2 / sums.brains));
  });

  it('has a seed of its own and is new in every frame', () => {
    const still = { ...BARE, noise: 2, motion: 'none' };
    const of = (noiseSeed: number, n: number, seed = 1) =>
      Float64Array.from(frame(open([3, 8, 24, 24], { ...still, noiseSeed }, 'float32', seed).handle, n));
    expect(of(1, 0)).not.toEqual(of(2, 0));
    expect(of(1, 0)).not.toEqual(of(1, 1));
    // Correlation of the noise of two frames, and of two seeds, in the air.
    const clean = frame(open([3, 8, 24, 24], { ...BARE, motion: 'none' }).handle, 0);
    const corner = (values: Float64Array) => values.filter((_, p) => clean[p] === 0).map((value) => value - 25.07);
    const base = corner(of(1, 0));
    for (const other of [corner(of(1, 1)), corner(of(2, 0)), corner(of(2, 1))]) {
      const product = base.reduce((sum, value, p) => sum + value * (other[p] ?? 0), 0) / base.length;
      expect(Math.abs(product)).toBeLessThan((5 * 172) / Math.sqrt(base.length));
    }
  });
});

it('register finds the motion that it was made with', async () => {
  const { source, handle } = open([6, 24, 48, 48], { noise: 1 }, 'int16', 3);
  const { arrays } = await run('register', source, { layout: 'serial', values: { noReslice: true } });
  const params = arrays.find(({ name }) => name === 'params')?.data ?? new Float64Array(0);
  for (let n = 1; n < 6; n++) {
    const found = fromParameters(Float64Array.from(params.subarray(6 * n, 6 * n + 6)));
    for (const point of [[70, 0, 0] as const, [0, -70, 40] as const]) {
      const [a, b] = [apply(found, point), apply(truthOf(handle, n), point)];
      expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeLessThan(0.06);
    }
  }
});

describe('fanfold make --kind fmri', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fanfold-fmri-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('writes a NIfTI series in its place, with the time and its true motion beside it', async () => {
    const out = join(folder, 'bold.nii');
    const made = fanfold(folder, 'make', '4x8x16x18', out, '--kind', 'fmri', '--voxel', '3.5,3.5,4', '--tr', '1.5');
    expect(made.code, made.stderr).toBe(0);
    const source = await openSource(out);
    const { source: same, handle } = open([4, 8, 16, 18], { voxel: [3.5, 3.5, 4], tr: 1.5 }, 'int16');
    expect(source.handle.stack).toMatchObject({ stackShape: [4], frameShape: [8, 16, 18], dtype: 'int16' });
    expect(source.handle.stack.axes[0]).toMatchObject({ name: 'time', unit: 's', step: 1.5 });
    expect(source.affine).toMatchObject({ matrix: same.affine?.matrix, code: 1 });
    const rows = readFileSync(join(folder, 'bold.truth_rp.txt'), 'utf8').trimEnd().split('\n');
    const numbers = rows.map((row) => row.trim().split(/ +/).map(Number));
    const truth = syntheticTruth(handle)[0]?.data ?? new Float64Array(0);
    expect(numbers.map((row) => row.length)).toEqual([6, 6, 6, 6]);
    for (const [i, value] of numbers.flat().entries()) expect(value).toBeCloseTo(truth[i] ?? Number.NaN, 6);
    expect(rows[1]).toMatch(/^( {2,3}-?\d\.\d{7}e[+-]\d\d){6}$/);
  });

  it('gives the same bytes for any number of workers', () => {
    const files: Buffer[] = [];
    for (const [n, layout] of [
      ['1', 'serial'],
      ['2', 'threads'],
    ] as const) {
      const out = join(folder, `${layout}.raw`);
      fanfold(folder, 'make', '9x8x24x24', out, '--kind', 'fmri', '--layout', layout, '--workers', n);
      files.push(readFileSync(out));
    }
    expect(files[0]?.length).toBe(9 * 8 * 24 * 24 * 2);
    expect(files[0]?.equals(files[1] ?? Buffer.alloc(0))).toBe(true);
  });

  it('says what it cannot make', () => {
    expect(() => open([8, 24, 24])).toThrow('such as 40x36x64x64');
    expect(() => open([2, 8, 4, 24])).toThrow('at least 8 voxels');
    expect(() => open([2, 8, 24, 24], { voxel: [3, 0, 3] })).toThrow('--voxel takes three sizes above 0 mm');
    expect(() => open([2, 8, 24, 24], { motion: 'huge' })).toThrow('--motion');
  });
});
