import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, expect, test } from 'vitest';
import { openArray, type RunRequest, run } from '../../../dist/index.js';
import { mosaicOf, pixelsOf, spreadFrames } from '../../../dist/operators/register/report/images.js';
import { countReasons, digits, isFault, median, reasonsOf } from '../../../dist/operators/register/report/words.js';
import { blobFrames, noise } from './blobs.js';

const folder = mkdtempSync(join(tmpdir(), 'report-'));
afterAll(() => rmSync(folder, { recursive: true }));

const VOXEL = 3;
const DEGREE = Math.PI / 180;
const SHAPE = [20, 24, 22] as const;
const MOTION = [
  [0, 0, 0, 0, 0, 0],
  [0.4, -0.3, 0.6, 0.5 * DEGREE, -0.4 * DEGREE, 0.3 * DEGREE],
  [-1.5, 2, 1, 2 * DEGREE, 1 * DEGREE, -3 * DEGREE],
  [0.02, 0, -0.01, 0, 0, 0.05 * DEGREE],
  [0, 0, 0, 0, 0, 0],
] as const;

/** A report of frames, the last of which is empty. */
async function reportOf(name: string, request: RunRequest, shape: readonly number[] = SHAPE) {
  const [frames, random] = [MOTION.length, noise(3)];
  const [nz, ny, nx] = SHAPE;
  const all = blobFrames([nz, ny, nx], VOXEL, MOTION).map((value) => value + random());
  const pixels = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: frames * pixels }, (_, i) => {
    const [frame, pixel] = [Math.floor(i / pixels), i % pixels];
    // The middle slice alone for images.
    const at = shape.length === 3 ? pixel : (nz >> 1) * pixels + pixel;
    return frame === frames - 1 ? 0 : (all[frame * nz * ny * nx + at] ?? 0);
  });
  const source = openArray([frames, ...shape], data, { frameRank: shape.length });
  const path = join(folder, `${name}/`);
  await run('register', source, { layout: 'serial', ...request, outputs: [path] });
  const html = readFileSync(join(path, 'report.html'), 'utf8');
  const titles = [...html.matchAll(/<h2>([^<]*)<\/h2>/g)].map((match) => match[1]);
  return { html, titles, picture: decode(readFileSync(join(path, 'report.png'))) };
}

/** A few updates: the report is tested, not the motion. */
const VALUES = { voxel: [VOXEL, VOXEL, VOXEL], margin: 6, coarse: 'never', iterations: 4 };

test('the report of a series of volumes says how they moved, what is doubtful, and shows them', async () => {
  const { html, titles, picture } = await reportOf('volumes', { values: VALUES });
  expect(titles.slice(0, 4)).toEqual(['Shifts', 'Turns', 'Frames worth a look', 'Framewise displacement']);
  for (const title of ['Mean before and after registration', 'Temporal signal to noise'])
    expect(titles).toContain(title);
  expect(html).toMatch(/<p>5 frames, moved by .* mm .* at most \(frame 2\)\. 1 frame flagged: /);
  expect(html).toContain('nothing to compare');
  expect(html).toContain('<dd>22 x 24 x 20</dd>');
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
  expect(picture.width).toBe(1280);
  expect(picture.height).toBeGreaterThan(2000);
});

test('images, motion alone, translation alone and the mean as reference have reports of what there is', async () => {
  const [, ny, nx] = SHAPE;
  const image = await reportOf('image', { values: { margin: 4 } }, [ny, nx]);
  expect(image.html).toContain('>yaw</text>');
  expect(image.html).not.toContain('>pitch</text>');
  const alone = await reportOf('alone', { values: { ...VALUES, noReslice: true } });
  expect(alone.titles).toEqual(['Shifts', 'Turns', 'Frames worth a look', 'Framewise displacement']);
  const shifts = await reportOf('shifts', { values: { ...VALUES, transform: 'translation' } });
  expect(shifts.titles).not.toContain('Turns');
  const mean = await reportOf('mean', { values: { ...VALUES, reference: 'mean' } });
  expect(mean.html).toContain('<dd>mean of all frames</dd>');
});

test('a mosaic shows volumes with their y axis upwards, images with their first row at the top', () => {
  const grid = { size: [3, 2, 2], voxel: [1, 2, 5] } as unknown as Parameters<typeof mosaicOf>[0];
  const volume = mosaicOf(grid, true);
  expect([volume.width, volume.height, volume.aspect]).toEqual([6, 2, 2]);
  expect([...volume.voxels]).toEqual([3, 4, 5, 9, 10, 11, 0, 1, 2, 6, 7, 8]);
  const image = mosaicOf({ ...grid, size: [3, 2, 1] }, false);
  expect([...image.voxels]).toEqual([0, 1, 2, 3, 4, 5]);
  const many = mosaicOf({ ...grid, size: [64, 64, 33] }, true);
  expect([many.width, many.height]).toEqual([256, 192]);
  const large = mosaicOf({ ...grid, size: [4000, 3000, 1] }, false);
  expect(large.width).toBeLessThanOrEqual(640);
  const odd = mosaicOf({ ...grid, size: [2, 1, 5] }, true);
  expect([odd.width, odd.height]).toEqual([6, 2]);
  expect([...odd.voxels.slice(-4)]).toEqual([8, 9, -1, -1]);
  expect([...pixelsOf(odd, Float32Array.of(7, 7, 7, 7, 7, 7, 7, 7, 7, 7)).slice(-3)]).toEqual([7, 0, 0]);
});

test('words and numbers', () => {
  expect([0, 8, 1, 12, 16].map(isFault)).toEqual([false, false, true, true, true]);
  expect(reasonsOf(9)).toEqual(['less than half of the reference in view', 'start found by a coarse search']);
  expect(countReasons([1, 3, 8])).toBe('less than half of the reference in view (2), not converged (1)');
  expect([0, 0.00123, 0.5, 12.345, 1234.5, 1e-9, Number.NaN].map(digits)).toEqual([
    '0',
    '0.0012',
    '0.500',
    '12.3',
    '1235',
    '1.0e-9',
    'unknown',
  ]);
  expect([median([3, Number.NaN, 1, 2]), median([1, 4])]).toEqual([2, 2.5]);
  expect(spreadFrames(3)).toEqual([0, 1, 2]);
  expect([spreadFrames(1000).length, spreadFrames(1000).at(-1), spreadFrames(1)]).toEqual([20, 999, [0]]);
});
