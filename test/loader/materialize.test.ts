import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { dataLoader, openArray, openSource, type Source } from '../../dist/index.js';
import { python, pythonHas } from '../formats/python.js';
import { fragile } from './samples.js';

const root = mkdtempSync(join(tmpdir(), 'materialize-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folder = root;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
});

const SAMPLES = 60;
const values = Float32Array.from({ length: SAMPLES * 40 }, (_, i) => Math.cos(i));
const source: Source = {
  ...openArray([SAMPLES, 2, 20], values),
  labels: { classes: ['a', 'b', 'c'], of: Int32Array.from({ length: SAMPLES }, (_, i) => i % 3) },
};

test.skipIf(!pythonHas('numpy', 'materialised files'))(
  'entries, classes and positions are what NumPy reads',
  async () => {
    await using loader = dataLoader(source, {
      map: 'copy',
      batch: 7,
      layout: 'threads',
      workers: 2,
      shuffle: { seed: 1 },
    });
    const path = join(folder, 'set.npy');
    const made = await loader.materialize(path);
    expect(made).toMatchObject({ files: { frames: path }, samples: SAMPLES, bytes: values.byteLength, resumedAt: 0 });
    expect(made.checksums).toEqual({ frames: crc32(values) });
    const [shape, same, labels, index] = JSON.parse(
      python(`
import json, zlib, numpy as np
x, y, i = (np.load('${folder}/set%s.npy' % part) for part in ('', '.labels', '.index'))
print(json.dumps([x.shape, zlib.crc32(x.tobytes()), y.tolist(), [int(i[0]), int(i[-1]), str(i.dtype)]]))`),
    ) as [number[], number, number[], unknown];
    expect(shape).toEqual([SAMPLES, 2, 20]);
    expect(same).toBe(crc32(values));
    expect(labels).toEqual(Array.from({ length: SAMPLES }, (_, i) => i % 3));
    expect(index).toEqual([0, SAMPLES - 1, 'uint32']);
    expect(readdirSync(folder).sort()).toEqual(['set.index.npy', 'set.labels.npy', 'set.npy']);
  },
);

test('several outputs go to files named after them, HDF5 too', async () => {
  await using loader = dataLoader(source, { map: { name: 'gaf', values: { size: 10 } }, batch: 16 });
  const { files } = await loader.materialize(join(folder, 'set.h5'));
  expect(files).toEqual({ sum: join(folder, 'set.sum.h5'), diff: join(folder, 'set.diff.h5') });
  const { handle } = await openSource(join(folder, 'set.diff.h5'));
  expect([...handle.stack.stackShape, ...handle.stack.frameShape]).toEqual([SAMPLES, 2, 10, 10]);
});

test('one part of a split alone', async () => {
  await using loader = dataLoader(source, { map: 'copy', split: { by: 'time', train: 0.5 }, part: 'test' });
  const { samples, checksums } = await loader.materialize(join(folder, 'test.npy'));
  expect(samples).toBe(30);
  expect(checksums.frames).toBe(crc32(values.subarray(30 * 40)));
});

test('an interrupted call is gone on with, and gives the same file', async () => {
  const path = join(folder, 'set.npy');
  const bad = dataLoader(source, { map: fragile({ bad: '33' }), batch: 8 });
  await expect(bad.materialize(path, { resume: true })).rejects.toThrow(/Sample 33/);
  expect(existsSync(path)).toBe(false);
  expect(readdirSync(folder).sort()).toEqual(['set.partial.npy', 'set.partial.npy.journal']);
  // Another job does not go on with it.
  await expect(dataLoader(source, { map: 'copy', batch: 8 }).materialize(path, { resume: true })).rejects.toThrow(
    /left by another job/,
  );

  const controller = new AbortController();
  const other = join(folder, 'other.npy');
  const stopped = dataLoader(source, {
    map: 'copy',
    batch: 8,
    layout: 'inline',
    signal: controller.signal,
    onError: 'throw',
  });
  const journal = `${join(folder, 'other.partial.npy')}.journal`;
  const timer = setInterval(() => {
    if (existsSync(journal) && readFileSync(journal, 'utf8').split('\n').length > 3) controller.abort();
  }, 0);
  const outcome = await stopped.materialize(other, { resume: true }).then(
    () => 'done',
    () => 'stopped',
  );
  clearInterval(timer);
  const resumed = await dataLoader(source, { map: 'copy', batch: 8 }).materialize(other, {
    resume: true,
    overwrite: outcome === 'done',
  });
  if (outcome === 'stopped') expect(resumed.resumedAt).toBeGreaterThan(0);
  expect(resumed.checksums.frames).toBe(crc32(values));
  expect(readFileSync(other).subarray(-values.byteLength)).toEqual(Buffer.from(values.buffer));
  expect(existsSync(journal)).toBe(false);
});

