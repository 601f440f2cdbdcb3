import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SourceError } from '../../dist/core/errors.js';
import type { DetectorFacts } from '../../dist/core/source.js';
import { openHdf5 } from '../../dist/formats/hdf5/index.js';
import { python, pythonHas } from './python.js';

const hasH5py = pythonHas('h5py', 'detector facts of files that h5py writes');
const shared = join(import.meta.dirname, '../../../shared/data');
const arina = join(shared, 'hdf5/check-licence/rosettasciio/test_00_master.h5');
const lambda = join(shared, 'xrd/lambda_m1_part00002.nxs');
const pixium = join(shared, 'xrd/pixium_ti64.h5');
const isThere = [arina, lambda, pixium].every((path) => existsSync(path));
if (!isThere) process.stderr.write(`not run: facts of real detectors (${shared} is not there)\n`);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fanfold-facts-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEAD = `
import sys, h5py, numpy as np
f = h5py.File(sys.argv[1], 'w')
e = f.create_group('entry'); e.attrs['NX_class'] = 'NXentry'
d = e.create_group('instrument/detector'); d.attrs['NX_class'] = 'NXdetector'
e['instrument'].attrs['NX_class'] = 'NXinstrument'
e.create_dataset('data/data', data=np.arange(2*6*8, dtype='u2').reshape(2, 6, 8))
def put(name, value, units=None, group=d, **k):
    group.create_dataset(name, data=value, **k)
    if units is not None: group[name].attrs['units'] = units
`;

let made = 0;
/** Opens a file that a Python program made behind `HEAD`. */
function opened(program: string) {
  const path = join(folder, `made${made++}.h5`);
  python(`${HEAD}\n${program}\nf.close()`, path);
  return { path, source: openHdf5(path) };
}

const close = (facts: DetectorFacts | undefined, key: 'distance' | 'wavelength', value: number): void =>
  expect(facts?.[key]).toBeCloseTo(value, 18);

