import { describe, expect, it } from 'vitest';
import { openArray, type RawValues, run } from '../../../dist/index.js';

const [frames, rows, columns] = [7, 610, 530];
const GEOMETRY = { distance: 0.1, pixelSize: [1e-4], beamCenter: [300.3, 210.7], wavelength: 1e-10 };

/** Counts with rings of pixels that do not count in two ways: -1 in all frames, -2 in some. */
const counts = Int32Array.from({ length: frames * rows * columns }, (_, i) => {
  const pixel = i % (rows * columns);
  if (pixel % 97 === 0) return -1;
  return (i * 7919) % 1013 === 5 ? -2 : (i * 2654435761) % 89;
});
const source = openArray([frames, rows, columns], counts, { name: 'counts' });
const floats = openArray(
  [frames, rows, columns],
  Float32Array.from(counts, (count) => (count < 0 ? Number.NaN : count / 8)),
);

async function curves(values: RawValues, options: object, from = source) {
  const { arrays } = await run('azimuthal', from, { values: { ...GEOMETRY, ...values }, ...options });
  return Object.fromEntries(arrays.map(({ name, data }) => [name, Array.from(data)]));
}

const DUMMY = { dummy: -1.5, deltaDummy: 0.5, errorModel: 'poisson' };

const ways: readonly (readonly [string, RawValues])[] = [
  ['whole pixels', { splitting: 'no' }],
  ['shared pixels', {}],
  ['shared pixels, dummies and variance', DUMMY],
  ['whole pixels, dummies and variance', { splitting: 'no', ...DUMMY }],
  ['many narrow bins', { npt: 3000, ...DUMMY }],
  ['outlines', { splitting: 'full', npt: 300 }],
  ['a sparse matrix', { method: 'csr', ...DUMMY }],
  ['a cake', { npt: 100, nptAzim: 20, errorModel: 'poisson' }],
  ['clipped rings', { average: 'sigma-clip', errorModel: 'azimuthal', npt: 200 }],
];

describe('the same bits for any number of workers', () => {
  it.each(ways)('%s', async (_, values) => {
    const alone = await curves(values, { layout: 'serial' });
    expect(await curves(values, { layout: 'threads', workers: 3 })).toEqual(alone);
    for (const workers of [2, 3]) {
      expect(await curves(values, { layout: 'threads', workers, split: 'inside' })).toEqual(alone);
    }
  });

  it('worker processes', async () => {
    const alone = await curves(DUMMY, { layout: 'serial' });
    expect(await curves(DUMMY, { layout: 'processes', workers: 2 })).toEqual(alone);
  });
});

describe('ways to the same numbers', () => {
  const close = (got: number[] = [], want: number[] = []) => {
    const top = Math.max(...want);
    expect(got.length).toBe(want.length);
    const worst = Math.max(...got.map((value, i) => Math.abs(value - (want[i] ?? Number.NaN))));
    expect(worst).toBeLessThanOrEqual(2e-7 * top);
  };

  it.each(ways)('%s: kernel and plain TypeScript', async (_, values) => {
    const kernel = await curves(values, { layout: 'serial' });
    const plain = await curves(values, { layout: 'serial', kernel: 'ts' });
    for (const [name, data] of Object.entries(plain)) close(kernel[name], data);
  });

  it.each(ways.slice(0, 6))('%s: scattered and as a matrix', async (_, values) => {
    const scattered = await curves(values, { layout: 'serial' });
    const matrix = await curves({ ...values, method: 'csr' }, { layout: 'serial' });
    for (const [name, data] of Object.entries(matrix)) close(scattered[name], data);
  });

  it('NaN among floats counts like a dummy among integers', async () => {
    const options = { layout: 'serial' };
    const marked = await curves({ dummy: -1.5, deltaDummy: 0.5 }, options);
    const missing = await curves({ normalizationFactor: 1 / 8 }, options, floats);
    close(missing.intensity, marked.intensity);
  });

  it('infinite values are left out like NaN', async () => {
    const odd = Float32Array.from(counts.subarray(0, rows * columns), (count) => (count < 0 ? Number.NaN : count));
    const infinite = odd.map((value) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value));
    for (const kernel of ['wasm', 'ts']) {
      const options = { layout: 'serial', kernel };
      const nan = await curves({ errorModel: 'poisson' }, options, openArray([1, rows, columns], odd));
      expect(await curves({ errorModel: 'poisson' }, options, openArray([1, rows, columns], infinite))).toEqual(nan);
    }
  });

  it('a monitor divides each frame by its own count', async () => {
    const monitor = { shape: [frames], data: Float64Array.from({ length: frames }, (_, i) => i + 1) };
    const plain = await curves(DUMMY, { layout: 'serial' });
    const divided = await curves({ ...DUMMY, monitor: [monitor] }, { layout: 'serial' });
    for (const name of ['intensity', 'sigma']) {
      const want = (plain[name] ?? []).map((value, i) => value / (Math.floor(i / 1000) + 1));
      close(divided[name], want);
    }
  });

  it('a masked pixel, a flat of 0 and a dummy take the same pixel away', async () => {
    const options = { layout: 'serial', frames: '0:1' };
    const bad = Uint8Array.from(counts.subarray(0, rows * columns), (count) => (count < 0 ? 1 : 0));
    const range = { radialRange: [1, 15] };
    const dummy = await curves({ ...range, dummy: -1.5, deltaDummy: 0.5 }, options);
    const mask = await curves({ ...range, mask: [{ shape: [rows, columns], data: bad }] }, options);
    const flat = await curves(
      { ...range, flat: [{ shape: [rows, columns], data: bad.map((one) => 1 - one) }] },
      options,
    );
    close(mask.intensity, dummy.intensity);
    close(flat.intensity, dummy.intensity);
  });
});
