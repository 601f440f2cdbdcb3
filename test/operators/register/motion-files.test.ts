import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { FanfoldError } from '../../../dist/core/errors.js';
import type { NamedArray } from '../../../dist/core/sink.js';
import type { Stack } from '../../../dist/core/stack.js';
import { openArray, run } from '../../../dist/index.js';
import { makeGrid, motionOf } from '../../../dist/operators/register/grid.js';
import { type Geometry, gravityOf } from '../../../dist/operators/register/motion-files/geometry.js';
import { motionTexts, parseMotion } from '../../../dist/operators/register/motion-files/index.js';
import { between, powerDisplacement } from '../../../dist/operators/register/quality/displacement.js';
import { fromParameters, type Matrix, multiply } from '../../../dist/operators/register/rigid.js';
import { blobFrames } from './blobs.js';

interface Case {
  readonly name: string;
  readonly affine: readonly number[];
  readonly flipped: boolean;
  readonly fsl: number[][];
  readonly afni: number[][];
  readonly aff12: number[][];
  readonly itk: number[][];
  readonly jenkinson: number[];
}

interface Golden {
  readonly shape: readonly [number, number, number];
  readonly gravity: readonly [number, number, number];
  readonly motions: number[][];
  readonly cases: readonly Case[];
  readonly image: { readonly size: readonly [number, number, number]; readonly gravity: number[] };
  readonly power: number[];
}

