import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { angleOf } from '../../../dist/operators/azimuthal/geometry/angle.js';
import { poniFromDetector } from '../../../dist/operators/azimuthal/geometry/from-detector.js';
import { type GeometryRow, makeGeometry } from '../../../dist/operators/azimuthal/geometry/geometry.js';
import { polarization } from '../../../dist/operators/azimuthal/geometry/polarization.js';
import type { Poni } from '../../../dist/operators/azimuthal/geometry/poni.js';
import { solidAngle } from '../../../dist/operators/azimuthal/geometry/solid-angle.js';

interface Space {
  readonly centre: number[];
  readonly delta: number[];
  readonly corners: number[][];
}
interface Values {
  readonly '2th': Space;
  readonly q: Space;
  readonly r: Space;
  readonly chi: number[];
  readonly dchi: number[];
  readonly cornerChi: number[][];
  readonly solidAngle: number[];
  readonly polarized: number[];
}
interface Case {
  readonly name: string;
  readonly dist: number;
  readonly poni: readonly [number, number];
  readonly rot: readonly [number, number, number];
  readonly wavelength: number;
  readonly pixel: readonly [number, number];
  readonly shape: readonly [number, number];
  readonly orientation: 1 | 2 | 3 | 4;
  readonly polarization: readonly [number, number];
  readonly pixels: readonly (readonly [number, number])[];
  readonly exact: Values;
  readonly pyfai: Values;
}

// Made by numpy, see azimuthal-geometry.py beside it.
const { cases } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/azimuthal-geometry.json'), 'utf8'),
) as { readonly cases: readonly Case[] };

function poniOf({ dist, poni, rot, wavelength, pixel, orientation }: Case): Poni {
  return {
    distance: dist,
    poni1: poni[0],
    poni2: poni[1],
    rot1: rot[0],
    rot2: rot[1],
    rot3: rot[2],
    wavelength,
    pixel1: pixel[0],
    pixel2: pixel[1],
    shape: null,
    detector: null,
    orientation,
  };
}

const around = (upper: Float64Array, lower: Float64Array, j: number) =>
  [upper[j], lower[j], lower[j + 1], upper[j + 1]].map(Number);

/** What the rows give for the pixels of a case, in their order; azimuths, which are the same in all spaces, only with distances. */
function sample(one: Case, space: '2th' | 'q' | 'r', precision: 'exact' | 'pyfai') {
  const { pixels, shape } = one;
  const found = pixels.map(() => ({ centre: 0, delta: 0, chi: 0, dchi: 0, corners: [0], cornerChi: [0] }));
  const wants = { delta: true, chi: space === 'r', dchi: space === 'r', corners: true };
  const take = ({ row, centre, delta, chi, dchi, upper, lower, upperChi, lowerChi }: GeometryRow) => {
    pixels.forEach(([i, j], k) => {
      if (i !== row) return;
      const at = (array: Float64Array) => Number(array[j]);
      const corners = around(upper, lower, j);
      const cornerChi = around(upperChi, lowerChi, j);
      found[k] = { centre: at(centre), delta: at(delta), chi: at(chi), dchi: at(dchi), corners, cornerChi };
    });
  };
  makeGeometry(poniOf(one), shape, space, precision).eachRow(wants, take);
  return found;
}

/** Largest difference, in the unit of the values. */
function apart(got: readonly number[], want: readonly number[]): number {
  expect(got.length).toBe(want.length);
  return got.reduce((most, value, k) => Math.max(most, Math.abs(value - (want[k] ?? Number.NaN))), 0);
}

/** The smallest difference that matters: rounding of coordinates of the size of the detector, seen from the sample. */
function rounding({ dist, pixel, shape, poni, wavelength }: Case, space: '2th' | 'q' | 'r'): number {
  const reach = dist + pixel[0] * shape[0] + pixel[1] * shape[1] + Math.abs(poni[0]) + Math.abs(poni[1]);
  const angle = (8 * 2 ** -53 * reach) / dist;
  return space === 'r' ? angle * dist : space === '2th' ? angle : (angle * 4e-9 * Math.PI) / wavelength;
}

