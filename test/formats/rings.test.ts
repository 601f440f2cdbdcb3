import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { viewOf } from '../../dist/core/dtype.js';
import type { RawValues } from '../../dist/core/params.js';
import type { SourceHandle } from '../../dist/core/source.js';
import { frameBytes, framePixels, makeStack } from '../../dist/core/stack.js';
import {
  attachSynthetic,
  openSynthetic,
  syntheticCompanions,
  syntheticTruth,
} from '../../dist/formats/synthetic/index.js';
import { pixelMap } from '../../dist/formats/synthetic/rings-geometry.js';
import { cubicLines } from '../../dist/formats/synthetic/rings-lines.js';
import { fanfold } from '../cli/fanfold.js';
import { python, pythonHas } from './python.js';

const golden: { pixels: [number, number][]; twoTheta: number[]; solidAngle: number[]; q: number[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../golden/formats/rings.json'), 'utf8'),
);
const GEOMETRY = {
  pixelSize: '3e-4,2e-4',
  beamCenter: '21.5,40.25',
  rotation: '0.21,-0.13,0.4',
  distance: 0.12,
  wavelength: 7e-11,
};

function open(shape: readonly number[], raw: RawValues, dtype?: string, seed = 1) {
  const { handle } = openSynthetic('rings', shape, dtype, seed, raw);
  if (handle.kind !== 'generated') throw new Error('not generated');
  return handle;
}

function frame(handle: Extract<SourceHandle, { kind: 'generated' }>, n = 0) {
  const bytes = new Uint8Array(frameBytes(handle.stack));
  attachSynthetic(handle).read(n, 1, bytes);
  return viewOf(handle.stack.dtype, bytes.buffer, 0, framePixels(handle.stack));
}

describe('the geometry of rings', () => {
  it('is that of pyFAI for three rotations and two pixel sizes', () => {
    const { twoTheta, solidAngle } = pixelMap(makeStack([60, 70], 'uint32', 2), {
      distance: 0.12,
      poni: [21.5 * 3e-4, 40.25 * 2e-4],
      pixel: [3e-4, 2e-4],
      rotations: [0.21, -0.13, 0.4],
      wavelength: 7e-11,
    });
    for (const [i, [row, column]] of golden.pixels.entries()) {
      // pyFAI works out positions of pixels in float32
      expect(twoTheta[row * 70 + column]).toBeCloseTo(golden.twoTheta[i] ?? -1, 6);
      expect(solidAngle[row * 70 + column]).toBeCloseTo(golden.solidAngle[i] ?? -1, 6);
    }
  });

  it('is written as a PONI of version 2, with full precision', () => {
    const [poni] = syntheticCompanions(open([60, 70], GEOMETRY));
    expect(poni?.extension).toBe('.poni');
    expect(poni?.text).toMatch(/^poni_version: 2$/m);
    expect(poni?.text).toContain('{"pixel1":0.0003,"pixel2":0.0002,"max_shape":[60,70]}');
    expect(poni?.text).toMatch(/^Distance: 0.12\nPoni1: 0.0064[45]\d*\nPoni2: 0.0080[45]\d*$/m);
    expect(poni?.text).toMatch(/^Rot1: 0.21\nRot2: -0.13\nRot3: 0.4\nWavelength: 7e-11$/m);
  });

  it('gives positions in angle, q and r', () => {
    const angles = [10, 12.5, 17.25];
    const [angle, q, r, height] = syntheticTruth(open([60, 70], { ...GEOMETRY, rings: angles }));
    for (const [i, expected] of angles.entries()) expect(angle?.data[i]).toBeCloseTo(expected, 12);
    for (const [i, expected] of golden.q.entries()) expect(q?.data[i]).toBeCloseTo(expected, 9);
    expect(r?.data[1]).toBeCloseTo(120 * Math.tan((12.5 * Math.PI) / 180), 9);
    expect(Array.from(height?.data ?? [])).toEqual([1, 1, 1]);
    expect([angle?.unit, q?.unit, r?.unit]).toEqual(['deg', 'nm^-1', 'mm']);
  });

  it('names only rings that the detector sees', () => {
    const [angle] = syntheticTruth(open([60, 70], { ...GEOMETRY, rings: '12,80' }));
    expect(angle?.data.length).toBe(1);
  });
});

describe('lines of cubic powders', () => {
  it.each([
    ['P', [1, 2, 3, 4, 5, 6, 8, 9], [6, 12, 8, 6, 24, 24, 12, 30]],
    ['I', [2, 4, 6, 8, 10], [12, 6, 24, 12, 24]],
    ['F', [3, 4, 8, 11, 12, 16, 19], [8, 6, 12, 24, 8, 6, 24]],
    ['diamond', [3, 8, 11, 16, 19, 24], [8, 12, 24, 6, 24, 24]],
  ] as const)('%s has the reflections and multiplicities of the tables', (centring, sums, weights) => {
    const [edge, wavelength] = [5.4, 0.3];
    const lines = cubicLines(edge, centring, wavelength, sums.length);
    const spacing = lines.map(({ twoTheta }) => ((2 * edge * Math.sin(twoTheta / 2)) / wavelength) ** 2);
    for (const [i, sum] of sums.entries()) expect(spacing[i]).toBeCloseTo(sum, 9);
    const unfaded = lines.map(({ height }, i) => height * Math.exp((0.6 * (sums[i] ?? 0)) / (2 * edge * edge)));
    for (const [i, weight] of weights.entries())
      expect((unfaded[i] ?? 0) / (unfaded[0] ?? 1)).toBeCloseTo(weight / weights[0], 9);
  });

  it('end where the wavelength is too long', () => {
    expect(cubicLines(3, 'P', 4, 20).length).toBe(2);
  });
});

describe('frames of rings', () => {
  it('without noise, are peak and background times the solid angle', () => {
    const raw = { ...GEOMETRY, rings: 14, width: 0.5, peak: 40, background: 3, expectation: true };
    const handle = open([60, 70], raw);
    const pixels = frame(handle);
    const { twoTheta, solidAngle } = pixelMap(handle.stack, {
      distance: 0.12,
      poni: [21.5 * 3e-4, 40.25 * 2e-4],
      pixel: [3e-4, 2e-4],
      rotations: [0.21, -0.13, 0.4],
      wavelength: 7e-11,
    });
    for (let p = 0; p < pixels.length; p++) {
      const away = ((twoTheta[p] ?? 0) * 180) / Math.PI - 14;
      const mean = 3 + 40 * 2 ** -((away / 0.25) ** 2);
      expect(pixels[p]).toBeCloseTo(mean * (solidAngle[p] ?? 0), 3);
    }
  });

  it('scatter about their expectation as counts do', () => {
    const raw = { ...GEOMETRY, peak: 30, background: 5 };
    const expected = frame(open([60, 70], { ...raw, expectation: true }));
    const handle = open([20, 60, 70], raw);
    let chi = 0;
    for (let n = 0; n < 20; n++) {
      const counts = frame(handle, n);
      for (let p = 0; p < counts.length; p++) chi += ((counts[p] ?? 0) - (expected[p] ?? 0)) ** 2 / (expected[p] ?? 1);
    }
    expect(Math.abs(chi / (20 * 4200) - 1)).toBeLessThan(0.03);
  });

  it.each([
    ['uint32', 2 ** 32 - 1],
    ['uint16', 65535],
    ['int32', -1],
    ['float32', -1],
  ] as const)('of %s hold %d in gaps between modules', (dtype, dummy) => {
    const pixels = frame(open([60, 70], { modules: '20,30,5,3' }, dtype));
    for (let y = 0; y < 60; y++)
      for (let x = 0; x < 70; x++)
        expect(pixels[y * 70 + x] === dummy).toBe(
          (y >= 20 && y < 25) || (y >= 45 && y < 50) || (x >= 30 && x < 33) || (x >= 63 && x < 66),
        );
  });

  it.each([
    [{ rings: '0,5' }, /--rings takes angles/],
    [{ modules: '0,5,1,1' }, /--modules takes whole numbers/],
    [{ modules: '5,5,1,1', dummy: 0.5 }, /--dummy 0.5 is no value that uint32/],
    [{ pixelSize: '0,1e-4' }, /--pixel-size takes two sizes/],
    [{ peak: 1e9, background: 4e9 }, /must be between|does not fit/],
  ])('refuse %o', (raw, message) => {
    expect(() => open([60, 70], raw)).toThrow(message);
  });

  it('refuse fractions of counts in integers, and counts that do not fit', () => {
    expect(() => open([60, 70], { expectation: true }, 'uint16')).toThrow(/Use float32/);
    expect(() => open([60, 70], { rings: '3,3.001', peak: 40000 }, 'uint16')).toThrow(/Use --dtype uint32/);
  });
});

describe('fanfold make --kind rings', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rings-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const make = (...args: string[]) => fanfold(folder, 'make', ...args, '--kind', 'rings', '-q');

  it('writes the same bytes for any number of workers, with PONI and peaks beside them', () => {
    const raw = ['--pixel-size', '2e-3,2e-3', '--seed', '5'];
    expect(make('6x50x60', join(folder, 'a.h5'), ...raw, '--workers', '1')).toMatchObject({ code: 0 });
    expect(make('6x50x60', join(folder, 'b.h5'), ...raw, '--workers', '2')).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'a.h5')).equals(readFileSync(join(folder, 'b.h5')))).toBe(true);
    expect(readFileSync(join(folder, 'a.poni'), 'utf8')).toContain('Distance: 0.15');
    const table = readFileSync(join(folder, 'a.peaks.csv'), 'utf8').split('\n');
    expect(table.find((line) => !line.startsWith('#'))).toBe('ring,2th (deg),q (nm^-1),r (mm),height');
  });

  it('knows detectors by name, and says both shapes when they differ', () => {
    const { code } = make('1', join(folder, 'c.npy'), '--detector', 'Pilatus 100k', '--dtype', 'int32');
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'c.poni'), 'utf8')).toMatch(/^Detector: Pilatus100k\nDetector_config: \{\}$/m);
    const wrong = make('2x100x100', join(folder, 'd.npy'), '--detector', 'pilatus1m');
    expect(wrong.stderr).toMatch(/1043 x 981 pixels, but the shape is 2 x 100 x 100/);
    const unknown = make('2', join(folder, 'd.npy'), '--detector', 'eigr4m');
    expect(unknown.stderr).toMatch(/no detector 'eigr4m'. Did you mean/);
  });

  it.runIf(pythonHas('pyFAI, h5py', 'generated rings integrated by pyFAI'))(
    'puts rings where pyFAI finds them with the PONI that was written',
    { timeout: 90_000 },
    () => {
      const out = join(folder, 'e.h5');
      const args = ['--pixel-size', '1.5e-4,1e-4', '--beam-center', '90.25,110.5', '--rotation', '0.03,-0.02,0.3'];
      const light = [
        '--distance',
        '0.09',
        '--width',
        '0.25',
        '--peak',
        '4000',
        '--wavelength',
        '4e-11',
        '--lines',
        '6',
      ];
      expect(make('3x260x320', out, ...args, ...light)).toMatchObject({ code: 0 });
      const program = `import sys, json, logging, h5py, numpy as np, pyFAI
logging.disable(logging.CRITICAL)
ai = pyFAI.load(sys.argv[1] + '.poni')
image = h5py.File(sys.argv[1] + '.h5')['data'][()].astype('f8').mean(0)
rows = [line.split(',') for line in open(sys.argv[1] + '.peaks.csv') if line[0] != '#'][1:]
out = []
for unit, column in (('2th_deg', 1), ('q_nm^-1', 2)):
    x, y = ai.integrate1d(image, 1500, unit=unit, method=('full', 'csr', 'cython'))
    scale = 1 if column == 1 else ai.wavelength * 1e9 / (4 * np.pi) * 360 / np.pi
    for row in rows:
        near = abs(x - float(row[column])) * scale < 0.35
        height = np.clip(y[near] - 5, 0, None)
        out.append([float((x[near] * height).sum() / height.sum() - float(row[column])) * scale, float(y[near].max() - 5) / 4000, float(row[4])])
print(json.dumps(out))`;
      const found: [number, number, number][] = JSON.parse(python(program, out.replace(/\.h5$/, '')));
      expect(found.length).toBeGreaterThan(7);
      for (const [away, height, announced] of found) {
        // A pixel is 0.06 to 0.1 degrees wide.
        expect(Math.abs(away)).toBeLessThan(0.006);
        expect(Math.abs(height / announced - 1)).toBeLessThan(0.08);
      }
    },
  );
});
