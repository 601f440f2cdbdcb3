import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { python, pythonHas } from '../formats/python.js';
import { fanfold, folderWithScan, steady } from './fanfold.js';

const folder = folderWithScan();

const SCAN = `format     npy
shape      2 x 3 x 4 x 5: 6 frames of 4 x 5
dtype      uint16
size       240 bytes decoded, 40 bytes a frame
axes       axis0: 2
           axis1: 3
           axis2: 4
           axis3: 5
layout     one contiguous block
stored     240 bytes
memory     all of it: SIZE are free
note       NumPy <u2
`;

test('info of a NumPy file', () => {
  const { code, stdout, stderr } = fanfold(folder, 'info', 'scan.npy');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(steady(stdout)).toBe(`scan.npy\n${SCAN}`);
});

test('a path alone means info', () => {
  expect(steady(fanfold(folder, './scan.npy').stdout)).toBe(`./scan.npy\n${SCAN}`);
});

test('info --json has plain numbers', () => {
  const { code, stdout } = fanfold(folder, 'info', 'scan.npy', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    format: 'npy',
    shape: [2, 3, 4, 5],
    stackShape: [2, 3],
    frameShape: [4, 5],
    dtype: 'uint16',
    frames: 6,
    bytes: 240,
    storedBytes: 240,
  });
});

test('the frame rank can be chosen', () => {
  const { stdout } = fanfold(folder, 'info', 'scan.npy', '--frame-rank', '3');
  expect(stdout).toContain('2 x 3 x 4 x 5: 2 frames of 3 x 4 x 5');
});

test('headerless binary is described from its flags', () => {
  writeFileSync(join(folder, 'scan.raw'), new Uint8Array(128 + 240));
  const flags = ['--frame-shape', '4,5', '--dtype', '>u2', '--offset', '128'];
  const { code, stdout } = fanfold(folder, 'info', 'scan.raw', ...flags);
  expect(code).toBe(0);
  expect(stdout).toContain('shape      6 x 4 x 5: 6 frames of 4 x 5');
  expect(stdout).toContain('dtype      uint16 (big-endian)');
});

describe('what cannot be read ends with one sentence and exit code 3', () => {
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'empty.h5'), '');
  writeFileSync(join(folder, 'text.h5'), 'This is no HDF5 file.');
  test.each([
    ['missing.npy', 'missing.npy does not exist. Check the path.'],
    ['sub', 'sub is a directory without TIFF, PNG, JPEG, WebP, CBF or NIfTI images or tables of series. Name a file.'],
    ['empty.h5', 'empty.h5 is empty (0 bytes).'],
    [
      'text.h5',
      'text.h5 is not HDF5 despite its name (known: hdf5, npy, npz, tiff, images, cbf, nifti, series, raw). For headerless binary give --frame-shape and --dtype.',
    ],
  ])('%s', (name, sentence) => {
    expect(fanfold(folder, 'info', name)).toEqual({ code: 3, stdout: '', stderr: `fanfold: ${sentence}\n` });
  });
});

const MAKE = `
import sys, zlib, h5py, numpy as np
with h5py.File(sys.argv[1] + '/scan.h5', 'w') as f:
    d = f.create_dataset('entry/data', data=np.zeros((2, 3, 4, 5), '>f4'), chunks=(1, 1, 4, 5), compression='gzip', shuffle=True)
    d.attrs['units'] = 'counts'
    f['entry/same'] = h5py.SoftLink('/entry/data')
    f['entry/nowhere'] = h5py.SoftLink('/gone')
with h5py.File(sys.argv[1] + '/large.h5', 'w') as f:
    d = f.create_dataset('data', (256, 256, 256, 256), 'u2', chunks=(1, 1, 256, 256), compression='gzip')
    z = zlib.compress(bytes(2 * 256 * 256))
    for i in range(256):
        for j in range(256): d.id.write_direct_chunk((i, j, 0, 0), z)
`;

if (pythonHas('h5py, numpy', 'info of HDF5 files')) {
  describe('HDF5', () => {
    python(MAKE, folder);

    test('info tells chunks, filters, byte order and the stored size', () => {
      const { code, stdout } = fanfold(folder, 'info', 'scan.h5');
      expect(code).toBe(0);
      expect(steady(stdout)).toMatch(/^scan\.h5:\/entry\/data\nformat {5}hdf5\n/);
      expect(stdout).toContain('dtype      float32 (big-endian)\n');
      expect(stdout).toContain('chunks     1 x 1 x 4 x 5: 6 of them\nfilters    shuffle, deflate\n');
      expect(stdout).toMatch(/stored {5}\d+ bytes, [\d.]+ times smaller than decoded/);
    });

    test('--tree shows groups, data sets, attributes and links that lead nowhere', () => {
      const { code, stdout } = fanfold(folder, 'info', '--tree', 'scan.h5');
      expect(code).toBe(0);
      expect(stdout).toContain('/\n  entry/\n');
      expect(stdout).toContain('2 x 3 x 4 x 5 float32 (big-endian)  chunks 1 x 1 x 4 x 5  shuffle, deflate\n');
      expect(stdout).toContain('@units = counts\n');
      expect(stdout).toMatch(/same {2}-> \/entry\/data/);
      expect(stdout).toMatch(/nowhere {2}-> \/gone {2}\(.+\)/);
      const root = JSON.parse(fanfold(folder, 'info', '--tree', '--json', 'scan.h5').stdout);
      expect(root.children[0].name).toBe('entry');
    });

    test('an index of very many chunks is not read', () => {
      const { code, stdout } = fanfold(folder, 'info', 'large.h5');
      expect(code).toBe(0);
      expect(stdout).toContain('size       8.00 GiB decoded, 128 KiB a frame');
      expect(stdout).toContain('chunks     1 x 1 x 256 x 256: 65536 of them\nfilters    deflate\nmemory');
    });

    test('a wrong data set path lists what there is', () => {
      const { code, stderr } = fanfold(folder, 'info', 'scan.h5:/entry/dta');
      expect(code).toBe(3);
      expect(stderr).toContain('Did you mean /entry/data?');
    });
  });
}
