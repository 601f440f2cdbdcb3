import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { brainVoxels, medianOf } from '../../../dist/operators/register/quality/brain.js';
import { detrended } from '../../../dist/operators/register/quality/carpet.js';
import { finishQuality } from '../../../dist/operators/register/quality/index.js';
import { addFrame } from '../../../dist/operators/register/resample/moments.js';
import { python, pythonHas } from '../../formats/python.js';
import { noise } from './blobs.js';

const folder = mkdtempSync(join(tmpdir(), 'quality-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [frames, nz, ny, nx] = [40, 3, 8, 9];
const pixels = nz * ny * nx;
const stack = { stackShape: [frames], frameShape: [nz, ny, nx], dtype: 'float32', axes: [] } as const;

/** A bright inside with a drift and a jump, a dark rest, and a first row that only some frames show: NaN elsewhere. */
function series(): Float32Array {
  const random = noise(5);
  return Float32Array.from({ length: frames * pixels }, (_, i) => {
    const [t, p] = [Math.floor(i / pixels), i % pixels];
    const [x, y] = [p % nx, Math.floor(p / nx) % ny];
    if (y === 0 && t % 4 === 1) return Number.NaN;
    const inside = x > 1 && x < 7 && y < 6;
    const level = inside ? 700 + 40 * x + 20 * y : 20;
    return level * (1 + 0.001 * t + (t === 17 ? 0.05 : 0)) + 6 * random();
  });
}

function finished(data: Float32Array, count = frames) {
  const [average, squares] = [new Float64Array(pixels), new Float32Array(pixels)];
  const covered = new Uint32Array(pixels);
  for (let t = 0; t < count; t++) addFrame(data.subarray(t * pixels, (t + 1) * pixels), average, squares, covered);
  const [mean, tsnr, mask] = [new Float32Array(pixels), new Float32Array(pixels), new Uint8Array(pixels)];
  const [dvars, stdDvars] = [new Float64Array(count), new Float64Array(count)];
  const carpet = new Float32Array(pixels * count);
  const out = { average, squares, covered, mean, tsnr, mask, dvars, stdDvars, carpet };
  const seen: number[] = [];
  const shown = data.map((value) => (Number.isNaN(value) ? 0 : value));
  finishQuality(out, { ...stack, stackShape: [count] }, (slot, first, n) => {
    expect(slot).toBe('realigned');
    for (let t = first; t < first + n; t++) seen.push(t);
    return shown.subarray(first * pixels, (first + n) * pixels);
  });
  return { ...out, seen };
}

const PROGRAM = `
import json, sys, numpy as np
with np.errstate(all='ignore'):
    d = np.fromfile(sys.argv[1], dtype=np.float32).astype(float).reshape(int(sys.argv[2]), -1)
    n = (~np.isnan(d)).sum(0)
    mean, sd = np.nanmean(d, 0), np.nanstd(d, 0, ddof=1)
    tsnr = np.where((n >= len(d) / 2) & (sd > 0), mean / sd, 0)
    seen = n == len(d)
    m = mean[seen]
    level = m[m > m.mean() / 8].mean()
    brain = seen & (mean > 0.8 * level)
    b = d[:, brain]
    change = np.sqrt((np.diff(b, axis=0) ** 2).mean(1))
    z = b - b.mean(0)
    ar = (z[1:] * z[:-1]).sum(0) / (z * z).sum(0)
    sd = (np.percentile(b, 75, axis=0) - np.percentile(b, 25, axis=0)) / 1.349
    t = np.arange(len(d))
    fit = np.array([np.polyval(np.polyfit(t, c, 1), t) for c in b.T])
    print(json.dumps(dict(mean=mean.tolist(), tsnr=tsnr.tolist(), mask=seen.astype(int).tolist(), brain=np.flatnonzero(brain).tolist(),
        median=float(np.median(mean[brain])), dvars=(change * 1000 / np.median(mean[brain])).tolist(),
        std=(change / np.mean(np.sqrt(2 * (1 - ar)) * sd)).tolist(), carpet=(100 * (b.T - fit) / b.T.mean(1)[:, None]).ravel().tolist())))`;

function closeTo(found: ArrayLike<number>, expected: readonly number[], relative: number): void {
  expect(found.length).toBe(expected.length);
  const size = Math.max(...expected.map(Math.abs));
  for (const [i, value] of expected.entries())
    expect(Math.abs((found[i] ?? Number.NaN) - value), `element ${i}`).toBeLessThan(relative * size);
}

describe.runIf(pythonHas('numpy', 'quality of registration against NumPy'))('against NumPy', () => {
  test('mean, tSNR, mask, DVARS and the carpet plot', () => {
    const data = series();
    const path = join(folder, 'series.raw');
    writeFileSync(path, data);
    const golden = JSON.parse(python(PROGRAM, path, String(frames)));
    const found = finished(data);
    closeTo(found.mean, golden.mean, 1e-6);
    closeTo(found.tsnr, golden.tsnr, 1e-4);
    expect([...found.mask]).toEqual(golden.mask);
    const brain = brainVoxels(found.mean, found.covered, frames);
    expect([...brain]).toEqual(golden.brain);
    expect(medianOf(found.mean, brain) / golden.median).toBeCloseTo(1, 6);
    expect([found.dvars[0], found.stdDvars[0]]).toEqual([Number.NaN, Number.NaN]);
    closeTo(found.dvars.subarray(1), golden.dvars, 1e-6);
    closeTo(found.stdDvars.subarray(1), golden.std, 1e-5);
    closeTo(detrended(found.carpet.subarray(0, brain.length * frames), frames), golden.carpet, 1e-4);
    expect(found.seen).toEqual(Array.from({ length: frames }, (_, t) => t));
  });
});

test('a jump of the whole image stands out of DVARS', () => {
  const { dvars, stdDvars } = finished(series());
  const jump = 50;
  expect(dvars[17]).toBeGreaterThan(0.9 * jump);
  expect(dvars[18]).toBeGreaterThan(0.9 * jump);
  for (const t of [5, 16, 19, 30]) expect(dvars[t]).toBeLessThan(0.4 * jump);
  for (const t of [5, 30]) expect(stdDvars[t]).toBeCloseTo(1, 0);
});

test('one frame, frames without light and frames that share no voxel have no DVARS, and nothing fails', () => {
  expect([...finished(series(), 1).dvars]).toEqual([Number.NaN]);
  const dark = finished(new Float32Array(frames * pixels));
  expect(dark.dvars.every(Number.isNaN) && dark.stdDvars.every(Number.isNaN)).toBe(true);
  expect(dark.tsnr.every((value) => value === 0)).toBe(true);
  const apart = series();
  for (let t = 0; t < frames; t++)
    apart.fill(Number.NaN, t * pixels + (t % 2) * (pixels / 2), (t + (1 + (t % 2)) / 2) * pixels);
  const { dvars, mask, mean } = finished(apart);
  expect(dvars.every(Number.isNaN)).toBe(true);
  expect(mask.every((value) => value === 0)).toBe(true);
  expect(mean.every(Number.isFinite)).toBe(true);
});

test('voxels about zero are all counted: no threshold is above them', () => {
  const mean = Float32Array.of(-3, 2, 1, 0);
  expect([...brainVoxels(mean, new Uint32Array(4).fill(7), 7)]).toEqual(
    [0, 1, 2, 3].filter((i) => (mean[i] ?? 0) > 1.2),
  );
  expect([...brainVoxels(Float32Array.of(-3, -2, -1), new Uint32Array(3).fill(7), 7)].length).toBeGreaterThan(0);
  expect(medianOf(Float32Array.of(5, 1, 9, 3), Uint32Array.of(0, 1, 2, 3))).toBe(4);
  expect(medianOf(Float32Array.of(5, 1, 9), Uint32Array.of(0, 1, 2))).toBe(5);
});