describe.runIf(hasH5py)('what a file says about its detector', () => {
  test('pixel sizes, distance, beam centre and wavelength, with their units', () => {
    const { path, source } = opened(`
put('description', 'Dectris Eiger 4M')
put('x_pixel_size', 75.0, 'um'); put('y_pixel_size', 0.0001, 'm')
put('detector_distance', 152.5, 'mm')
put('beam_center_x', 1034.25, 'pixel'); put('beam_center_y', 1066.5, 'pixel')
put('detectorSpecific/pixel_mask', np.zeros((6, 8), 'u4'), compression='gzip')
put('incident_wavelength', np.float32(0.9801122), 'angstrom', e.create_group('instrument/beam'))
`);
    const facts = source.detector;
    expect(facts?.name).toBe('Dectris Eiger 4M');
    expect(facts?.pixelSize?.[0]).toBeCloseTo(1e-4, 18);
    expect(facts?.pixelSize?.[1]).toBeCloseTo(75e-6, 18);
    close(facts, 'distance', 0.1525);
    expect(facts?.beamCenter).toEqual([1066.5, 1034.25]);
    close(facts, 'wavelength', Math.fround(0.9801122) * 1e-10);
    expect(facts?.mask).toBe(`${path}:/entry/instrument/detector/detectorSpecific/pixel_mask`);
    expect(source.notes[0]).toMatch(
      /^Detector Dectris Eiger 4M: pixels 100 x 75 um, distance 0\.1525 m, beam at row 1066\.5/,
    );
  });

  test.each([
    ['m', 1],
    ['mm', 1e-3],
    ['millimetres', 1e-3],
    ['Micrometer', 1e-6],
    ['\u00b5m', 1e-6],
    ['nm', 1e-9],
    ['\u00c5', 1e-10],
  ])('lengths in %s', (unit, metres) => {
    const value = 2e-5 / metres;
    const { source } = opened(`put('x_pixel_size', ${value}, '${unit}'); put('y_pixel_size', [${value}]*3, '${unit}')`);
    expect(source.detector?.pixelSize?.map((size) => size.toPrecision(12))).toEqual([
      '0.0000200000000000',
      '0.0000200000000000',
    ]);
  });

  test.each([
    ['12.4', 'keV', 12400],
    ['12400.0', 'eV', 12400],
    ['np.float32(9)', 'keV', 9000],
  ])('a photon energy of %s %s', (value, unit, energy) => {
    const { source } = opened(`put('detectorSpecific/photon_energy', ${value}, '${unit}')`);
    expect(source.detector?.wavelength).toBeCloseTo(12398.419843320026e-10 / energy, 17);
  });

  test('the monochromator, a beam centre given as lengths, text as variable and as arrays of one', () => {
    const { source } = opened(`
put('description', np.array([b'Lambda   '], 'S10'), chunks=(1,), maxshape=(None,))
put('x_pixel_size', [55.0], 'micrometer', chunks=(1,), maxshape=(None,))
put('y_pixel_size', [55.0], 'micrometer', chunks=(1,), maxshape=(None,))
put('beam_center_x', 5.5, 'mm'); put('beam_center_y', 0.0011, 'm')
m = e.create_group('instrument/monochromator')
put('wavelength', 0.0771, 'nm', m)
`);
    const { name, beamCenter, wavelength } = source.detector ?? {};
    expect(name).toBe('Lambda');
    expect(beamCenter?.[0]).toBeCloseTo(20, 10);
    expect(beamCenter?.[1]).toBeCloseTo(100, 10);
    expect(wavelength).toBeCloseTo(7.71e-11, 18);
  });

  test('the detector that links to the data, among several', () => {
    const { source } = opened(`
put('x_pixel_size', 1.0, 'um'); put('y_pixel_size', 1.0, 'um')
o = e.create_group('instrument/other'); o.attrs['NX_class'] = 'NXdetector'
put('x_pixel_size', 7.0, 'um', o); put('y_pixel_size', 7.0, 'um', o)
o['data'] = e['data/data']
`);
    expect(source.detector?.pixelSize).toEqual([7e-6, 7e-6]);
    const { source: lost } = opened(`
put('x_pixel_size', 1.0, 'um')
o = e.create_group('instrument/other'); o.attrs['NX_class'] = 'NXdetector'
put('x_pixel_size', 7.0, 'um', o)
`);
    expect(lost.detector).toBeUndefined();
    expect(lost.notes.join()).toContain('2 detectors are described');
  });

  test('masks of the shape of a frame, of one frame, and of neither', () => {
    expect(opened(`put('pixel_mask', np.ones((1, 6, 8), 'u4'))`).source.detector?.mask).toMatch(
      /detector\/pixel_mask$/,
    );
    expect(opened(`put('mask', np.ones((6, 8), 'u1'), group=e)`).source.detector?.mask).toMatch(/:\/entry\/mask$/);
    const { source } = opened(
      `put('pixel_mask', np.ones((8, 6), 'u4')); put('mask', np.ones((2, 6, 8), 'u1'), group=e)`,
    );
    expect(source.detector).toBeUndefined();
    expect(source.notes.join()).toContain(
      '/entry/instrument/detector/pixel_mask of 8 x 6 is no mask for frames of 6 x 8',
    );
  });

  test('an external link to a mask is named by the file it lies in', () => {
    const { source } = opened(`
g = h5py.File(sys.argv[1] + '.mask', 'w'); g['m'] = np.zeros((6, 8), 'u1'); g.close()
d['pixel_mask'] = h5py.ExternalLink(sys.argv[1] + '.mask', '/m')
`);
    expect(source.detector?.mask).toMatch(/made\d+\.h5\.mask:\/m$/);
  });

  test('what is not set, without a unit, of another unit, or impossible is left out and said', () => {
    const named = opened(`
put('description', 'X')
put('x_pixel_size', 75.0, 'furlong'); put('y_pixel_size', -5.0, 'um')
put('detector_distance', 0.0, 'm')
put('beam_center_x', 0.0, 'pixel'); put('beam_center_y', 0.0, 'pixel')
put('incident_wavelength', np.nan, 'angstrom', e.create_group('instrument/beam'))
put('detectorSpecific/photon_energy', 300.0, 'TeV')
`).source;
    expect(named.detector).toEqual({ name: 'X' });
    expect(named.notes.slice(1)).toEqual([
      'Not used: y_pixel_size of -5 um is impossible.',
      'Not used: x_pixel_size is in furlong, which is no length.',
      'Not used: detector_distance is 0: not set.',
      'Not used: the beam centre is 0, 0: not set.',
      'Not used: incident_wavelength is NaN.',
    ]);
  });

  test('an electron detector has no wavelength from its photon energy', () => {
    const { source } = opened(
      `put('description', 'Dectris ARINA CZT'); put('detectorSpecific/photon_energy', 300000.0, 'eV')`,
    );
    expect(source.detector).toEqual({ name: 'Dectris ARINA CZT' });
  });
});

