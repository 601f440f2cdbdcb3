import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { python, pythonHas } from '../formats/python.js';
import { expectError, fanfold, workFolder } from './fanfold.js';

const folder = workFolder();
const at = (name: string): string => join(folder, name);

/** Every verb that opens a source says the same. */
async function refused(source: string, message: RegExp, code = 3): Promise<void> {
  for (const verb of [['info'], ['run', 'sum'], ['plan', 'sum']]) {
    expectError(await fanfold([...verb, source], folder), code, message);
  }
}

test('paths that lead to no file', async () => {
  mkdirSync(at('folder.h5'));
  writeFileSync(at('empty.h5'), '');
  symlinkSync('loop.h5', at('loop.h5'));
  await refused('missing.h5', /missing\.h5 does not exist\. Check the path\./);
  await refused(
    'folder.h5',
    /folder\.h5 is a directory without TIFF, PNG, JPEG, WebP, CBF or NIfTI images or tables of series\. Name a file\./,
  );
  await refused('empty.h5', /empty\.h5 is empty \(0 bytes\)\./);
  await refused('empty.h5/scan.h5', /does not exist: empty\.h5 is no folder\./);
  await refused('loop.h5', /loop\.h5 cannot be opened: ELOOP/);
  await refused(`${'x'.repeat(300)}.h5`, /cannot be opened: ENAMETOOLONG/);
});

test('pipes and devices are refused at once, not waited for', async () => {
  execFileSync('mkfifo', [at('pipe.h5')]);
  await refused('pipe.h5', /pipe\.h5 is a pipe or device/);
  await refused('/dev/zero', /\/dev\/zero is a pipe or device/);
});

test('files that are not what their name says', async () => {
  writeFileSync(at('text.h5'), 'not a scan\n'.repeat(100));
  writeFileSync(at('text.npy'), 'hello');
  writeFileSync(at('text.abc'), 'hello');
  await refused('text.h5', /text\.h5 is not HDF5 despite its name/);
  await refused('text.npy', /text\.npy is not NPY despite its name/);
  await refused('text.abc', /text\.abc is of no known format/);
});

const HAS_H5PY = pythonHas('h5py, numpy', 'bad HDF5 sources made by h5py');

describe.runIf(HAS_H5PY)('HDF5 files made by h5py', () => {
  beforeAll(() => {
    python(
      `
import h5py, numpy as np, os, sys
os.chdir(sys.argv[1])
data = np.arange(6 * 8 * 16 * 16, dtype='u2').reshape(6, 8, 16, 16)
with h5py.File('scan.h5', 'w') as h:
    h['entry/data'] = data
    h['entry/dark'] = data[0, 0].astype('f4')
    h['title'] = 'a scan'
with h5py.File('lzf.h5', 'w') as h: h.create_dataset('data', data=data, chunks=(1, 1, 16, 16), compression='lzf')
stored = bytearray(open('lzf.h5', 'rb').read())
name = stored.index(b'lzf\\0')
stored[name - 8:name - 6] = (32026).to_bytes(2, 'little')
open('blosc2.h5', 'wb').write(stored)
with h5py.File('zero.h5', 'w') as h: h.create_dataset('data', shape=(0, 8, 16, 16), maxshape=(None, 8, 16, 16), dtype='u2')
with h5py.File('flat.h5', 'w') as h: h.create_dataset('data', shape=(4, 8, 16, 0), dtype='u2')
with h5py.File('external.h5', 'w') as h: h['data'] = h5py.ExternalLink('gone.h5', '/data')
with h5py.File('numbers.h5', 'w') as h: h.create_dataset('data', (6, 8, 16, 16), 'u2', external=[('gone.raw', 0, h5py.h5f.UNLIMITED)])
with h5py.File('here.h5', 'w') as h: h['data'] = data[0]
with h5py.File('virtual.h5', 'w') as h:
    layout = h5py.VirtualLayout((2, 8, 16, 16), 'u2')
    layout[0] = h5py.VirtualSource('gone.h5', 'data', (8, 16, 16))
    layout[1] = h5py.VirtualSource('here.h5', 'data', (8, 16, 16))
    h.create_virtual_dataset('data', layout, fillvalue=7)
with h5py.File('offset.h5', 'w') as h: h.create_dataset('data', data=data, chunks=(1, 1, 16, 16), scaleoffset=0)
np.save('zero.npy', np.zeros((0, 8, 8), 'f4'))
`,
      folder,
    );
  });

  test('a wrong data set path lists what exists', async () => {
    await refused('scan.h5:/entry/dta', /no \/entry\/dta\. Did you mean \/entry\/data\?.*\/entry\/data, \/entry\/dark/);
    await refused('scan.h5:/nothing', /scan\.h5 has no \/nothing\. It holds \/entry\/dark, \/entry\/data\./);
    await refused('scan.h5:/entry', /\/entry in scan\.h5 is a group, not a data set\./);
    await refused('scan.h5:/title', /\/title in scan\.h5 holds elements of type string, not plain numbers\./);
  });

  test('no frames', async () => {
    for (const verb of ['run', 'plan']) {
      expectError(
        await fanfold([verb, 'sum', 'zero.h5'], folder),
        3,
        /holds no frames: its shape is 0 x 8 x 16 x 16\./,
      );
      expectError(await fanfold([verb, 'sum', 'flat.h5'], folder), 3, /holds no frames: its shape is 4 x 8 x 16 x 0\./);
    }
    expect((await fanfold(['info', 'zero.h5'], folder)).code).toBe(0);
    await refused('zero.npy', /zero\.npy holds no elements: its shape is 0 x 8 x 8\./);
  });

  test('a filter that cannot be decoded is named', async () => {
    for (const layout of ['serial', 'threads', 'processes']) {
      const ended = await fanfold(['run', 'sum', 'blosc2.h5', '--layout', layout, '-w', '2'], folder);
      expectError(
        ended,
        3,
        /The chunks in .* are stored with the filter Blosc2 \(id 32026\), which this version cannot decode\./,
      );
    }
    const read = await fanfold(['run', 'sum', 'offset.h5', '--json', '-q'], folder);
    const { results } = JSON.parse(read.stdout) as { results: { sum: number }[] };
    expect(results[0]?.sum).toBe((12288 * 12287) / 2);
  });

  test('an external file that is missing is named', async () => {
    await refused('external.h5', /external\.h5 holds no numeric data set that can be reached\..*gone\.h5\./);
    await refused('external.h5:/data', /an external link to gone\.h5, which does not exist\./);
    await refused('numbers.h5', /keeps its numbers in gone\.raw, which does not exist\./);
  });

  test('a missing source of a virtual data set reads as fill value, and is told', async () => {
    const { code, stdout, stderr } = await fanfold(['run', 'sum', 'virtual.h5', '--json'], folder);
    expect(stderr).toMatch(/^note: Missing source files, read as the fill value: gone\.h5\.$/m);
    const { results } = JSON.parse(stdout) as { results: { sum: number }[] };
    expect([code, results[0]?.sum]).toEqual([0, 2048 * 7 + (2048 * 2047) / 2]);
  });
});
