import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { plainAxis } from '../../dist/core/stack.js';
import { encodeNpy } from '../../dist/formats/npy-write.js';
import { expectError, fanfold, workFolder } from './fanfold.js';

const folder = workFolder();

function save(name: string, shape: readonly number[], data: Float32Array): void {
  const axes = shape.map((_, i) => plainAxis(i));
  writeFileSync(join(folder, name), encodeNpy({ name, shape, data, axes, unit: '', label: name }));
}

const [FRAMES, SIDE] = [12, 16];
const PIXELS = SIDE * SIDE;

beforeAll(() => {
  const scan = new Float32Array(FRAMES * PIXELS).fill(1);
  // NaN in a corner of frame 2, in the middle of frame 5; infinity in the middle of frame 7.
  scan[2 * PIXELS] = Number.NaN;
  scan[5 * PIXELS + 8 * SIDE + 8] = Number.NaN;
  scan[7 * PIXELS + 8 * SIDE + 8] = Number.POSITIVE_INFINITY;
  save('scan.npy', [3, 4, SIDE, SIDE], scan);
  save('wrong.npy', [12, 16], new Float32Array(192).fill(1));
  save('line.npy', [16], new Float32Array(16).fill(1));
  save('nan-mask.npy', [16, 16], new Float32Array(256).fill(Number.NaN));
  save(
    'corner.npy',
    [16, 16],
    Float32Array.from({ length: 256 }, (_, i) => (i === 0 ? 1 : 0)),
  );
  save(
    'middle.npy',
    [16, 16],
    Float32Array.from({ length: 256 }, (_, i) => (i === 8 * SIDE + 8 ? 1 : 0)),
  );
  writeFileSync(join(folder, 'text.npy'), 'no mask');
});

async function values(
  ...args: string[]
): Promise<{ report: { nonFinite: number }; results: { sum: number | null }[] }> {
  const { code, stdout } = await fanfold(['run', 'mask', 'scan.npy', '--json', '-q', ...args], folder);
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

for (const kernel of ['wasm', 'ts']) {
  test(`pixels of weight 0 are never read; others pass NaN on, and it is counted (${kernel})`, async () => {
    const neither = await values('--detector', 'disk', '--outer', '2', '--centre', '12,4', '--kernel', kernel);
    expect(neither.report.nonFinite).toBe(0);
    expect(neither.results[0]?.sum).toBeGreaterThan(0);
    const corner = await values('--mask', 'corner.npy', '--kernel', kernel);
    expect([corner.report.nonFinite, corner.results[0]?.sum]).toEqual([1, null]);
    const middle = await values('--mask', 'middle.npy', '--kernel', kernel);
    expect(middle.report.nonFinite).toBe(2);
    const ring = await values('--detector', 'annulus', '--inner', '3', '--outer', '6', '--kernel', kernel);
    expect(ring.report.nonFinite).toBe(0);
  });
}

test('values that are not finite are told to a person', async () => {
  const { stderr } = await fanfold(['run', 'mask', 'scan.npy', '--mask', 'middle.npy'], folder);
  expect(stderr).toMatch(/^ {2}2 result values are not finite/m);
});

test('masks that do not fit', async () => {
  const mask = (...args: string[]) => fanfold(['run', 'mask', 'scan.npy', '-o', 'out.npy', ...args], folder);
  expectError(await mask('--mask', 'wrong.npy'), 2, /wrong\.npy has shape 12 x 16, but a frame is 16 x 16\./);
  expectError(await mask('--mask', 'line.npy'), 2, /line\.npy has shape (1 x )?16, but a frame is 16 x 16\./);
  expectError(await mask('--mask', 'scan.npy'), 2, /scan\.npy has shape 3 x 4 x 16 x 16, but a frame is 16 x 16\./);
  expectError(await mask('--mask', 'nan-mask.npy'), 2, /nan-mask\.npy holds NaN at element 0\./);
  expectError(await mask('--mask', 'text.npy'), 2, /text\.npy holds no array to use: text\.npy is not NPY/);
  expectError(await mask('--mask', 'none.npy'), 2, /none\.npy holds no array to use: none\.npy does not exist\./);
  expectError(
    await mask('--detector', 'polygon', '--points', '1,2,3,4'),
    2,
    /A polygon needs three or more corners .*, not 4 numbers/,
  );
  expectError(await mask(), 2, /No mask is given\./);
});