describe.runIf(hasH5py)('hostile metadata', () => {
  test('kinds and sizes that no detector has', () => {
    const { source } = opened(`
put('description', 'Evil\\x1b[31m\\nname' + 'x' * 5000)
put('x_pixel_size', np.zeros((300, 300)), 'm')
put('y_pixel_size', 'seventy-five', 'um')
put('detector_distance', np.zeros(3, [('a', 'f4'), ('b', 'i4')]))
d['beam_center_x'] = h5py.SoftLink('/entry/instrument/detector/beam_center_x')
d['beam_center_y'] = h5py.ExternalLink('gone.h5', '/x')
put('pixel_mask', h5py.Empty('f4'))
d.create_group('detectorSpecific/nimages')
put('sequence_number', np.arange(100000))
b = e.create_group('instrument/beam')
put('incident_wavelength', [0.1, 0.2], 'nm', b)
put('wavelength', np.inf, 'nm', b)
put('energy', 1e-300, 'eV', b)
put('distance', 1.0, np.arange(5), d)
put('detectorSpecific/ntrigger', 1e308)
`);
    const { name } = source.detector ?? {};
    expect(source.detector).toEqual({ name });
    expect(name).toMatch(/^Evil \[31m name?x+\.\.\.$/);
    expect(name?.length).toBe(80);
    expect(source.notes).toContain('Not used: incident_wavelength holds 2 different values.');
    expect(source.notes).toContain('Not used: x_pixel_size holds 90000 values.');
    expect(source.handle.stack.stackShape).toEqual([2]);
  });

  test('what is not read is named with the reason', () => {
    const { source } = opened("put('sequence_number', np.arange(2), chunks=(2,), compression='gzip')");
    expect(source.notes).toContain('Not used: sequence_number is compressed.');
  });

  test('a long text of spaces takes no longer than other text', () => {
    const { path } = opened("put('description', np.array(b' ' * 150000 + b'x', 'S150001'))");
    const started = performance.now();
    openHdf5(path);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('an instrument that contains itself, and a detector without attributes', () => {
    const { source } = opened(`
del f['entry/instrument']
i = e.create_group('odd'); i.attrs['NX_class'] = 'NXinstrument'; i['again'] = i; i['up'] = e
c = i.create_group('camera'); c.attrs['NX_class'] = 'NXdetector'
put('x_pixel_size', 1.0, 'mm', c); put('y_pixel_size', 1.0, 'mm', c)
`);
    expect(source.detector?.pixelSize).toEqual([1e-3, 1e-3]);
  });

  test('bytes changed anywhere leave the data readable or end in a SourceError', () => {
    const { path } = opened(`
put('description', 'Camera'); put('x_pixel_size', 75.0, 'um'); put('y_pixel_size', [75.0], 'um', chunks=(1,), maxshape=(None,))
put('detector_distance', 0.1, 'm'); put('pixel_mask', np.zeros((6, 8), 'u4'), compression='gzip')
`);
    const whole = readFileSync(path);
    const damaged = `${path}.damaged`;
    let seed = 12345;
    const next = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return seed % below;
    };
    let opens = 0;
    for (let round = 0; round < 1500; round++) {
      const bytes = Buffer.from(whole);
      for (let k = 0; k < 1 + (round % 4); k++) bytes.writeUInt8(next(256), next(bytes.length));
      writeFileSync(damaged, bytes);
      try {
        openHdf5(damaged);
        opens++;
      } catch (error) {
        expect(error).toBeInstanceOf(SourceError);
      }
    }
    expect(opens).toBeGreaterThan(500);
  });
});

describe.runIf(isThere)('real detectors', () => {
  test('DECTRIS ARINA: values as h5py reads them; distance and beam centre are 0 there', () => {
    const { detector, notes } = openHdf5(arina);
    expect(detector).toEqual({
      name: 'Dectris ARINA CZT',
      pixelSize: [1e-4, 1e-4],
      mask: `${arina}:/entry/instrument/detector/detectorSpecific/pixel_mask`,
    });
    expect(notes).toContain('Not used: detector_distance is 0: not set.');
  });

  test('Lambda: micrometres, a mask of one frame, and the numbers of its frames', () => {
    const { detector, numbering } = openHdf5(lambda);
    expect(detector?.name).toBe('Lambda');
    expect(detector?.pixelSize?.map((size) => size.toPrecision(10))).toEqual(['0.00005500000000', '0.00005500000000']);
    expect(detector?.mask).toBe(`${lambda}:/entry/instrument/detector/pixel_mask`);
    expect(numbering).toEqual({ first: 21, last: 30, total: 50 });
  });

  test('a plain file with /entry/mask', () => {
    expect(openHdf5(pixium).detector).toEqual({ mask: `${pixium}:/entry/mask` });
  });
});