const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/operators/motion-files.json'), 'utf8'),
) as Golden;
const folder = mkdtempSync(join(tmpdir(), 'motion-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [nx, ny, nz] = golden.shape;
const stack: Stack = { stackShape: [golden.motions.length], frameShape: [nz, ny, nx], dtype: 'float32', axes: [] };
const corrections = golden.motions.map((six) => fromParameters(six));
const geometryOf = ({ affine, flipped }: Case): Geometry => ({
  grid: makeGrid(stack, affine),
  gravity: golden.gravity,
  flipped,
});

function textsOf(one: Case, matrices: readonly Matrix[] = corrections): Map<string, string> {
  return new Map(motionTexts('bold', matrices, geometryOf(one)).map(({ file, text }) => [file, text]));
}

const numbersOf = (text: string): number[][] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.trim().split(/\s+/).map(Number));

function expectRows(found: readonly number[][], expected: readonly number[][], within: number, what: string): void {
  expect(found.length, what).toBe(expected.length);
  for (const [i, row] of expected.entries()) {
    expect(found[i]?.length, what).toBe(row.length);
    for (const [k, value] of row.entries())
      expect(Math.abs((found[i]?.[k] ?? Number.NaN) - value), `${what}, row ${i}, column ${k}`).toBeLessThan(within);
  }
}

const FILES = ['rp_bold.txt', 'bold.par', 'bold.1D', 'bold.aff12.1D', 'bold.tfm'];

test.each(golden.cases)('every program finds its own numbers: $name', (one) => {
  const texts = textsOf(one);
  expect([...texts.keys()]).toEqual(FILES);
  const of = (file: string) => numbersOf(texts.get(file) ?? '');
  expectRows(of('rp_bold.txt'), golden.motions, 1e-6, 'rp');
  expectRows(of('bold.par'), one.fsl, 1e-6, 'par');
  expectRows(of('bold.1D'), one.afni, 1e-6, '1D');
  expectRows(of('bold.aff12.1D'), one.aff12, 1e-6, 'aff12');
  const parameters = (texts.get('bold.tfm') ?? '').split('\n').filter((line) => line.startsWith('Parameters: '));
  const itk = parameters.map((line) => line.slice(12).split(' ').map(Number));
  expectRows(itk, one.itk, 1e-9, 'tfm');
});

test.each(golden.cases)('numbers of every program are read: $name', (one) => {
  const table = (rows: readonly number[][]) => rows.map((row) => row.join(' ')).join('\n');
  const itk = one.itk.map(
    (row) => `Transform: MatrixOffsetTransformBase_float_3_3\nParameters: ${row.join(' ')}\nFixedParameters: 0 0 0`,
  );
  const texts = {
    'a.txt': table(golden.motions),
    'a.PAR': table(one.fsl),
    'a.1D': `# a comment\n${table(one.afni)}`,
    'b.1D': table(one.aff12),
    'a.aff12.1D': table(one.aff12).replaceAll('\n', '\r\n'),
    'without-extension': `#Insight Transform File V1.0\n${itk.join('\n')}`,
  };
  for (const [path, text] of Object.entries(texts)) {
    const six = parseMotion(text, path, golden.motions.length, geometryOf(one));
    const rows = golden.motions.map((_, i) => [...six.subarray(6 * i, 6 * i + 6)]);
    expectRows(rows, golden.motions, 1e-9, path);
  }
});

test('ITK turns about y, then x, then z, about a centre', () => {
  const [one] = golden.cases;
  if (!one) throw new Error('no case');
  const read = (fixed: string) => {
    const text = `#Insight Transform File V1.0\nTransform: Euler3DTransform_double_3_3\nParameters: 0.1 0.2 0.3 1 2 3\nFixedParameters: ${fixed}\n`;
    return fromParameters(parseMotion(text, 'a.tfm', 1, geometryOf(one)));
  };
  // y = R (x - c) + c + t takes the centre c, in LPS, to c + t; corrections are the other way round, in RAS.
  const [x, y, z] = [4, 5, 6];
  const back = read(`${x} ${y} ${z}`);
  const moved = [x + 1, y + 2, z + 3];
  const place = (row: number) =>
    (back[row] ?? 0) * -(moved[0] ?? 0) +
    (back[row + 1] ?? 0) * -(moved[1] ?? 0) +
    (back[row + 2] ?? 0) * (moved[2] ?? 0) +
    (back[row + 3] ?? 0);
  for (const [i, value] of [-x, -y, z].entries()) expect(place(4 * i)).toBeCloseTo(value, 9);
  expect(read('0 0 0 1')[0]).not.toBeCloseTo(back[0] ?? 0, 4);
});

test('what is written is read back, on any grid', () => {
  const turn = fc.double({ min: -0.7, max: 0.7, noNaN: true });
  const shift = fc.double({ min: -40, max: 40, noNaN: true });
  const six = fc.tuple(shift, shift, shift, turn, turn, turn);
  const voxel = fc.double({ min: 0.5, max: 6, noNaN: true });
  const axes = fc.constantFrom([0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 2, 1]);
  fc.assert(
    fc.property(
      six,
      six,
      fc.tuple(voxel, voxel, voxel),
      axes,
      fc.boolean(),
      (motion, placed, size, order, mirrored) => {
        const scale = new Array<number>(16).fill(0);
        for (const [column, row] of order.entries()) scale[4 * row + column] = size[column] ?? 1;
        if (mirrored) scale[4 * (order[0] ?? 0)] = -(size[0] ?? 1);
        scale[15] = 1;
        const affine = multiply(fromParameters(placed), scale).slice(0, 12);
        const geometry = { grid: makeGrid(stack, affine), gravity: golden.gravity, flipped: mirrored };
        for (const { file, text } of motionTexts('x', [fromParameters(motion)], geometry)) {
          const found = parseMotion(text, file, 1, geometry);
          for (const [i, value] of motion.entries())
            expect(Math.abs((found[i] ?? Number.NaN) - value), file).toBeLessThan(i < 3 ? 1e-5 : 1e-7);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('errors name the file, the row and the column', () => {
  const [one] = golden.cases;
  if (!one) throw new Error('no case');
  const read =
    (text: string, path: string, frames = 2) =>
    () =>
      parseMotion(text, path, frames, geometryOf(one));
  const row = '0 0 0 0 0 0\n';
  expect(read(`${row}${row}`, 'a.par', 7)).toThrow('a.par has 2 rows, but the series has 7 frames');
  expect(read(`# note\n${row}0 0 abc 0 0 0`, 'rp_a.txt')).toThrow("rp_a.txt: row 2, column 3 is 'abc', not a number");
  expect(read(`${row}0 0 nan 0 0 0`, 'a.par')).toThrow("column 3 is 'nan'");
  expect(read(`${row}0 0 1e999 0 0 0`, 'a.par')).toThrow("column 3 is '1e999'");
  expect(read(`${row}0 0 0 0 0`, 'a.1D')).toThrow('row 2 has 5 columns, but a .1D file (AFNI) has 6');
  expect(read('2 0 0 0 0 1 0 0 0 0 1 0', 'a.aff12.1D', 1)).toThrow('row 1 is no rigid transform');
  expect(read('-1 0 0 0 0 1 0 0 0 0 1 0', 'a.aff12.1D', 1)).toThrow('mirrors');
  expect(read('0 0 1e308 1e308 1e308 1e308', 'a.par', 1)).toThrow(FanfoldError);
  expect(read(row, 'a.mat')).toThrow('a.mat is no file of motion that is known');
  expect(read('#Insight Transform File V1.0\nTransform: Similarity3DTransform_double_3_3', 'a.tfm')).toThrow(
    'transform 1 is Similarity3DTransform_double_3_3, but only',
  );
  expect(read('Transform: Euler3DTransform_double_3_3\nParameters: 1 2\n', 'a.tfm')).toThrow('has 2 Parameters');
  expect(read('not a transform', 'a.tfm')).toThrow('no text of ITK transforms');
  expect(read('', 'a.txt')).toThrow('has 0 rows');
});

test('damaged text ends in an error that says so, or in finite numbers', () => {
  const [one] = golden.cases;
  if (!one) throw new Error('no case');
  const texts = [...textsOf(one)];
  const pick = fc.constantFrom(...texts);
  const damage = fc.tuple(fc.nat(2000), fc.nat(6), fc.string({ unit: 'binary', maxLength: 6 }));
  fc.assert(
    fc.property(pick, fc.array(damage, { maxLength: 4 }), ([file, text], all) => {
      let damaged = text;
      for (const [at, length, by] of all) damaged = damaged.slice(0, at) + by + damaged.slice(at + length);
      try {
        const six = parseMotion(damaged, file, corrections.length, geometryOf(one));
        expect(six.every(Number.isFinite)).toBe(true);
      } catch (error) {
        if (!(error instanceof FanfoldError)) throw error;
      }
    }),
    { numRuns: 400 },
  );
});

const PAR = join(import.meta.dirname, '../../../../shared/data/mri/slice_mcflirt.par');

test.skipIf(!existsSync(PAR))(`a file of MCFLIRT (skipped without ${PAR})`, () => {
  const [one] = golden.cases;
  if (!one) throw new Error('no case');
  const text = readFileSync(PAR, 'utf8');
  const six = parseMotion(text, PAR, 19, geometryOf(one));
  const again = motionTexts(
    'x',
    Array.from({ length: 19 }, (_, i) => fromParameters(six.subarray(6 * i, 6 * i + 6))),
    geometryOf(one),
  ).find(({ file }) => file === 'x.par');
  expectRows(numbersOf(again?.text ?? ''), numbersOf(text), 1e-7, 'par');
  expect(() => parseMotion(text, PAR, 1452, geometryOf(one))).toThrow('has 19 rows, but the series has 1452 frames');
});

test('the centre of gravity is that of what is above the least value', () => {
  const { size, gravity } = golden.image;
  const image = Float32Array.from({ length: size[0] * size[1] * size[2] }, (_, i) => {
    const [x, y, z] = [i % size[0], Math.floor(i / size[0]) % size[1], Math.floor(i / size[0] / size[1])];
    return ((x * 7 + y * 13 + z * 29) % 23) - 5;
  });
  for (const [k, value] of gravityOf(image, size).entries()) expect(value).toBeCloseTo(gravity[k] ?? Number.NaN, 9);
  expect(gravityOf(new Float32Array(24).fill(Number.NaN), [2, 3, 4])).toEqual([0, 0, 0]);
});

test('framewise displacement is that of Power and that of Jenkinson', () => {
  const power = new Float64Array(golden.motions.length);
  powerDisplacement(Float64Array.from(golden.motions.flat()), 35, power);
  expectRows([[...power]], [golden.power], 1e-9, 'power');
  for (const one of golden.cases) {
    const { grid } = geometryOf(one);
    const motions = golden.motions.map((six) => motionOf(grid, fromParameters(six)));
    const found = motions.map((motion, i) => between(motion, motions[Math.max(0, i - 1)] ?? motion));
    expectRows([found], [one.jenkinson], 1e-9, one.name);
  }
});

const SHAPE = [20, 24, 22] as const;
const TRUTH = [
  [0, 0, 0, 0, 0, 0],
  [0.4, -0.3, 0.6, 0.01, -0.008, 0.005],
  [-1.5, 2, 1, 0.03, 0.02, -0.05],
];
const series = () => openArray([3, ...SHAPE], blobFrames(SHAPE, 3, TRUTH), { frameRank: 3 });

function arrayOf(arrays: readonly NamedArray[], name: string): readonly number[] {
  const found = arrays.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return Array.from(found.data);
}

test('--apply takes motion from a file, and --compare says how far it is from another', async () => {
  const [rp, shifted] = [join(folder, 'rp_truth.txt'), join(folder, 'shifted.txt')];
  const rows = (moved: number) => TRUTH.map(([x = 0, ...rest]) => [x + moved, ...rest].join(' ')).join('\n');
  writeFileSync(rp, rows(0));
  writeFileSync(shifted, rows(0.25));
  const values = { voxel: [3, 3, 3], margin: 6 };
  for (const kernel of ['ts', 'wasm'] as const) {
    const { arrays } = await run('register', series(), {
      layout: 'serial',
      kernel,
      values: { ...values, apply: rp, compare: shifted },
    });
    expectRows([[...arrayOf(arrays, 'params')]], [TRUTH.flat()], 1e-9, 'params');
    expect(arrayOf(arrays, 'flags')).toEqual([0, 0, 0]);
    expect(arrayOf(arrays, 'errors').every(Number.isNaN)).toBe(true);
    expectRows([[...arrayOf(arrays, 'difference')]], [[0.25, 0.25, 0.25]], 1e-9, 'difference');
    expect(arrayOf(arrays, 'fd')[0]).toBe(0);
    const realigned = arrayOf(arrays, 'realigned');
    const pixels = SHAPE[0] * SHAPE[1] * SHAPE[2];
    const middle = (10 * SHAPE[1] + 12) * SHAPE[2] + 11;
    const ratio = (realigned[2 * pixels + middle] ?? 0) / (realigned[middle] ?? 1);
    expect(Math.abs(ratio / 1.04 - 1)).toBeLessThan(2e-3);
  }
  const { arrays } = await run('register', series(), { layout: 'serial', values: { ...values, compare: rp } });
  for (const value of arrayOf(arrays, 'difference')) expect(value).toBeLessThan(0.05);
  const call = (more: object) => run('register', series(), { layout: 'serial', values: { ...values, ...more } });
  await expect(call({ apply: join(folder, 'absent.par') })).rejects.toThrow('does not exist');
  writeFileSync(join(folder, 'short.par'), '0 0 0 0 0 0\n');
  await expect(call({ compare: join(folder, 'short.par') })).rejects.toThrow('has 1 rows, but the series has 3 frames');
});

test('an output folder holds the motion for every program, and applying any of it changes nothing', async () => {
  const out = join(folder, 'out/');
  const values = { voxel: [3, 3, 3], margin: 6 };
  const { arrays } = await run('register', series(), { layout: 'serial', values, outputs: [out] });
  const files = readdirSync(out);
  const written = files.filter((file) => /\.(txt|par|1D|tfm)$/.test(file));
  expect(written.length).toBe(5);
  const table = readFileSync(join(out, files.find((file) => file.startsWith('confounds_')) ?? ''), 'utf8');
  const [head = [], ...rows] = table
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  expect(head.slice(0, 7).join()).toBe('trans_x,trans_y,trans_z,rot_x,rot_y,rot_z,trans_x_se');
  expect(rows.length).toBe(3);
  expect(rows[0]?.[head.indexOf('framewise_displacement')]).toBe('n/a');
  expect(rows.every((row) => row.length === head.length)).toBe(true);
  for (const file of written) {
    const again = await run('register', series(), {
      layout: 'serial',
      values: { ...values, apply: join(out, file), noReslice: true },
    });
    expectRows([[...arrayOf(again.arrays, 'params')]], [[...arrayOf(arrays, 'params')]], 2e-6, file);
  }
});

test('FSL counts x from the other side where a source says that its axes are right-handed', async () => {
  const rp = join(folder, 'rp_shift.txt');
  writeFileSync(rp, '0 0 0 0 0 0\n1 0 0 0 0 0\n1 2 3 0 0 0\n');
  const shiftOf = async (name: string, more: object) => {
    const out = join(folder, `${name}/`);
    const values = { apply: rp, noReslice: true, ...more };
    await run('register', series(), { layout: 'serial', values, outputs: [out] });
    const par = readdirSync(out).find((file) => file.endsWith('.par')) ?? '';
    return numbersOf(readFileSync(join(out, par), 'utf8'))[2]?.slice(3);
  };
  expect(await shiftOf('nowhere', { voxel: [3, 3, 3] })).toEqual([1, 2, 3]);
  expect(await shiftOf('right', { affine: [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0] })).toEqual([-1, 2, 3]);
  expect(await shiftOf('left', { affine: [-3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0] })).toEqual([-1, 2, 3]);
});

const PYTHON = spawnSync('/usr/bin/python3', ['-c', 'import nibabel, scipy']).status === 0;

test.skipIf(!PYTHON)('the golden numbers are those of their program (skipped without nibabel)', () => {
  const script = join(import.meta.dirname, '../../golden/operators/motion-files.py');
  const { stdout } = spawnSync('/usr/bin/python3', [script], { encoding: 'utf8' });
  expect(JSON.parse(stdout).motions).toEqual(golden.motions);
});