describe.each(cases)('geometry: $name', (one) => {
  describe.each(['2th', 'q', 'r'] as const)('%s', (space) => {
    it('equals numpy in float64', () => {
      const found = sample(one, space, 'exact');
      const want = one.exact[space];
      const close = rounding(one, space);
      for (const [k, value] of want.centre.entries()) {
        const { centre = 0, delta = 0, corners = [] } = found[k] ?? {};
        expect(Math.abs(centre - value)).toBeLessThan(1e-12 * value);
        expect(Math.abs(delta - (want.delta[k] ?? 0))).toBeLessThan(close);
        expect(apart(corners, want.corners[k] ?? [])).toBeLessThan(close);
      }
    });

    it('takes the float32 steps of pyFAI', () => {
      const found = sample(one, space, 'pyfai');
      const want = one.pyfai[space];
      const close = rounding(one, space);
      for (const [k, value] of want.centre.entries()) {
        const { centre = 0, delta = 0, corners = [] } = found[k] ?? {};
        expect(Math.abs(centre - value)).toBeLessThan(1e-12 * value);
        // Corners are float32: the same number, or a difference of 1e-7.
        expect(corners).toEqual(want.corners[k]);
        expect(Math.abs(delta - (want.delta[k] ?? 0))).toBeLessThan(close);
      }
    });
  });

  it.each(['exact', 'pyfai'] as const)('azimuths, solid angle and polarization (%s)', (precision) => {
    const found = sample(one, 'r', precision);
    const want = one[precision];
    found.forEach(({ chi, dchi, cornerChi }, k) => {
      expect(chi).toBeCloseTo(want.chi[k] ?? Number.NaN, 10);
      expect(dchi).toBeCloseTo(want.dchi[k] ?? Number.NaN, 10);
      if (precision === 'pyfai') expect(cornerChi).toEqual(want.cornerChi[k]);
      else expect(apart(cornerChi, want.cornerChi[k] ?? [])).toBeLessThan(1e-10);
    });
    const geometry = makeGeometry(poniOf(one), one.shape, 'r', precision);
    const at = (image: Float32Array) => one.pixels.map(([i, j]) => image[i * one.shape[1] + j]);
    expect(at(solidAngle(geometry))).toEqual(want.solidAngle);
    const [factor, offset] = one.polarization;
    expect(at(polarization(geometry, factor, offset))).toEqual(want.polarized);
  });
});

describe('geometry', () => {
  const plain = poniFromDetector({ distance: 0.1, beamCenter: [4, 5], pixelSize: [1e-4, 2e-4] });

  it('stands straight for what a file says of its detector', () => {
    expect(plain).toMatchObject({ poni1: 4e-4, poni2: 1e-3, rot1: 0, wavelength: null, orientation: 3 });
    const named = poniFromDetector({ name: 'Eiger 4M', distance: 0.1, beamCenter: [1, 2], wavelength: 1e-10 });
    expect(named).toMatchObject({ pixel1: 75e-6, detector: 'Eiger4M', wavelength: 1e-10 });
  });

  it('says everything that is missing', () => {
    expect(() => poniFromDetector({})).toThrow(/distance .*, the beam centre .*, or the pixel size .*Give --poni/);
    expect(() => poniFromDetector({ distance: 1, pixelSize: [1, 1] })).toThrow(
      /nothing says the beam centre \(--beam-center\)\./,
    );
    expect(() => poniFromDetector({ distance: 0, pixelSize: [1, 1], beamCenter: [0, 0] })).toThrow(
      /impossible: distance 0 m/,
    );
    expect(() => poniFromDetector({ distance: 1, pixelSize: [1, Number.NaN], beamCenter: [0, 0] })).toThrow(
      /impossible/,
    );
  });

  it('needs a wavelength for q alone', () => {
    expect(() => makeGeometry(plain, [8, 9], 'q', 'exact')).toThrow(/has no wavelength/);
    expect(() => makeGeometry(plain, [8, 9], '2th', 'exact')).not.toThrow();
  });

  it('visits every row once, in order', () => {
    const rows: number[] = [];
    const nothing = { delta: false, chi: false, dchi: false, corners: false };
    makeGeometry(plain, [8, 9], 'r', 'exact').eachRow(nothing, ({ row }) => rows.push(row));
    expect(rows).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('turns an image when the detector is turned', () => {
    const radii = (orientation: 1 | 2 | 3 | 4) => {
      const values: number[][] = [];
      const nothing = { delta: false, chi: false, dchi: false, corners: false };
      makeGeometry({ ...plain, orientation }, [8, 9], 'r', 'exact').eachRow(nothing, ({ centre }) =>
        values.push([...centre]),
      );
      return values;
    };
    const usual = radii(3);
    expect(radii(2)).toEqual(usual.toReversed());
    expect(radii(4)).toEqual(usual.map((row) => row.toReversed()));
    expect(radii(1)).toEqual(usual.toReversed().map((row) => row.toReversed()));
  });

  it('has angles as atan2 has them', () => {
    const side = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });
    const some = fc.oneof(side, fc.constantFrom(0, -0, 1, -1, 1e-300, -1e-300));
    const agrees = (y: number, x: number) => {
      const want = Math.atan2(y, x);
      // The sign of a zero x matters at no angle but that of the origin itself.
      if (y === 0 && x === 0) return;
      expect(Math.abs(angleOf(y, x) - want)).toBeLessThanOrEqual(2 ** -51 * Math.abs(want));
    };
    fc.assert(fc.property(some, some, agrees), { numRuns: 5000 });
    for (const x of [1, -1]) for (const y of [0, -0]) expect(angleOf(y, x)).toBe(Math.atan2(y, x));
  });
});
