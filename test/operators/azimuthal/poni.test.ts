import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../dist/core/errors.js';
import { detectorNames, findDetector } from '../../../dist/operators/azimuthal/geometry/detectors.js';
import { type Poni, readPoni, writePoni } from '../../../dist/operators/azimuthal/geometry/poni.js';

const VERSION_1 = [
  '# Nota: C-Order, 1 refers to the Y axis, 2 to the X axis ',
  'PixelSize1: 0.000172',
  'PixelSize2: 0.0001',
  'Distance: 0.2',
  'Poni1: 0.08',
  'Poni2: -0.07',
  'Rot1: -0.02',
  'Rot2: 0.004',
  'Rot3: -2.77e-08',
  'SplineFile: None',
  'Wavelength: 4e-11',
].join('\n');

const VERSION_2 = [
  'poni_version: 2',
  'Detector: Detector',
  'Detector_config: {"pixel1": 5e-05, "pixel2": 6e-05, "max_shape": [100, 120]}',
  ...['Distance: 0.3', 'Poni1: 0.01', 'Poni2: 0.02', 'Rot1: 0', 'Rot2: 0', 'Rot3: 0'],
].join('\n');

const read = (text: string) => readPoni(text, 'a.poni');
const withConfig = (config: string, detector = 'Detector') =>
  VERSION_2.replace(/^Detector: .*$/m, `Detector: ${detector}`).replace(
    /^Detector_config: .*$/m,
    `Detector_config: ${config}`,
  );
const without = (key: string, text = VERSION_1) => text.replace(new RegExp(`^${key}:.*$`, 'm'), '');

