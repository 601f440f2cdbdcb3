import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OperatorRef } from '../../dist/core/layout.js';
import { openSource } from '../../dist/formats/registry.js';
import { runLocal } from '../../dist/layouts/local.js';

const folder = join(import.meta.dirname, '../../../shared/data/stem');
const isThere = existsSync(folder);
if (!isThere) console.log(`real scans are not tested: ${folder} is not there`);

const everything: OperatorRef = { name: 'mask', values: { detector: 'disk', outer: 1e4 } };
const total = (data: ArrayLike<number>): number => Array.from(data).reduce((sum, value) => sum + value, 0);

/** Sums over every pixel, stated with the files. */
const SCANS: readonly (readonly [file: string, dataset: string | undefined, sum: number])[] = [
  ['real/fpd_merlin_2x2x256x256.hdf5', '/fpd_expt/fpd_data/data', 3288875],
  ['real/nickel_ebsd_3x3x60x60.h5', '/Scan 1/EBSD/Data/patterns', 4732574],
  ['simulated/orient4d_scan_32x32x64x64.npz', 'data', 308379],
  ['no-licence-stated/sed_cuag_2x2x256x256.hspy', undefined, 47803598],
  ['no-licence-stated/abf_image_stack_5x512x512.hspy', undefined, 47255893213],
];

describe.runIf(isThere)('real scans', () => {
  for (const layout of ['serial', 'threads', 'processes']) {
    test.each(SCANS)(`%s: every count once (${layout})`, async (file, dataset, sum) => {
      const source = await openSource(join(folder, file), dataset === undefined ? {} : { dataset });
      const { arrays } = await runLocal(source, [everything, { name: 'sum', values: {} }], { layout, workers: 2 });
      expect(arrays.map(({ data }) => total(data))).toEqual([sum, sum]);
    });
  }

  test('the reference images of a Merlin scan, from its own file', async () => {
    const path = join(folder, 'real/fpd_merlin_2x2x256x256.hdf5');
    const source = await openSource(path, { dataset: '/fpd_expt/fpd_data/data' });
    const { arrays } = await runLocal(source, [everything, { name: 'sum', values: {} }]);
    for (const [i, dataset] of ['/fpd_expt/fpd_sum_im/data', '/fpd_expt/fpd_sum_dif/data'].entries()) {
      const reference = await runLocal(await openSource(path, { dataset, frameRank: 3 }), [
        { name: 'sum', values: {} },
      ]);
      expect([...(arrays[i]?.data ?? [])]).toEqual([...(reference.arrays[0]?.data ?? [])]);
    }
  });

  test('detectors and centre of mass of a simulated scan', async () => {
    const source = await openSource(join(folder, 'simulated/orient4d_scan_32x32x64x64.npz'), { dataset: 'data' });
    const { arrays } = await runLocal(source, [
      { name: 'mask', values: { detector: 'disk', centre: '32,32', outer: 6 } },
      { name: 'com', values: { reference: '0,0' } },
    ]);
    const [disk, field] = arrays.map(({ data }) => data);
    expect([total(disk ?? []), disk?.[0], disk?.[1023]]).toEqual([81095, 87, 75]);
    expect(field?.[0]).toBeCloseTo(31.759615385, 8);
    expect(field?.[1]).toBeCloseTo(32.070512821, 8);
    const mean = [0, 1].map((c) => total((field ?? new Float64Array()).filter((_, i) => i % 2 === c)) / 1024);
    expect(mean[0]).toBeCloseTo(31.532237654, 8);
    expect(mean[1]).toBeCloseTo(31.522549646, 8);
    // The ring is 10 < d <= 28: just above 10 for an inclusive edge, and d^2 is a whole number.
    const ring: OperatorRef = {
      name: 'mask',
      values: { detector: 'annulus', centre: '32,32', inner: 10.01, outer: 28 },
    };
    const { arrays: rings } = await runLocal(source, [ring]);
    expect([total(rings[0]?.data ?? []), rings[0]?.data[0]]).toEqual([196446, 203]);
  });
});
