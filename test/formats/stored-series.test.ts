import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSeriesSet, openSource, run } from '../../dist/index.js';
import { python, pythonHas } from './python.js';

const folder = mkdtempSync(join(tmpdir(), 'stored-series-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const isReady = pythonHas('h5py, numpy', 'series in HDF5, and members of archives');

beforeAll(() => {
  if (!isReady) return;
  python(`
import h5py, numpy as np
x = np.sin(np.arange(5 * 3 * 40)).reshape(5, 3, 40)
with h5py.File('${folder}/s.h5', 'w') as f:
    f.create_dataset('x', data=x, chunks=(1, 3, 40), compression='gzip')
    f['flat'] = x[:, 0].astype('f4')
    f['y'] = [1, 0, 1, -1, 0]
    f['short'] = [1, 0]
np.save('${folder}/x.npy', x)
np.savez('${folder}/fit.npz', low=x.min(axis=(0, 2)), high=x.max(axis=(0, 2)))
`);
});

describe.runIf(isReady)('series in HDF5', () => {
  test('are cut into the windows of the same array in NPY, with classes of another data set', async () => {
    const timeSeries = { length: 16, step: 8 };
    const source = await openSource(`${folder}/s.h5:/x`, { timeSeries: { ...timeSeries, label: '/y' } });
    expect(source.handle.stack).toMatchObject({ stackShape: [20], frameShape: [3, 16] });
    expect([...(source.labels?.of ?? [])]).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, -1, -1, -1, -1, 0, 0, 0, 0]);
    expect([...(source.groups ?? [])].slice(3, 5)).toEqual([0, 1]);
    const values = { size: 8 };
    const expected = await run('gaf', await openSource(`${folder}/x.npy`, { timeSeries }), { values });
    expect((await run('gaf', source, { values })).arrays[0]?.data).toEqual(expected.arrays[0]?.data);
    const flat = await openSource(`${folder}/s.h5:/flat`, { timeSeries });
    expect(flat.handle.stack).toMatchObject({ stackShape: [20], frameShape: [1, 16] });
  });

  test('are refused with the reason', async () => {
    const open = (timeSeries: object): Promise<unknown> => openSource(`${folder}/s.h5:/x`, { timeSeries });
    await expect(open({ length: 41 })).rejects.toThrow('a window of 41 points is longer than any segment');
    await expect(open({ length: 8, label: '/short' })).rejects.toThrow('but there are 5 series');
    await expect(open({ gap: 3 })).rejects.toThrow('series in .npy, .npz and .h5 are cut with --window');
  });
});

test.runIf(isReady)('members of an archive are named behind a colon', async () => {
  const source = await openSource(`${folder}/x.npy`);
  const given = ['low', 'high'].map((name) => `${folder}/fit.npz:${name}`);
  const { arrays } = await run('scale', source, { values: { given } });
  const fitted = await run('scale', source);
  expect(arrays.map(({ data }) => data)).toEqual(fitted.arrays.map(({ data }) => data));
  const low = await openSource(`${folder}/fit.npz:low`);
  expect(low.handle.stack.frameShape).toEqual([3]);
  await expect(openSource(`${folder}/fit.npz:lwo`)).rejects.toThrow(/lwo/);
});

describe('series of a program', () => {
  const segment = (length: number, label: number, recording: number) => ({
    values: Float64Array.from({ length: 2 * length }, (_, i) => i),
    ...{ length, label, recording, start: 0 },
  });
  const set = {
    channels: ['a', 'b'],
    classes: ['ok', 'bad'],
    interval: 1,
    segments: [segment(10, 0, 0), segment(7, 1, 1)],
  };

  test('are windows with classes and groups', () => {
    const { handle, labels, groups } = openSeriesSet(set, { length: 4, step: 3 });
    expect(handle.stack).toMatchObject({ stackShape: [5], frameShape: [2, 4], dtype: 'float64' });
    expect([...(labels?.of ?? [])]).toEqual([0, 0, 0, 1, 1]);
    expect([...(groups ?? [])]).toEqual([0, 0, 0, 1, 1]);
  });

  test('must fit their channels, classes and recordings', () => {
    const change = (one: object) => () => openSeriesSet({ ...set, segments: [{ ...segment(10, 0, 0), ...one }] });
    expect(change({ length: 9 })).toThrow('Segment 0 holds 20 values: 2 channels of 9 points, float64, are 18.');
    expect(change({ label: 2 })).toThrow('Segment 0 has the class 2');
    expect(change({ recording: 0.5 })).toThrow('recordings are numbered from 0 on');
    expect(() => openSeriesSet(set)).toThrow('unequal length');
  });
});
