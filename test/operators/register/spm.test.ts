import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { NamedArray } from '../../../dist/core/sink.js';
import { openArray, openSource, run } from '../../../dist/index.js';
import { serial } from '../../../dist/layouts/serial.js';
import { threads } from '../../../dist/layouts/threads/index.js';
import { apply, displacement, fromParameters, type Matrix } from '../../../dist/operators/register/rigid.js';
import { compareCuts } from '../../../dist/testing/operator.js';
import { testOperator } from '../../../dist/testing.js';
import { brightness } from './blobs.js';

/** A series and what an independent program makes of it (test/golden/operators/realign.py). */
interface Case {
  readonly name: string;
  /** Of that program. */
  readonly options: string;
  readonly size: readonly [number, number, number];
  readonly affine: readonly number[];
  readonly moves: readonly (readonly number[])[];
  readonly sum: number;
  readonly params: readonly (readonly number[])[];
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/operators/realign.json'), 'utf8')) as {
  readonly cases: readonly Case[];
};

function caseOf(name: string): Case {
  const found = golden.cases.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

/** Frames (t, z, y, x): blobs that move about the middle of the volume, and something to tell voxels apart. */
function framesOf({ size: [nx, ny, nz], affine, moves }: Case): Int16Array<ArrayBuffer> {
  const frames = new Int16Array(moves.length * nx * ny * nz);
  const turn: Matrix = [...affine.map((value, i) => (i % 4 === 3 ? 0 : value)), 0, 0, 0, 1];
  let i = 0;
  for (const [t, six] of moves.entries()) {
    const correction = fromParameters(six);
    for (let z = 0; z < nz; z++) {
      for (let y = 0; y < ny; y++) {
        for (let x = 0; x < nx; x++, i++) {
          const point = apply(turn, [x - (nx - 1) / 2, y - (ny - 1) / 2, z - (nz - 1) / 2]);
          const value = (1 + 0.02 * t) * brightness(...apply(correction, point));
          frames[i] = Math.round(value) + ((i * i * 7919 + i * 104729) % 29);
        }
      }
    }
  }
  return frames;
}

function sourceOf(one: Case, frames = framesOf(one)) {
  const [nx, ny, nz] = one.size;
  return openArray([one.moves.length, nz, ny, nx], frames, { frameRank: 3 });
}

/** The options of the operator that say what those of the other program say. */
function valuesOf({ options, affine }: Case): Record<string, unknown> {
  const given = (flag: string) => new RegExp(`--${flag} (\\S+)`).exec(options)?.[1];
  const number = (flag: string) => (given(flag) === undefined ? undefined : Number(given(flag)));
  const all = {
    method: 'spm',
    affine,
    noReslice: true,
    reference: given('rtm') === '0' ? 'first' : 'mean',
    fwhm: number('fwhm'),
    spacing: number('sep'),
    keep: number('quality'),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function arrayOf(arrays: readonly NamedArray[], name: string) {
  const found = arrays.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found.data;
}

const rowsOf = (params: ArrayLike<number>, frames: number) =>
  Array.from({ length: frames }, (_, i) => Array.from({ length: 6 }, (_, p) => params[6 * i + p] ?? Number.NaN));

/** Largest displacement between two sets of motions in a sphere of 80 mm about the middle of the volume, mm. */
function apart(
  { size, affine }: Pick<Case, 'size' | 'affine'>,
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
): number {
  const [nx, ny, nz] = size;
  const middle = apply([...affine, 0, 0, 0, 1], [(nx - 1) / 2, (ny - 1) / 2, (nz - 1) / 2]);
  return Math.max(...a.map((row, i) => displacement(fromParameters(row), fromParameters(b[i] ?? []), 80, middle)));
}

async function estimate(one: Case, values: Record<string, unknown> = {}, frames = framesOf(one)) {
  const { arrays } = await run('register', sourceOf(one, frames), {
    layout: 'serial',
    values: { ...valuesOf(one), ...values },
  });
  return {
    rows: rowsOf(arrayOf(arrays, 'params'), one.moves.length),
    errors: rowsOf(arrayOf(arrays, 'errors'), one.moves.length),
    flags: [...arrayOf(arrays, 'flags')],
  };
}

describe('as an independent program finds it, within 1e-6 mm', () => {
  for (const one of golden.cases) {
    test(one.name, async () => {
      expect(framesOf(one).reduce((sum, value) => sum + value, 0)).toBe(one.sum);
      const { rows, flags } = await estimate(one);
      expect(apart(one, rows, one.params)).toBeLessThan(1e-6);
      expect(flags).toEqual(one.moves.map(() => 0));
    });
  }
});

const MRI = join(import.meta.dirname, '../../../../shared/data/mri');

/** Real series, and how far SPM12's own random points move its answer, mm. */
const REAL = [
  ['tiny_17x21x3x20', 0.15],
  ['cord_68x68x6x30', 0.05],
] as const;

test.each(REAL)('as SPM12 finds it, as far as its random points allow: %s', async (name, within) => {
  if (!existsSync(MRI)) {
    console.log('Not compared: the folder ../shared/data/mri with real series is not there.');
    return;
  }
  const rows = readFileSync(join(MRI, `reference/${name}_spm12.csv`), 'utf8')
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => line.split(',').slice(1).map(Number));
  const source = await openSource(join(MRI, `${name}.nii.gz`), { frameRank: 3 });
  const values = { method: 'spm', reference: 'mean', noReslice: true };
  const { arrays } = await run('register', source, { layout: 'serial', values });
  const affine = [...(source.affine?.matrix ?? [])];
  const [nx = 0, ny = 0, nz = 0] = /(\d+)x(\d+)x(\d+)/.exec(name)?.slice(1).map(Number) ?? [];
  const all = rowsOf(arrayOf(arrays, 'params'), rows.length);
  expect(apart({ size: [nx, ny, nz], affine }, all, rows)).toBeLessThan(within);
});

describe('a weight image', () => {
  const one = caseOf('first');
  const [nx, ny, nz] = one.size;
  const shape = [nz, ny, nx];
  const filled = (valueAt: (z: number) => number) =>
    Array.from({ length: nx * ny * nz }, (_, i) => valueAt(Math.floor(i / (nx * ny))));

  test('that is the same everywhere changes nothing', async () => {
    for (const reference of ['first', 'mean']) {
      const plain = await estimate(one, { reference });
      const { rows } = await estimate(one, { reference, weight: [{ shape, data: filled(() => 2) }] });
      expect(apart(one, rows, plain.rows)).toBeLessThan(1e-8);
    }
  });

  test('keeps out what moves by itself', async () => {
    const dirty = framesOf(one);
    const pixels = nx * ny * nz;
    for (let t = 1; t < one.moves.length; t++)
      for (let i = 0; i < nx * ny * 4; i++) dirty[t * pixels + i] = ((i + 7 * t) % nx) * 60;
    const weight = [{ shape, data: filled((z) => (z < 13 ? 0.005 : 1)) }];
    const clean = await estimate(one, { weight });
    const kept = await estimate(one, { weight }, dirty);
    expect(apart(one, kept.rows, clean.rows)).toBeLessThan(1e-3);
    const disturbed = await estimate(one, {}, dirty);
    expect(apart(one, disturbed.rows, clean.rows)).toBeGreaterThan(1);
  });

  test('that leaves too few points is told', async () => {
    const data = filled((z) => (z === 10 ? 1 : 0)).map((value, i) =>
      i % nx < 3 && i % (nx * ny) < 4 * nx ? value : 0,
    );
    await expect(estimate(one, { weight: [{ shape, data }] })).rejects.toThrow('--weight leaves');
  });

  test('whose points leave the view flags the frame', async () => {
    const data = filled((z) => (z === 0 ? 1 : 0));
    const up = [0, 0, 4, 0, 0, 0];
    const moved = { ...one, moves: [[0, 0, 0, 0, 0, 0], up, up.map((value) => -value)] };
    const { rows, errors, flags } = await estimate(moved, { weight: [{ shape, data }] });
    const lost = flags.indexOf(1);
    expect(rows[lost]?.map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(errors[lost]?.every(Number.isNaN)).toBe(true);
  });
});

test('frames without content are flagged and left where they are', async () => {
  const one = caseOf('mean');
  const frames = framesOf(one);
  const pixels = one.size[0] * one.size[1] * one.size[2];
  frames.fill(0, pixels, 2 * pixels);
  const { rows, errors, flags } = await estimate(one, {}, frames);
  expect(flags).toEqual([0, 16, 0, 0, 0]);
  expect(Math.max(...(rows[1] ?? []).map(Math.abs))).toBeLessThan(1e-12);
  expect(errors[1]?.every(Number.isNaN)).toBe(true);
  expect(errors[2]?.every((value) => value > 0 && value < 0.1)).toBe(true);
});

test('moves onto any frame, or onto an image', async () => {
  const one = caseOf('first');
  const other = await estimate(one, { reference: '3' });
  expect(other.rows[3]?.map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0]);
  const data = [...framesOf(one).subarray(0, one.size[0] * one.size[1] * one.size[2])];
  const [nx, ny, nz] = one.size;
  const image = await estimate(one, { referenceImage: [{ shape: [nz, ny, nx], data }] });
  expect(apart(one, image.rows, one.params)).toBeLessThan(1e-6);
});

test('gives the same bytes however it is run', async () => {
  const one = caseOf('first');
  const { noReslice: _, ...values } = valuesOf(one);
  await compareCuts(sourceOf(one), [{ name: 'register', values }], [serial, threads]);
}, 60_000);

test('gives the same motion of noise in every layout', async () => {
  const values = [{ method: 'spm', spacing: 1, noReslice: true }];
  await testOperator('register', { values, dtypes: ['uint16', 'float64'] });
}, 60_000);

test('gives the same bytes with a mean from any number of threads', async () => {
  const one = caseOf('mean');
  const { noReslice: _, ...values } = valuesOf(one);
  const bytes = [];
  for (const workers of [1, 2, 3]) {
    const { arrays } = await run('register', sourceOf(one), { layout: 'threads', workers, values });
    bytes.push(
      ['params', 'errors', 'realigned', 'mean'].map((name) => Buffer.from(arrayOf(arrays, name).slice().buffer)),
    );
  }
  for (const each of bytes)
    for (const [i, array] of each.entries()) expect(array.equals(bytes[0]?.[i] ?? array)).toBe(true);
}, 60_000);

test('says what SPM does not know', async () => {
  const one = caseOf('first');
  await expect(estimate(one, { transform: 'translation' })).rejects.toThrow('--transform translation does not go with');
  await expect(estimate(one, { ramps: true })).rejects.toThrow('--ramps does not go with');
  await expect(estimate(one, { spacing: 40 })).rejects.toThrow('Give a smaller --spacing');
  await expect(estimate(one, { spacing: 0.1 })).rejects.toThrow('Give a larger --spacing');
  await expect(estimate(one, {}, new Int16Array(framesOf(one).length))).rejects.toThrow('frame 0, is empty');
});
