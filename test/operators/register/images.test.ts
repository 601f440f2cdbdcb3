import { expect, test } from 'vitest';
import type { NamedArray } from '../../../dist/core/sink.js';
import { openArray, run } from '../../../dist/index.js';
import { serial } from '../../../dist/layouts/serial.js';
import { threads } from '../../../dist/layouts/threads/index.js';
import { apply, fromParameters, invert, multiply } from '../../../dist/operators/register/rigid.js';
import { transform } from '../../../dist/operators/register/start/fft.js';
import { type Bins, makeSpectrum } from '../../../dist/operators/register/start/spectrum.js';
import { asCoefficients, coefficientCount } from '../../../dist/operators/register/volume.js';
import { compareCuts } from '../../../dist/testing/operator.js';
import { noise } from './blobs.js';
import { textureFrames } from './texture.js';

/** Corrections in pixels: a little, drifts of tens of pixels, turns. */
const TRUTH = [
  [0, 0, 0, 0, 0, 0],
  [0.3, -0.4, 0, 0, 0, 0.001],
  [-22.3, 17.6, 0, 0, 0, 0.002],
  [48.4, -51.2, 0, 0, 0, -0.004],
  [3, 2, 0, 0, 0, 0.02],
  [30, 3, 0, 0, 0, 0.03],
];
const SHAPE = [128, 160] as const;

function arrayOf(arrays: readonly NamedArray[], name: string) {
  const found = arrays.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found.data;
}

function series(truth: readonly (readonly number[])[], pixel: number, unit: string, sigma = 0) {
  const frames = textureFrames({ shape: SHAPE, pixel, sigma }, truth);
  const axis = (name: string, own: string, step: number) => ({ name, unit: own, step, origin: 0 });
  const axes = [axis('frame', '', 1), axis('y', unit, pixel), axis('x', unit, pixel)];
  return openArray([truth.length, ...SHAPE], frames, { axes });
}

/** Pixels by which the corners of an image are wrong. */
function errorOf(found: ArrayLike<number>, truth: readonly number[], pixel: number): number {
  const apart = multiply(fromParameters(Array.from(found)), invert(fromParameters(truth)));
  const corners = [-1, 1].flatMap((a) => [-1, 1].map((b) => [(a * SHAPE[1]) / 2, (b * SHAPE[0]) / 2] as const));
  return Math.max(
    ...corners.map(([x, y]) => {
      const [u, v] = apply(apart, [x * pixel, y * pixel, 0]);
      return Math.hypot(u / pixel - x, v / pixel - y);
    }),
  );
}

test.each([
  ['pixels without a unit', 1, ''],
  ['pixels of 0.2 nm', 0.2, 'nm'],
  ['pixels of 0.65 um', 0.65, 'um'],
  ['pixels of 2 um, said in mm', 0.002, 'mm'],
])('drift of tens of pixels is found to a fiftieth of a pixel by default: %s', async (_, pixel, unit) => {
  const truth = TRUTH.map((six) => six.map((value, i) => (i < 3 ? value * pixel : value)));
  const values = { noReslice: true };
  const { arrays } = await run('register', series(truth, pixel, unit), { layout: 'serial', values });
  const [params, flags] = [arrayOf(arrays, 'params'), arrayOf(arrays, 'flags')];
  for (const [i, six] of truth.entries()) {
    expect(errorOf(params.subarray(6 * i, 6 * i + 6), six, pixel), `frame ${i}`).toBeLessThan(0.02);
    // A large drift may leave less than half of the template in view, which is said.
    expect((flags[i] ?? 0) & ~9, `flags of frame ${i}`).toBe(0);
  }
  expect((flags[3] ?? 0) & 8).toBe(8);
});

test('frames half noise are found too', async () => {
  const values = { noReslice: true, fwhm: 3 };
  const { arrays } = await run('register', series(TRUTH, 1, '', 25), { layout: 'serial', values });
  const params = arrayOf(arrays, 'params');
  for (const [i, six] of TRUTH.entries()) {
    expect(errorOf(params.subarray(6 * i, 6 * i + 6), six, 1), `frame ${i}`).toBeLessThan(0.5);
  }
});

test('shifts alone have no turns, and no errors of turns', async () => {
  const truth = TRUTH.map(([x = 0, y = 0]) => [x, y, 0, 0, 0, 0]);
  const values = { noReslice: true, transform: 'translation' };
  const { arrays } = await run('register', series(truth, 1, ''), { layout: 'serial', values });
  const [params, errors] = [arrayOf(arrays, 'params'), arrayOf(arrays, 'errors')];
  for (const [i, six] of truth.entries()) {
    expect(errorOf(params.subarray(6 * i, 6 * i + 6), six, 1), `frame ${i}`).toBeLessThan(0.02);
    expect([...params.subarray(6 * i + 2, 6 * i + 6)]).toEqual([0, 0, 0, 0]);
    expect([...errors.subarray(6 * i + 2, 6 * i + 6)]).toEqual([0, 0, 0, 0]);
    if (i > 0) expect(errors[6 * i]).toBeGreaterThan(0);
  }
});

test('teams of any size, and any number of workers, find drift with the same bytes', async () => {
  await compareCuts(series(TRUTH, 1, '', 5), [{ name: 'register', values: { noReslice: true } }], [serial, threads]);
}, 120_000);

test('a Fourier transform is the sum it is defined by', () => {
  const size = [8, 4, 2] as const;
  const next = noise(3);
  const many = size[0] * size[1] * size[2];
  const [re, im] = [Float32Array.from({ length: many }, next), Float32Array.from({ length: many }, next)];
  const waves = { size, re: re.slice(), im: im.slice() };
  transform(waves, -1);
  for (const k of [0, 1, 9, 30, 63]) {
    const [a, b, c] = [k % 8, Math.floor(k / 8) % 4, Math.floor(k / 32)];
    let [u, v] = [0, 0];
    for (let n = 0; n < many; n++) {
      const [x, y, z] = [n % 8, Math.floor(n / 8) % 4, Math.floor(n / 32)];
      const angle = -2 * Math.PI * ((a * x) / 8 + (b * y) / 4 + (c * z) / 2);
      u += (re[n] ?? 0) * Math.cos(angle) - (im[n] ?? 0) * Math.sin(angle);
      v += (re[n] ?? 0) * Math.sin(angle) + (im[n] ?? 0) * Math.cos(angle);
    }
    expect(Math.abs((waves.re[k] ?? 0) - u)).toBeLessThan(1e-5);
    expect(Math.abs((waves.im[k] ?? 0) - v)).toBeLessThan(1e-5);
  }
  transform(waves, 1);
  for (let n = 0; n < many; n++) expect(Math.abs((waves.re[n] ?? 0) / many - (re[n] ?? 0))).toBeLessThan(1e-6);
});

test('a frame without contrast has an empty spectrum', () => {
  const coefficients = asCoefficients([9, 6, 1], new Float32Array(coefficientCount([9, 6, 1])).fill(3));
  const bins: Bins = { voxels: [2, 1, 1], cells: [4, 6, 1], size: [4, 8, 1] };
  const { re, im } = makeSpectrum(coefficients, bins, new Float32Array(64));
  expect([...re, ...im].every((value) => Math.abs(value) < 1e-4)).toBe(true);
});