test('rows that were damaged since are made again; what stands beside whole files is replaced', async () => {
  const path = join(folder, 'set.npy');
  const until = join(folder, 'mended');
  const make = () => dataLoader(source, { map: fragile({ bad: '59', until }), batch: 8, layout: 'inline' });
  const partial = join(folder, 'set.partial.npy');
  await expect(make().materialize(path, { resume: true })).rejects.toThrow(/Sample 59/);
  const fd = openSync(partial, 'r+');
  writeSync(fd, Uint8Array.of(1, 2, 3), 0, 3, 2000);
  closeSync(fd);
  await expect(make().materialize(path, { resume: true })).rejects.toThrow(/Sample 59/);
  const { size } = statSync(partial);
  expect(readFileSync(partial).subarray(size - values.byteLength, size - 4 * 160)).toEqual(
    Buffer.from(values.buffer).subarray(0, -4 * 160),
  );
  const journal = `${partial}.journal`;
  const [setup] = readFileSync(journal, 'utf8').split('\n');
  writeFileSync(until, '');
  const checksums = { frames: crc32(values) };
  expect(await make().materialize(path, { resume: true })).toMatchObject({ resumedAt: 56, checksums });
  await expect(make().materialize(path, { resume: true })).rejects.toThrow(/exists already/);

  // As a call leaves things that is killed when all is written but the name.
  renameSync(path, partial);
  await expect(make().materialize(path, { resume: true })).rejects.toThrow(/set.labels.npy exists already/);
  writeFileSync(
    journal,
    `${setup}\n${JSON.stringify({ samples: SAMPLES, checksums: [checksums.frames], failed: [] })}\n`,
  );
  expect(await make().materialize(path, { resume: true })).toMatchObject({ resumedAt: SAMPLES, checksums });
  expect(readdirSync(folder).sort()).toEqual(['mended', 'set.index.npy', 'set.labels.npy', 'set.npy']);
});

test('a second call while one is under way is refused, and leaves its files alone', async () => {
  await using loader = dataLoader(source, { map: 'copy', batch: 8, layout: 'threads', workers: 1 });
  const path = join(folder, 'set.npy');
  const first = loader[Symbol.asyncIterator]();
  await first.next();
  await expect(loader.materialize(path)).rejects.toThrow(/one epoch at a time/);
  expect(readdirSync(folder)).toEqual([]);
  await first.return();
  expect((await loader.materialize(path)).samples).toBe(SAMPLES);
});

test('samples that fail are rows of zeros without a class, also when they were made by an earlier call', async () => {
  const path = join(folder, 'set.npy');
  const controller = new AbortController();
  const map = fragile({ bad: '2,59' });
  const options = { map, batch: 8, onError: 'substitute' } as const;
  const journal = `${join(folder, 'set.partial.npy')}.journal`;
  const timer = setInterval(() => {
    if (existsSync(journal) && readFileSync(journal, 'utf8').split('\n').length > 3) controller.abort();
  }, 0);
  const first = dataLoader(source, { ...options, signal: controller.signal });
  await first.materialize(path, { resume: true }).catch(() => null);
  clearInterval(timer);
  const made = await dataLoader(source, options).materialize(path, { resume: true, overwrite: true });
  expect(made.failed).toEqual([2, 59]);
  const labels = readFileSync(join(folder, 'set.labels.npy'));
  expect([2, 3, 59].map((row) => labels.readInt32LE(labels.length - 4 * SAMPLES + 4 * row))).toEqual([-1, 0, -1]);
});

test('nothing is left of a failed call without resume', async () => {
  const loader = dataLoader(source, { map: fragile({ bad: '33' }), batch: 8, layout: 'threads', workers: 2 });
  await expect(loader.materialize(join(folder, 'set.npy'))).rejects.toThrow(/Sample 33/);
  expect(readdirSync(folder)).toEqual([]);
});

test('files in the way and formats that cannot be streamed are refused', async () => {
  await using loader = dataLoader(source, { map: 'copy', batch: 8 });
  const path = join(folder, 'set.npy');
  await loader.materialize(path);
  await expect(loader.materialize(path)).rejects.toThrow(/exists already/);
  await loader.materialize(path, { overwrite: true });
  await expect(loader.materialize(join(folder, 'other.csv'))).rejects.toThrow(/cannot take a whole stack/);
  await expect(loader.materialize(join(folder, 'no/set.npy'))).rejects.toThrow(/does not exist/);
  const skipping = dataLoader(source, { map: 'copy', onError: 'skip' });
  await expect(skipping.materialize(join(folder, 'b.npy'))).rejects.toThrow(/row for every sample/);
});
