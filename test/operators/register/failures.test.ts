import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { OperatorError, openArray, type RunRequest, run } from '../../../dist/index.js';
import { blobFrames } from './blobs.js';

const SHAPE = [12, 20, 18] as const;
const PIXELS = SHAPE[0] * SHAPE[1] * SHAPE[2];
const VOXEL = 3;
const TRUTH = [
  [0, 0, 0, 0, 0, 0],
  [0.5, -0.3, 0.4, 0.01, 0, 0.01],
  [-0.5, 0.6, -0.2, 0, 0.01, -0.02],
] as const;
const VALUES = { voxel: [VOXEL, VOXEL, VOXEL], margin: 4 };

const folder = mkdtempSync(join(tmpdir(), 'fanfold-register-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function series(change: (frames: Float32Array) => void = () => undefined) {
  const frames = blobFrames(SHAPE, VOXEL, TRUTH);
  change(frames);
  return openArray([TRUTH.length, ...SHAPE], frames, { frameRank: 3 });
}

function register(source: ReturnType<typeof openArray>, values: Record<string, unknown>, request: RunRequest = {}) {
  return run('register', source, { layout: 'serial', ...request, values: { ...VALUES, ...values } });
}

async function slotsOf(source: ReturnType<typeof openArray>, values: Record<string, unknown>) {
  const { arrays } = await register(source, { noReslice: true, ...values });
  const slot = (name: string) => [...(arrays.find((one) => one.name === name)?.data ?? [])];
  return { params: slot('params'), errors: slot('errors'), flags: slot('flags') };
}

test('empty frames are flagged, left where they are, and have no known errors', async () => {
  for (const [what, value] of [['zeros', 0] as const, ['NaN', Number.NaN] as const, ['alike', 7] as const]) {
    const source = series((frames) => frames.fill(value, PIXELS, 2 * PIXELS));
    const { params, errors, flags } = await slotsOf(source, {});
    expect(flags, what).toEqual([0, 16, 0]);
    expect(params.slice(6, 12), what).toEqual([0, 0, 0, 0, 0, 0]);
    expect(errors.slice(6, 12).every(Number.isNaN), what).toBe(true);
    expect(
      errors.slice(12).every((error) => error > 0),
      what,
    ).toBe(true);
  }
});

test.each([
  ['zeros', 0],
  ['NaN', Number.NaN],
  ['alike', 7],
])('an empty reference ends the run and is named: %s', async (_, value) => {
  const source = series((frames) => frames.fill(value, PIXELS, 2 * PIXELS));
  await expect(register(source, { reference: '1' })).rejects.toThrow(/reference, frame 1, is empty.*--reference/);
});

test('a mask that leaves nothing ends the run', async () => {
  const weight = [{ shape: [...SHAPE], data: new Array<number>(PIXELS).fill(0) }];
  await expect(register(series(), { weight })).rejects.toThrow('--weight is 0');
});

test('one frame alone is moved onto an image, or refused', async () => {
  const frames = blobFrames(SHAPE, VOXEL, TRUTH);
  const one = openArray([...SHAPE], frames.slice(PIXELS, 2 * PIXELS), { frameRank: 3 });
  await expect(register(one, {})).rejects.toThrow(/one frame alone.*--reference-image/);
  const referenceImage = [{ shape: [...SHAPE], data: [...frames.slice(0, PIXELS)] }];
  const { params, flags } = await slotsOf(one, { referenceImage });
  expect(flags).toEqual([0]);
  expect(Math.abs((params[0] ?? 1) - 0.5)).toBeLessThan(0.05);
});

test('frames that are no images, or too small, are refused', async () => {
  const call = (shape: number[], frameRank: number) =>
    run('register', openArray(shape, new Float32Array(shape.reduce((a, b) => a * b)), { frameRank }), {
      layout: 'serial',
    });
  await expect(call([5, 16], 1)).rejects.toThrow(/--frame-rank 3 or 2/);
  await expect(call([5, 3, 16], 2)).rejects.toThrow(/at least 4 voxels/);
  await expect(call([5, 9, 3, 16], 3)).rejects.toThrow(/at least 4 voxels/);
});

test('a transform that flattens frames, and sizes that are none, are refused', async () => {
  await expect(register(series(), { affine: [1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1, 0] })).rejects.toThrow(
    /singular.*--voxel/,
  );
  await expect(register(series(), { voxel: [3, 0, 3] })).rejects.toThrow(/--voxel takes three sizes above 0/);
});

test('--on-failure stop ends the run at the frame, says why, and leaves no file', async () => {
  const source = series((frames) => frames.fill(0, PIXELS, 2 * PIXELS));
  for (const request of [{ layout: 'serial' }, { layout: 'threads', workers: 2 }] as const) {
    const out = join(folder, 'out.npz');
    const failed = register(source, { onFailure: 'stop', noReslice: true }, { ...request, outputs: [out] });
    await expect(failed).rejects.toThrow(/Frame 1 cannot be registered: it is empty.*--frames/);
    await expect(failed).rejects.toBeInstanceOf(OperatorError);
    await expect(failed).rejects.toMatchObject({ exitCode: 1, fields: { frame: 1, flags: 16 } });
    expect(readdirSync(folder)).toEqual([]);
  }
  const { flags } = await slotsOf(series(), { onFailure: 'stop' });
  expect(flags).toEqual([0, 0, 0]);
});

test('shifts alone stay shifts in a world whose axes are not those of the voxels', async () => {
  const [c, s] = [3 * Math.cos(0.4), 3 * Math.sin(0.4)];
  const affine = [c, -s, 0, -10, s, c, 0, 20, 0, 0, 3, 5];
  const { params, errors } = await slotsOf(series(), { affine, voxel: undefined, transform: 'translation' });
  for (let i = 1; i < TRUTH.length; i++) {
    expect(params.slice(6 * i + 3, 6 * i + 6)).toEqual([0, 0, 0]);
    expect(errors.slice(6 * i + 3, 6 * i + 6)).toEqual([0, 0, 0]);
    const [x = 0, y = 0] = TRUTH[i] ?? [];
    // The turns of the truth are too small to matter here.
    expect(Math.abs((params[6 * i] ?? 0) - (c * x - s * y) / 3)).toBeLessThan(0.15);
    expect(Math.abs((params[6 * i + 1] ?? 0) - (s * x + c * y) / 3)).toBeLessThan(0.15);
  }
});