describe('PONI files', () => {
  it('of version 1', () => {
    expect(read(VERSION_1)).toEqual({
      distance: 0.2,
      poni1: 0.08,
      poni2: -0.07,
      rot1: -0.02,
      rot2: 0.004,
      rot3: -2.77e-8,
      wavelength: 4e-11,
      pixel1: 0.000172,
      pixel2: 0.0001,
      shape: null,
      detector: null,
      orientation: 3,
    });
  });

  it('of version 2', () => {
    expect(read(VERSION_2)).toMatchObject({
      pixel1: 5e-5,
      pixel2: 6e-5,
      shape: [100, 120],
      wavelength: null,
      detector: null,
    });
    expect(read(withConfig('{}', 'Eiger4M'))).toMatchObject({
      pixel1: 75e-6,
      shape: [2167, 2070],
      detector: 'Eiger4M',
    });
    expect(read(without('Detector_config', withConfig('{}', 'pilatus_1m')))).toMatchObject({ detector: 'Pilatus1M' });
    expect(read(withConfig('{"max_shape": [551, 1030]}', 'Eiger1M')).shape).toEqual([551, 1030]);
  });

  it('of version 2.1, with the orientation', () => {
    const text = (orientation: number) =>
      withConfig(`{"orientation": ${orientation}}`, 'Eiger2CdTe_1M').replace('poni_version: 2', 'poni_version: 2.1');
    expect([0, 1, 2, 3, 4].map((orientation) => read(text(orientation)).orientation)).toEqual([3, 1, 2, 3, 4]);
  });

  it('take the last line of a key, whatever its case; comments say nothing', () => {
    const text = `${VERSION_1}\n# Distance: 7\nDISTANCE: 0.5\r\nwavelength: None\nnot a line\nRot1: 1e-3 # rad\n`;
    expect(read(`\uFEFF${text}`)).toMatchObject({ distance: 0.5, wavelength: null, rot1: 0.001 });
    expect(read(without('Distance', `${VERSION_1}\ndist: 0.7`)).distance).toBe(0.7);
  });

  it('of a binned detector keep neither its shape nor its gaps', () => {
    const binned = read(withConfig('{"pixel1": 0.000344, "pixel2": 0.000344}', 'Pilatus1M'));
    expect(binned).toMatchObject({ detector: null, shape: null, pixel1: 0.000344 });
    const measured = read(withConfig('{"pixel1": 0.00017201, "pixel2": 0.000172}', 'Pilatus1M'));
    expect(measured).toMatchObject({ detector: 'Pilatus1M', shape: [1043, 981] });
  });

  it('name a detector that is not known when they say its pixels', () => {
    const named = read(withConfig('{"pixel1": 1e-5, "pixel2": 1e-5}', 'Basler'));
    expect(named).toMatchObject({ detector: 'Basler', shape: null, pixel1: 1e-5 });
  });

  it.each([
    ['', /a\.poni: this is not a PONI file/],
    ['\x89HDF\r\n\x1a\n', /not a PONI file/],
    [without('Distance'), /'Distance:' is missing/],
    [without('Poni1'), /'Poni1:' is missing/],
    [without('Poni2'), /'Poni2:' is missing/],
    [without('Rot3'), /'Rot3:' is missing/],
    [without('PixelSize2'), /no pixel size/],
    [`${VERSION_1}\nDistance: 0`, /distance is 0 m; it must be above 0/],
    [`${VERSION_1}\nDistance: -0.1`, /distance is -0.1 m/],
    [`${VERSION_1}\nDistance: nan`, /Distance is 'nan'/],
    [`${VERSION_1}\nDistance: 1e999`, /not a finite number/],
    [`${VERSION_1}\nDistance: 0x10`, /not a finite number/],
    [`${VERSION_1}\nRot1: inf`, /Rot1 is 'inf'/],
    [`${VERSION_1}\nRot2:`, /Rot2 is ''/],
    [`${VERSION_1}\nPoni1: None`, /Poni1 is 'None'/],
    [`${VERSION_1}\nWavelength: 0`, /wavelength is 0 m/],
    [`${VERSION_1}\nWavelength: 1 A`, /Wavelength is '1 A'/],
    [`${VERSION_1}\nPixelSize1: -1e-4`, /pixel1 is -0.0001 m/],
    [`${VERSION_1}\nSplineFile: /data/frelon.spline`, /displaced by the file \/data\/frelon\.spline/],
    [`${VERSION_1}\nDetector: Xpad_flat`, /Xpad_flat is not a plain grid/],
    [`${VERSION_1}\nponi_version: 3`, /version 3, but only versions 1, 2 and 2\.1 are read; version 3 describes thick/],
    [`${VERSION_1}\nponi_version: 17`, /version 17, but only/],
    [`${VERSION_1}\nponi_version: two`, /poni_version is 'two'/],
    [withConfig('{"pixel1": 5e-05,'), /not valid JSON/],
    [withConfig('[1, 2]'), /must be an object/],
    [withConfig('null'), /must be an object/],
    [withConfig('{}'), /no pixel size/],
    [withConfig('{"pixel1": 0, "pixel2": 1e-4}'), /pixel1 is 0 m/],
    [withConfig('{"pixel1": "wide", "pixel2": 1e-4}'), /pixel size pixel1 is 'wide'/],
    [withConfig('{"pixel1": 1e-4, "pixel2": 1e999}'), /pixel2 is Infinity m/],
    [withConfig('{"pixel1": 1e-4, "pixel2": [1]}'), /pixel2 is '\[1\]'/],
    [withConfig('{"pixel1": 1e-4, "pixel2": 1e-4, "max_shape": [10]}'), /max_shape is \[10\]/],
    [withConfig('{"pixel1": 1e-4, "pixel2": 1e-4, "max_shape": [10, -1]}'), /max_shape is \[10,-1\]/],
    [withConfig('{"pixel1": 1e-4, "pixel2": 1e-4, "orientation": 5}'), /orientation of the detector is 5/],
    [withConfig('{"pixel1": 1e-4, "pixel2": 1e-4, "splineFile": "a.spline"}'), /displaced by the file a\.spline/],
    [withConfig('{"x_offset_file": "x.edf", "y_offset_file": "y.edf"}', 'Pilatus6M'), /displaced by the file x\.edf/],
    [withConfig('{"filename": "xpad.h5"}', 'NexusDetector'), /NexusDetector is not a plain grid/],
    [withConfig('{}', 'Pixirad1'), /Pixirad1 is not a plain grid/],
    [withConfig('{}', 'Aarhus'), /Aarhus is not a plain grid/],
    [withConfig('{}', 'Eiger5M'), /no detector 'Eiger5M' here\. Did you mean Eiger/],
  ])('%#: refuses %j', (text, message) => {
    expect(() => read(text)).toThrow(UsageError);
    expect(() => read(text)).toThrow(message);
  });

  const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e3, max: 1e3 }).map((value) => value + 0);
  const positive = fc.double({ noNaN: true, min: 1e-12, max: 1e3 });
  const orientation = fc.constantFrom(1, 2, 3, 4);
  const placed = {
    distance: positive,
    poni1: finite,
    poni2: finite,
    rot1: finite,
    rot2: finite,
    rot3: finite,
    orientation,
  };
  const wavelength = fc.option(positive);
  const extent = fc.integer({ min: 1, max: 20000 });
  const plain = fc.record({
    ...placed,
    wavelength,
    pixel1: positive,
    pixel2: positive,
    shape: fc.option(fc.tuple(extent, extent)),
    detector: fc.constant(null),
  }) satisfies fc.Arbitrary<Poni>;
  const named = fc
    .tuple(fc.record({ ...placed, wavelength }), fc.constantFrom(...detectorNames()))
    .map(([place, detector]): Poni => {
      const { pixel: [pixel1, pixel2] = [0, 0], shape = null } = findDetector(detector) ?? {};
      return { ...place, pixel1, pixel2, shape, detector };
    });

  it('read back as they were written', () => {
    const check = (poni: Poni) => {
      expect(read(writePoni(poni))).toEqual({ ...poni });
    };
    fc.assert(fc.property(fc.oneof(plain, named), check));
  });

  it('read in any order and any case of the lines', () => {
    const shuffled = fc.tuple(
      fc.shuffledSubarray(VERSION_2.split('\n'), { minLength: 9 }),
      fc.infiniteStream(fc.boolean()),
    );
    const check = ([lines, upper]: [string[], Iterator<boolean>]) => {
      const text = lines.map((line) => (upper.next().value ? line.replace(/^\w+/, (key) => key.toUpperCase()) : line));
      expect(read(text.join('\r\n'))).toEqual(read(VERSION_2));
    };
    fc.assert(fc.property(shuffled, ([lines, upper]) => check([lines, upper])));
  });

  it('end in a UsageError, or in numbers that can be used, whatever is damaged', () => {
    const damage = fc.tuple(fc.nat(VERSION_2.length), fc.nat(20), fc.string({ maxLength: 10 }));
    const check = ([at, cut, insert]: [number, number, string]) => {
      let poni: Poni;
      try {
        poni = read(VERSION_2.slice(0, at) + insert + VERSION_2.slice(at + cut));
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        return;
      }
      const { distance, pixel1, pixel2, poni1, poni2, rot1, rot2, rot3 } = poni;
      for (const length of [distance, pixel1, pixel2]) expect(length).toBeGreaterThan(0);
      for (const value of [distance, pixel1, pixel2, poni1, poni2, rot1, rot2, rot3])
        expect(value).toSatisfy(Number.isFinite);
    };
    fc.assert(fc.property(damage, check), { numRuns: 1000 });
  });
});

const folder = join(import.meta.dirname, '../../../../shared/data/xrd');
const isThere = existsSync(folder);
if (!isThere) console.log(`real PONI files are not tested: ${folder} is not there`);

describe.runIf(isThere)('real PONI files', () => {
  it.each([
    [
      'ceo2_pilatus1m',
      { distance: 0.208651380603, pixel1: 172e-6, rot3: -2.77645988275e-8, wavelength: 4.066e-11, shape: null },
    ],
    ['lambda_m1', { poni2: 0.1406706729173325, pixel2: 5.4999999999999995e-5, shape: null }],
    ['pixium_ti64', { distance: 1.1938977457995166, rot1: -0.0029150176267784067, pixel1: 0.000296 }],
    ['synthetic_tilt', { poni1: 0.026624000000000002, rot1: 0.2, rot2: -0.1, rot3: 0.3, shape: [256, 256] }],
  ])('%s', (name, expected) => {
    const poni = readPoni(readFileSync(join(folder, `${name}.poni`), 'utf8'), name);
    expect(poni).toMatchObject({ ...expected, detector: null, orientation: 3 });
    expect(readPoni(writePoni(poni), name)).toEqual(poni);
  });
});
