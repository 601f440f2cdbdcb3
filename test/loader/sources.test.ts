import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dataLoader, openSource, openSynthetic } from '../../dist/index.js';
import { python, pythonHas } from '../formats/python.js';

const folder = mkdtempSync(join(tmpdir(), 'loader-sources-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const isReady = pythonHas('h5py, numpy', 'loading batches from HDF5 and NPY');

beforeAll(() => {
  if (!isReady) return;
  python(`
import h5py, numpy as np
x = (np.arange(90 * 12 * 14) * 7919 % 65521).reshape(90, 12, 14).astype('uint16')
np.save('${folder}/x.npy', x)
with h5py.File('${folder}/x.h5', 'w') as f:
    f.create_dataset('chunked', data=x, chunks=(7, 12, 14), compression='gzip', shuffle=True)
    f.create_dataset('whole', data=x)
`);
});

/** SHA-256 of the shuffled batches, which NumPy gives for the same samples. */
async function load(path: string, workers: number): Promise<{ hash: string; index: number[] }> {
  const hash = createHash('sha256');
  const index: number[] = [];
  const layout = workers === 0 ? 'inline' : 'threads';
  await using loader = dataLoader(path, { map: 'copy', batch: 16, shuffle: { seed: 4 }, layout, workers });
  for await (const batch of loader) {
    index.push(...batch.index);
    hash.update(Uint16Array.from(batch.x.frames ?? []));
  }
  return { hash: hash.digest('hex'), index };
}

test.runIf(isReady)('shuffled samples of compressed, contiguous and NPY files are what NumPy picks', async () => {
  const { index, hash } = await load(join(folder, 'x.npy'), 0);
  const picked = python(`
import hashlib, numpy as np
print(hashlib.sha256(np.load('${folder}/x.npy')[[${index}]].tobytes()).hexdigest())`).trim();
  expect(hash).toBe(picked);
  const { reasons } = await dataLoader(`${join(folder, 'x.h5')}:/chunked`, {
    map: 'copy',
    shuffle: { seed: 4 },
  }).plan();
  expect(reasons.at(-1)).toMatch(/chunks of 7 samples/);
  for (const name of ['x.npy', 'x.h5:/chunked', 'x.h5:/whole'])
    for (const workers of [0, 2]) expect(await load(join(folder, name), workers), name).toEqual({ hash, index });
});

test.runIf(isReady)('a part of a stack, and one in order, come as they lie', async () => {
  const source = await openSource(`${join(folder, 'x.h5')}:/chunked`);
  await using loader = dataLoader(source, { map: 'copy', batch: 40, split: { by: 'time', train: 0.5 }, part: 'test' });
  const index: number[] = [];
  for await (const batch of loader) index.push(...batch.index);
  expect(index).toEqual(Array.from({ length: 45 }, (_, i) => 45 + i));
});

test('generated frames load too', async () => {
  const source = openSynthetic('counts', [20, 8, 8], 'uint16', 1);
  await using loader = dataLoader(source, { map: 'copy', batch: 6, layout: 'threads', workers: 1 });
  let count = 0;
  for await (const batch of loader) count += batch.count;
  expect(count).toBe(20);
});
