import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FanfoldError, openArray, type RawValues, run } from '../../../dist/index.js';

const folder = mkdtempSync(join(tmpdir(), 'fanfold-azimuthal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const frames = openArray([2, 20, 30], new Uint16Array(1200).fill(3));

const PONI = {
  poni_version: '2',
  Detector: 'Detector',
  Detector_config: '{"pixel1": 1e-4, "pixel2": 1e-4, "max_shape": [20, 30]}',
  Distance: '0.1',
  Poni1: '0.001',
  Poni2: '0.0015',
  Rot1: '0',
  Rot2: '0',
  Rot3: '0',
};

/** The text of a PONI file with other lines; null leaves one out. */
function poni(changes: Record<string, string | null>): string {
  const lines = Object.entries({ ...PONI, ...changes }).filter(([, value]) => value !== null);
  return `# geometry\n${lines.map(([key, value]) => `${key}: ${value}`).join('\n')}\n`;
}

async function errorOf(values: RawValues): Promise<FanfoldError> {
  const error = await run('azimuthal', frames, { values: { npt: 10, ...values }, workers: 1 }).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof FanfoldError) return error;
  throw new Error(`not refused in words: ${String(error)}`);
}

const cases: readonly (readonly [string, RawValues, RegExp])[] = [
  ['no geometry', {}, /pixel size|distance/i],
  ['a PONI file that is not there', { poni: join(folder, 'no.poni') }, /does not exist/],
  ['a key missing', { poni: poni({ Poni1: null }) }, /Poni1/],
  ['several keys missing', { poni: poni({ Distance: null, Rot2: null }) }, /Distance/],
  ['an unknown version', { poni: poni({ poni_version: '7' }) }, /version 7|7/],
  ['version 3', { poni: poni({ poni_version: '3' }) }, /3/],
  ['damaged JSON', { poni: poni({ Detector_config: '{"pixel1": 1e-4,' }) }, /Detector_config/],
  ['a negative distance', { poni: poni({ Distance: '-0.1' }) }, /[Dd]istance/],
  ['a distance that is no number', { poni: poni({ Distance: 'far' }) }, /Distance/],
  ['a pixel of no size', { poni: poni({ Detector_config: '{"pixel1": 0, "pixel2": 1e-4}' }) }, /pixel1/],
  [
    'another detector',
    { poni: poni({ Detector_config: '{"pixel1": 1e-4, "pixel2": 1e-4, "max_shape": [21, 30]}' }) },
    /21 x 30.*20 x 30/,
  ],
  ['q without a wavelength', { poni: poni({}), unit: 'q_nm^-1' }, /wavelength/],
  ['a wavelength of nothing', { poni: poni({ Wavelength: '0' }), unit: 'q_nm^-1' }, /[Ww]avelength/],
  ['an empty radial range', { poni: poni({}), radialRange: [3, 3] }, /radial-range/],
  ['a radial range beyond the detector', { poni: poni({}), radialRange: [50, 60] }, /range/],
  ['an azimuth range beside the detector', { poni: poni({}), azimuthRange: [1000, 1001] }, /range/],
  ['no pixel left', { poni: poni({}), mask: [{ shape: [20, 30], data: new Uint8Array(600).fill(1) }] }, /masked/],
  [
    'a mask of another shape',
    { poni: poni({}), mask: [{ shape: [30, 20], data: new Uint8Array(600) }] },
    /30 x 20.*20 x 30/,
  ],
  ['a dark of another shape', { poni: poni({}), dark: [{ shape: [5], data: new Uint8Array(5) }] }, /dark.*5.*20 x 30/],
  ['a flat of another shape', { poni: poni({}), flat: [{ shape: [1], data: [2] }] }, /flat/],
  ['a flat of zeros', { poni: poni({}), flat: [{ shape: [20, 30], data: new Uint8Array(600) }] }, /pixel/],
  ['a monitor for other frames', { poni: poni({}), monitor: [{ shape: [3], data: [1, 2, 3] }] }, /3.*2 frames/],
  ['a monitor of zero', { poni: poni({}), monitor: [{ shape: [2], data: [1, 0] }] }, /frame 1/],
  ['a detector nobody knows', { poni: poni({}), detector: 'eiger3_4m' }, /eiger3_4m/],
  ['an impossible polarization', { poni: poni({}), polarizationFactor: 2 }, /polarization-factor/],
  ['no bins', { poni: poni({}), npt: 0 }, /npt/],
  ['an offset of no polarization', { poni: poni({}), polarizationOffset: 5 }, /needs --polarization-factor/],
  ['the reach of no dummy', { poni: poni({}), deltaDummy: 1 }, /needs --dummy/],
  ['whole rings by scattering', { poni: poni({}), method: 'scatter', average: 'median' }, /leave --method scatter out/],
  ['a normalization of nothing', { poni: poni({}), normalizationFactor: 0 }, /normalization/],
];

describe('what azimuthal refuses, and how', () => {
  it.each(cases)('%s', async (_, values, said) => {
    const error = await errorOf(values);
    expect(error.message).toMatch(said);
    expect(['UsageError', 'SourceError']).toContain(error.name);
  });

  it('frames that are no images', async () => {
    const series = openArray([4, 100], new Float32Array(400), { frameRank: 1 });
    await expect(run('azimuthal', series, { values: { poni: poni({}) } })).rejects.toThrow(/images/);
  });

  it('a file of something else as PONI', async () => {
    const path = join(folder, 'not.poni');
    writeFileSync(path, new Uint8Array(5000).fill(200));
    expect((await errorOf({ poni: path })).message).toMatch(/Distance|distance/);
  });
});
