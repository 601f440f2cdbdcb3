import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openHdf5 } from '../../dist/formats/hdf5/index.js';
import { loadArray } from '../../dist/formats/loaded-array.js';
import { python, pythonHas } from './python.js';

const PROGRAM = `
import sys, h5py, hdf5plugin, numpy as np
a = np.random.default_rng(0).integers(0, 256, (1200, 1200)).astype('u1')
with h5py.File(sys.argv[1], 'w') as f:
    p = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    p.set_chunk(a.shape)
    p.set_filter(32004, 1, (4096,)); p.set_filter(32008, 1, (0, 0, 0, 0, 2)); p.set_deflate(1)
    s = h5py.h5s.create_simple(a.shape)
    h5py.Dataset(h5py.h5d.create(f.id, b'mask', h5py.h5t.py_create(a.dtype), s, p))[...] = a
print(int(a.sum(dtype='i8')))`;

const folder = mkdtempSync(join(tmpdir(), 'arrays-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(pythonHas('h5py, hdf5plugin', 'arrays behind several filters'))('arrays that are needed whole', () => {
  it('come through any row of filters, each with room for what it may add', () => {
    const path = join(folder, 'mask.h5');
    const sum = Number(python(PROGRAM, path));
    let found = 0;
    for (const value of loadArray(openHdf5(path)).data) found += value;
    expect(found).toBe(sum);
  });
});
