import { describe, expect, it } from 'vitest';
import { openArray, type RawValues, run } from '../../../dist/index.js';
import { findDetector } from '../../../dist/operators/azimuthal/geometry/detectors.js';

/** Square images whose beam meets the detector in the corner between four pixels, so that every pixel lies in one quadrant. */
const SIZE = 40;
const PLAIN = {
  distance: 0.1,
  beamCenter: [SIZE / 2, SIZE / 2],
  pixelSize: [1e-3],
  npt: 5,
  noSolidAngle: true,
} as const;

const image = (of: (row: number, column: number) => number) =>
  Float32Array.from({ length: SIZE * SIZE }, (_, k) => of(Math.floor(k / SIZE) - SIZE / 2, (k % SIZE) - SIZE / 2));

async function integrate(data: Float32Array, values: RawValues, kernel: 'wasm' | 'ts' = 'wasm') {
  const frames = openArray([1, SIZE, SIZE], data);
  const { arrays } = await run('azimuthal', frames, { values: { ...PLAIN, ...values }, workers: 0, kernel });
  return Array.from(arrays.find(({ name }) => name === 'intensity')?.data ?? []);
}

/** Azimuths of 0 to 90 degrees hold 1, of 90 to 180 2, and so on. */
const quadrants = image((row, column) => (row >= 0 ? (column >= 0 ? 1 : 2) : column < 0 ? 3 : 4));

/** What each row of a cake holds, without empty bins. */
const rowsOf = (cake: number[]) =>
  Array.from({ length: cake.length / 5 }, (_, k) => [...new Set(cake.slice(5 * k, 5 * k + 5))].filter((v) => v !== 0));

describe('cakes over ranges of azimuth', () => {
  for (const splitting of ['no', 'full']) {
    it.each([
      [
        [0, 360],
        [[1], [2], [3], [4]],
      ],
      [
        [-180, 180],
        [[3], [4], [1], [2]],
      ],
      [
        [95, 265],
        [[2], [3]],
      ],
      [
        [185, 355],
        [[3], [4]],
      ],
      [
        [275, 85],
        [[4], [1]],
      ],
      [[5, 85], [[1]]],
      [[275, 355], [[4]]],
    ])(`${splitting} splitting, %j degrees`, async (azimuthRange, rows) => {
      // Away from the beam, where outlines reach into several quadrants.
      const values = { splitting, azimuthRange, nptAzim: rows.length, radialRange: [3, 15] };
      const found = rowsOf(await integrate(quadrants, values));
      expect(found.map((row) => [...new Set(row.map(Math.round))])).toEqual(rows);
      expect(found.flat().every((value) => Math.abs(value - Math.round(value)) < 1e-6)).toBe(true);
    });
  }

  it('boxes lie on both sides of the cut', async () => {
    const cake = await integrate(quadrants, { azimuthRange: [90, 270], nptAzim: 2 });
    // Boxes are wider than pixels: a little of each quadrant reaches into the next.
    for (const value of cake.slice(0, 5)) expect(Math.abs(value - 2)).toBeLessThan(0.25);
    for (const value of cake.slice(5, 10)) expect(Math.abs(value - 3)).toBeLessThan(0.25);
  });
});

describe('corrections that are no numbers', () => {
  it('pixels whose dark current is not known do not count', async () => {
    const dark = { shape: [SIZE, SIZE], data: image((row, column) => (row === 3 && column === 4 ? Number.NaN : 1)) };
    const frame = image((row, column) => (row === 3 && column === 4 ? 1000 : 8));
    for (const average of ['mean', 'median'])
      expect(await integrate(frame, { dark: [dark], average })).toEqual([7, 7, 7, 7, 7]);
  });

  it('a negative normalization is refused', async () => {
    for (const normalizationFactor of [-2, 1e-60, 1e60])
      await expect(integrate(quadrants, { normalizationFactor })).rejects.toThrow(/normalization-factor.*above 0/);
  });
});

it('clipping without an error model clips by the spread of the ring', async () => {
  const frame = image((row, column) => (row === 3 && column === 4 ? 1000 : 8 + ((row + column) & 1)));
  const clipped = await integrate(frame, { average: 'sigma-clip' });
  expect(clipped).toEqual(await integrate(frame, { average: 'sigma-clip', errorModel: 'azimuthal' }));
  for (const value of clipped) expect(Math.abs(value - 8.5)).toBeLessThan(0.2);
});

it('gaps of the detector that a file names are masked', async () => {
  const [rows, columns] = findDetector('eiger1m')?.shape ?? [0, 0];
  const data = new Uint16Array(rows * columns).fill(7);
  // Between the two modules of the detector, where its file has no mask.
  data.fill(65535, 514 * columns, 551 * columns);
  const known = { name: 'Dectris EIGER 1M, S/N E-02-0123', distance: 0.1, beamCenter: [500, 500] } as const;
  const source = { ...openArray([1, rows, columns], data), detector: known };
  const { arrays } = await run('azimuthal', source, { values: { npt: 20, noSolidAngle: true }, workers: 0 });
  expect(new Set(arrays.find(({ name }) => name === 'intensity')?.data)).toEqual(new Set([7]));
});
