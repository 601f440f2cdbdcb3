import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SourceError } from '../../dist/core/errors.js';
import { fullShape } from '../../dist/core/stack.js';
import { openHdf5 } from '../../dist/formats/hdf5/index.js';
import { openSource } from '../../dist/formats/registry.js';
import { allPixels, FRAME_SUMS, frameSums } from './frames.js';
import { python, pythonHas } from './python.js';

const hasH5py = pythonHas('h5py', 'masters that h5py writes');
const shared = join(import.meta.dirname, '../../../shared/data/hdf5');
const isThere = existsSync(shared);
if (!isThere) process.stderr.write(`not run: real detector masters (${shared} is not there)\n`);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fanfold-masters-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEAD = `
import sys, h5py, json, numpy as np
out = sys.argv[1]
def part(n, frames, shape=(5, 6), dtype='u2', chunk=1, **k):
    a = (np.arange(frames * shape[0] * shape[1]) % 251 + 1000 * n).astype(dtype).reshape(frames, *shape)
    with h5py.File(f'{out}/scan_data_{n:06d}.h5', 'w') as f:
        k = {'compression': 'gzip', **k}
        f.create_dataset('entry/data/data', data=a, chunks=(chunk, *shape), **k)
    return a
def master(numbers, name='scan_master.h5', group='entry/data'):
    f = h5py.File(f'{out}/{name}', 'w')
    g = f.create_group(group); g.attrs['NX_class'] = 'NXdata'
    for n in numbers: g[f'data_{n:06d}'] = h5py.ExternalLink(f'scan_data_{n:06d}.h5', '/entry/data/data')
    return f
def show(*arrays): print(json.dumps(np.concatenate([a.ravel() for a in arrays]).tolist()))
`;

let made = 0;
/** Runs a program behind `HEAD` that fills a fresh folder; the folder, and what the program printed. */
function write(program: string): { readonly at: string; readonly printed: string } {
  const at = join(folder, `case${made++}`);
  mkdirSync(at);
  return { at, printed: python(`${HEAD}\n${program}`, at) };
}

function failure(act: () => unknown): SourceError {
  try {
    act();
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe.runIf(hasH5py)('a master with three data files', () => {
  test('is one stack in numeric order, without naming a data set', async () => {
    const { at, printed } = write(`a = [part(n, 4) for n in (1, 2, 3)]\nmaster([3, 1, 2]).close()\nshow(*a)`);
    const source = openHdf5(join(at, 'scan_master.h5'));
    expect(fullShape(source.handle.stack)).toEqual([12, 5, 6]);
    expect(source.location).toMatch(/scan_master\.h5:\/entry\/data$/);
    expect(source.notes).toContain('3 data sets joined: data_000001 to data_000003.');
    expect(await allPixels(source)).toEqual(JSON.parse(printed));
    // what the recipe of a run names opens the same again
    expect(await allPixels(await openSource(source.location))).toEqual(JSON.parse(printed));
  });

  test('and as its NeXus default, directly below the entry, and with more than nine parts', async () => {
    const { at, printed } = write(`
a = [part(n, 1 + n % 3) for n in range(1, 13)]
f = master(range(1, 13), group='entry'); f.attrs['default'] = 'entry'; f['entry'].attrs['signal'] = 'data_000001'
f['other/large'] = np.zeros((400, 20, 20)); f.close()
show(*a)`);
    const source = openHdf5(join(at, 'scan_master.h5'));
    expect(source.handle.stack.stackShape).toEqual([24]);
    expect(await allPixels(source)).toEqual(JSON.parse(printed));
  });

  test('data files with other names, and one data set of it alone', async () => {
    const { at, printed } = write(`
a = part(1, 2)
g = h5py.File(f'{out}/odd name.h5', 'w'); g.create_dataset('x/y', data=a + 7, chunks=(1, 5, 6), compression='gzip'); g.close()
f = master([1]); f['entry/data/data_000002'] = h5py.ExternalLink('odd name.h5', 'x/y'); f.close()
show(a, a + 7)`);
    const path = join(at, 'scan_master.h5');
    expect(await allPixels(openHdf5(path))).toEqual(JSON.parse(printed));
    const alone = openHdf5(path, { dataset: '/entry/data/data_000002' });
    expect(await allPixels(alone)).toEqual(JSON.parse(printed).slice(60));
  });

  test('parts that end inside a chunk lose nothing and gain nothing', async () => {
    const { at, printed } = write(
      `a = [part(n, k, chunk=4) for n, k in ((1, 6), (2, 5), (3, 4))]\nmaster([1, 2, 3]).close()\nshow(*a)`,
    );
    const source = openHdf5(join(at, 'scan_master.h5'));
    expect(source.handle.stack.stackShape).toEqual([15]);
    expect(await allPixels(source)).toEqual(JSON.parse(printed));
  });

  test('uncompressed and contiguous parts', async () => {
    const { at, printed } = write(`
a = [part(n, 3, compression=None) for n in (1, 2)]
for n in (1, 2):
    with h5py.File(f'{out}/scan_data_{n:06d}.h5', 'w') as f: f['entry/data/data'] = a[n - 1]
master([1, 2]).close()
show(*a)`);
    expect(await allPixels(openHdf5(join(at, 'scan_master.h5')))).toEqual(JSON.parse(printed));
  });

  test('a virtual data set beside the links is preferred while its files are there', async () => {
    const { at, printed } = write(`
a = [part(n, 4) for n in (1, 2)]
f = master([1, 2])
v = h5py.VirtualLayout((2, 4, 5, 6), 'u2')
for n in (1, 2): v[n - 1] = h5py.VirtualSource(f'scan_data_{n:06d}.h5', 'entry/data/data', (4, 5, 6))
f['entry/data'].create_virtual_dataset('data', v); f.close()
show(*a)`);
    const path = join(at, 'scan_master.h5');
    const source = openHdf5(path);
    expect([source.location, source.handle.stack.stackShape]).toEqual([`${path}:/entry/data/data`, [2, 4]]);
    expect(await allPixels(source)).toEqual(JSON.parse(printed));
    rmSync(join(at, 'scan_data_000002.h5'));
    expect(failure(() => openHdf5(path)).message).toContain('scan_data_000002.h5, which is missing');
  });
});

describe.runIf(hasH5py)('what a master lacks', () => {
  test('data files that do not exist are named, with where they are expected', async () => {
    const { at, printed } = write(`a = part(2, 4)\nmaster([1, 2, 3]).close()\nshow(a)`);
    const path = join(at, 'scan_master.h5');
    const error = failure(() => openHdf5(path));
    expect([error.code, error.fields.missing]).toEqual(['parts-missing', 'scan_data_000001.h5, scan_data_000003.h5']);
    expect(error.message).toContain(`scan_data_000001.h5, scan_data_000003.h5, which are missing: expected in ${at}.`);
    const source = openHdf5(path, { allowGaps: true });
    expect(source.notes).toContain('Missing parts, left out: scan_data_000001.h5, scan_data_000003.h5.');
    expect(await allPixels(source)).toEqual(JSON.parse(printed));
    rmSync(join(at, 'scan_data_000002.h5'));
    expect(failure(() => openHdf5(path, { allowGaps: true })).code).toBe('parts-missing');
  });

  test('a number that is left out, and frames that were announced', () => {
    const { at } = write(`
for n in (1, 2, 4): part(n, 4)
master([1, 2, 4]).close()
f = master([1, 2], 'short_master.h5')
d = f.create_group('entry/instrument/detector/detectorSpecific'); d['nimages'] = 5; d['ntrigger'] = np.uint64(2); f.close()`);
    const error = failure(() => openHdf5(join(at, 'scan_master.h5')));
    expect(error.message).toContain('lacks data_000003.');
    const { notes } = openHdf5(join(at, 'short_master.h5'));
    expect(notes).toContain('8 frames are here of the 10 that nimages and ntrigger announce.');
  });

  test.each([
    ['shape=(5, 7)', 'frames differ, 5 x 6 against 5 x 7'],
    ["dtype='i4'", 'elements differ, uint16 against int32'],
    ['compression=None', 'filters differ, deflate against none'],
    ['shuffle=True', 'filters differ, deflate against shuffle, deflate'],
    ['chunk=2', 'chunks differ, 1 x 5 x 6 against 2 x 5 x 6'],
    ["dtype='>u2'", 'elements differ, uint16 against uint16 (big-endian)'],
  ])('a second part with %s', (change, text) => {
    const { at } = write(`part(1, 4); part(2, 4, ${change}); master([1, 2]).close()`);
    const error = failure(() => openHdf5(join(at, 'scan_master.h5')));
    expect(error.code).toBe('parts-differ');
    expect(error.message).toContain(text);
    expect(error.message).toMatch(/scan_data_000001\.h5 and .*scan_data_000002\.h5 cannot be joined/);
  });

  test('a link to a data set that the data file does not have, and one to text', () => {
    const { at } = write(`
part(1, 4)
f = master([1]); f['entry/data/data_000002'] = h5py.ExternalLink('scan_data_000001.h5', '/entry/nothing'); f.close()
f = master([1], 'text_master.h5'); f['entry/data/data_000002'] = 'words'; f.close()`);
    expect(failure(() => openHdf5(join(at, 'scan_master.h5'))).code).toBe('no-such-dataset');
    expect(failure(() => openHdf5(join(at, 'text_master.h5'))).code).toBe('not-numeric');
  });
});

describe.runIf(hasH5py)('choosing without a NeXus default', () => {
  const chosen = (program: string): string => {
    const { at } = write(`f = h5py.File(f'{out}/a.h5', 'w')\n${program}\nf.close()`);
    return openHdf5(join(at, 'a.h5')).location.replace(/^.*:/, '');
  };

  test.each([
    [
      'an old mark on the data set',
      "g = f.create_group('e/d'); g.attrs['NX_class'] = 'NXdata'; g['s'] = np.zeros((2, 3, 4)); g['s'].attrs['signal'] = 1; f['large'] = np.zeros((9, 9, 9))",
      '/e/d/s',
    ],
    [
      'that mark as text',
      "g = f.create_group('e/d'); g.attrs['NX_class'] = 'NXdata'; g['s'] = np.zeros((2, 3, 4)); g['s'].attrs['signal'] = '1'; f['large'] = np.zeros((9, 9, 9))",
      '/e/d/s',
    ],
    [
      'the signal of a group',
      "f['e/s'] = np.zeros((2, 3, 4)); f['e/t'] = np.zeros((5, 3, 4)); f['e'].attrs['signal'] = 's'",
      '/e/s',
    ],
    [
      'a default that is a line gives way to a stack',
      "f['e/line'] = np.zeros(9); f['e'].attrs['signal'] = 'line'; f.attrs['default'] = 'e'; f['s'] = np.zeros((2, 3, 4))",
      '/s',
    ],
    [
      'a default that is a line, with nothing better',
      "f['e/line'] = np.zeros(9); f['e'].attrs['signal'] = 'line'; f.attrs['default'] = 'e'; f['z'] = np.zeros(99)",
      '/e/line',
    ],
    ['a default that leads nowhere', "f.attrs['default'] = 'nowhere'; f['s'] = np.zeros((2, 3, 4))", '/s'],
    [
      'a default with an absolute path',
      "f.attrs['default'] = '/e/s'; f['e/s'] = np.zeros((2, 3, 4)); f['large'] = np.zeros((9, 9, 9))",
      '/e/s',
    ],
    [
      'frames before the larger flat field and mask beside them',
      "f['d/data'] = np.zeros((1, 4, 4), 'u1'); f['d/flatfield'] = np.zeros((1, 4, 4)); f['d/pixel_mask'] = np.zeros((1, 4, 4), 'u4')",
      '/d/data',
    ],
    [
      'a single image before a longer line',
      "f['d/image'] = np.zeros((4, 4), 'u1'); f['d/time'] = np.zeros(900)",
      '/d/image',
    ],
    [
      'a signal and an axis',
      "f['d/data'] = np.zeros((4, 4)); f['d'].attrs['signal'] = ['data']; f['d/x'] = np.zeros((40, 40)); f.attrs['default'] = 'd'",
      '/d/data',
    ],
  ])('%s', (_what, program, path) => {
    expect(chosen(program)).toBe(path);
  });

  test('a damaged group does not hide the others', () => {
    const { at } = write(`
f = h5py.File(f'{out}/a.h5', 'w'); f['good/s'] = np.zeros((2, 3, 4)); f['bad/t'] = np.zeros((5, 3, 4)); f.close()
whole = open(f'{out}/a.h5', 'rb').read()
last = whole.rindex(b'SNOD')
open(f'{out}/a.h5', 'wb').write(whole[:last] + b'XXXX' + whole[last + 4:])`);
    expect(openHdf5(join(at, 'a.h5')).location).toMatch(/:\/(good\/s|bad\/t)$/);
  });

  test('thousands of links beside each other are followed in a moment', () => {
    const { at } = write(`
f = h5py.File(f'{out}/a.h5', 'w', libver='latest'); f['s'] = np.zeros((2, 3, 4))
for i in range(4000): f[f'l{i}'] = h5py.SoftLink('/s')
f.close()`);
    const started = performance.now();
    expect(openHdf5(join(at, 'a.h5')).handle.stack.stackShape).toEqual([2]);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  test('a group that is named stands for its signal', () => {
    const { at } = write(`
f = h5py.File(f'{out}/a.h5', 'w'); f['e/d/s'] = np.zeros((2, 3, 4)); f['e/d'].attrs['signal'] = 's'; f['e/none/x'] = 1; f.close()`);
    expect(openHdf5(join(at, 'a.h5'), { dataset: '/e/d' }).location).toMatch(/:\/e\/d\/s$/);
    expect(failure(() => openHdf5(join(at, 'a.h5'), { dataset: '/e/none' })).code).toBe('not-a-dataset');
  });
});

describe.runIf(isThere)('real and generated masters', () => {
  test('the Eiger 9M master names its missing data file and the folder it belongs in', () => {
    const at = join(shared, 'check-licence/dials_data-files');
    const error = failure(() => openHdf5(join(at, 'dectris_eiger_master.h5')));
    expect(error.message).toContain(`dectris_eiger_data_000001.h5, which is missing: expected in ${at}.`);
  });

  test('a virtual data set none of whose files is there', () => {
    const path = join(shared, 'check-licence/nexus_exampledata/Therm_6_2.nxs');
    expect(failure(() => openHdf5(path)).message).toContain('lies in Therm_6_2_000001.h5, which is missing');
  });

  test('ARINA', async () => {
    const path = join(shared, 'check-licence/rosettasciio/test_00_master.h5');
    const source = openHdf5(path);
    expect([fullShape(source.handle.stack), source.handle.stack.dtype]).toEqual([[16, 192, 192], 'uint32']);
    if (!hasH5py) return;
    const sums = python(
      `import sys, json, h5py, numpy as np${FRAME_SUMS}\nprint(json.dumps(frame_sums(h5py.File(sys.argv[1])['entry/data/data_000001'][()])))`,
      path,
    );
    expect(await frameSums(source)).toEqual(JSON.parse(sums));
  });

  test.each(['earliest', 'latest'])(
    'a 4D-STEM scan in three files (%s), through the virtual data set and the links',
    async (version) => {
      const name = `fourd_master_${version}.h5`;
      const source = openHdf5(join(shared, 'generated', name));
      expect(fullShape(source.handle.stack)).toEqual([144, 64, 64]);
      const sums = await frameSums(source);
      if (hasH5py) {
        const expected = python(
          `import sys, json, h5py, numpy as np${FRAME_SUMS}\nprint(json.dumps(frame_sums(h5py.File(sys.argv[1])['entry/data/data'][()])))`,
          join(shared, 'generated', name),
        );
        expect(sums).toEqual(JSON.parse(expected));
      }
      const links = join(folder, version);
      mkdirSync(links);
      for (const n of [1, 2, 3])
        copyFileSync(join(shared, `generated/fourd_data_00000${n}.h5`), join(links, `scan_data_00000${n}.h5`));
      if (!hasH5py) return;
      python(`${HEAD}\nmaster([1, 2, 3]).close()`, links);
      const joined = openHdf5(join(links, 'scan_master.h5'));
      expect(joined.handle.kind).toBe('stored');
      expect(await frameSums(joined)).toEqual(sums);
    },
  );
});
