import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { dataLoader, type LoaderOptions, type NumericArray, type ReadAtSource, Stopped } from '../../dist/index.js';
import { frameOf, labels, load, SAMPLES, SHAPE, SIZE, WAYS, writeFrames } from './frames.js';

const folder = mkdtempSync(join(tmpdir(), 'loader-read-at-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'x.npy');
writeFrames(path);

const later = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const source: ReadAtSource = {
  shape: SHAPE,
  dtype: 'float64',
  length: SAMPLES,
  readAt: (index, destination) => destination.set(frameOf(index)),
};
const slow: ReadAtSource = {
  ...source,
  async readAt(index, destination) {
    await later(index % 3);
    destination.set(frameOf(index));
  },
};
const failing = (bad: readonly number[]): ReadAtSource => ({
  ...source,
  async readAt(index, destination) {
    if (bad.includes(index)) throw new Error('the camera is gone');
    destination.set(frameOf(index));
  },
});
const GAF = { name: 'gaf', values: { size: 12 } };
const base: LoaderOptions = { map: GAF, batch: 8, shuffle: { seed: 7 } };

describe('frames that a function reads', () => {
  test('give the same batches as the file that holds them, whoever makes them', async () => {
    const expected = await load(path, { ...base, workers: 0 });
    for (const way of WAYS)
      for (const one of [source, slow])
        expect(await load(one, { ...base, ...way }), JSON.stringify(way)).toEqual(expected);
  });

  test('have classes and groups, are split and loaded again in another order', async () => {
    const groups = Array.from({ length: SAMPLES }, (_, i) => Math.floor(i / 10));
    const options = { ...base, split: { by: 'group', train: 0.6 } } as const;
    await using loader = dataLoader({ ...source, labels, groups }, options);
    const seen: number[][] = [[], []];
    for (const epoch of seen)
      for await (const { index, y } of loader) {
        epoch.push(...index);
        expect([...y]).toEqual([...index].map((sample) => sample % 3));
      }
    expect(seen[0]).not.toEqual(seen[1]);
    expect(seen[0]?.toSorted()).toEqual(seen[1]?.toSorted());
    const train = new Set(seen[0]?.map((sample) => groups[sample]));
    const { index } = await load({ ...source, labels, groups }, { ...options, part: 'test' });
    expect(index.some((sample) => train.has(groups[sample]))).toBe(false);
  });

  test('are counted in the ring, and are had for no more batches than it holds', async () => {
    let [asked, most, taken] = [0, 0, 0];
    const counted: ReadAtSource = {
      ...source,
      readAt(index, destination) {
        asked++;
        most = Math.max(most, asked - taken);
        destination.set(frameOf(index));
      },
    };
    await using loader = dataLoader(counted, { map: 'copy', batch: 4, layout: 'threads', workers: 2 });
    const { batchBytes, slots } = await loader.plan();
    expect(batchBytes).toBeGreaterThanOrEqual(2 * 4 * SIZE * 8);
    for await (const { count } of loader) {
      taken += count;
      await later(2);
    }
    expect(asked).toBe(SAMPLES);
    expect(most).toBeLessThanOrEqual((slots + 1) * 4);
  });

  test('are zeros where the function wrote nothing, not another frame', async () => {
    const sparse: ReadAtSource = { ...source, readAt: (index, destination) => void destination.set([index + 1]) };
    await using loader = dataLoader(sparse, { map: 'copy', batch: 4, layout: 'inline', memory: { ring: 6000 } });
    for await (const { x, index } of loader) {
      const expected = [...index].flatMap((sample) => [sample + 1, ...new Float64Array(SIZE - 1)]);
      expect([...(x.frames ?? [])]).toEqual(expected);
    }
  });

  test('are read before the first batch by operators that ask for them', async () => {
    const module = pathToFileURL(join(import.meta.dirname, 'centred.mjs')).href;
    const centred: LoaderOptions = { map: { name: 'centred', module, values: {} }, batch: 8 };
    expect((await load(slow, centred)).hash).toBe((await load(path, centred)).hash);
    const fitted: LoaderOptions = { map: 'scale', batch: 8, split: { by: 'time', train: 0.4 }, part: 'test' };
    expect((await load(slow, fitted)).hash).toBe((await load(path, fitted)).hash);
    const mute: ReadAtSource = { ...source, readAt: () => new Promise(() => undefined) };
    const loader = dataLoader(mute, centred);
    setTimeout(() => loader.close(), 50);
    await expect(loader.plan()).rejects.toBeInstanceOf(Stopped);
    const broken = dataLoader(failing([1]), centred);
    await expect(broken.plan()).rejects.toMatchObject({ message: 'readAt(1) failed: the camera is gone' });
  });

  test('go to a file with their classes', async () => {
    const out = join(folder, 'set.npy');
    const { beside, checksums } = await dataLoader({ ...slow, labels }, { map: 'copy', batch: 9 }).materialize(out);
    const direct = await dataLoader(path, { map: 'copy', batch: 9 }).materialize(join(folder, 'direct.npy'));
    expect(checksums).toEqual(direct.checksums);
    expect(readFileSync(out).subarray(-SIZE * 8 * SAMPLES)).toEqual(readFileSync(path).subarray(-SIZE * 8 * SAMPLES));
    expect(readFileSync(beside.labels ?? '').subarray(-4 * SAMPLES)).toEqual(Buffer.from(labels.buffer));
    expect(beside.groups).toBeNull();
  });
});

describe('a function that fails', () => {
  test.each([
    { layout: 'inline' },
    { layout: 'threads', workers: 2 },
    { layout: 'processes', workers: 1 },
    { layout: 'threads', workers: 2, chunk: 3 },
    { layout: 'processes', workers: 2, sharing: 'copies', chunk: 3 },
  ] as const)('ends the loader with the sample, is left out, or replaced (%o)', async (way) => {
    const options = { ...base, ...way };
    const broken = failing([5, 40]);
    await expect(load(broken, options)).rejects.toMatchObject({
      name: 'SourceError',
      code: 'feed-failed',
      message: expect.stringMatching(/^Sample (5|40) \(batch \d\) fails: readAt\(\1\) failed: the camera is gone/),
    });
    const all = await load(path, options);
    const skipped = await load(broken, { ...options, onError: 'skip' });
    expect(skipped.index).toEqual(all.index.filter((sample) => sample !== 5 && sample !== 40));
    expect(skipped.failed.map(({ sample }) => sample).toSorted()).toEqual([40, 5]);
    const replaced = await load({ ...broken, labels }, { ...options, onError: 'substitute' });
    expect(replaced.index).toEqual(all.index);
    expect(replaced.labels).toEqual(all.index.map((sample) => ([5, 40].includes(sample) ? -1 : sample % 3)));
  });

  test('by throwing, or by returning an array, is told like one that rejects', async () => {
    const throwing: ReadAtSource = {
      ...source,
      readAt(index) {
        throw new RangeError(`no ${index}`);
      },
    };
    await expect(load(throwing, { map: 'copy' })).rejects.toThrow(
      'Sample 0 (batch 0) fails: readAt(0) failed: no 0 So do',
    );
    // A program without types may do so.
    const returning = { ...source, readAt: (index: number) => frameOf(index) } as unknown as ReadAtSource;
    await expect(load(returning, { map: 'copy' })).rejects.toThrow('frames are to be written into its second argument');
  });

  test('and an operator that fails are named in the order of their places', async () => {
    const nan: ReadAtSource = {
      ...failing([3]),
      async readAt(index, destination: NumericArray) {
        if (index === 3) throw new Error('gone');
        destination.set(frameOf(index));
        if (index === 1) destination.fill(Number.NaN);
      },
    };
    const { failed, index } = await load(nan, { map: GAF, batch: 8, onError: 'skip' });
    expect(failed.map(({ sample }) => sample)).toEqual([1, 3]);
    expect(index.slice(0, 4)).toEqual([0, 2, 4, 5]);
  });

  test('to answer ends with the signal, with close, and while it is planned', async () => {
    const silent: ReadAtSource = {
      ...source,
      readAt: (index) => (index < 8 ? undefined : new Promise(() => undefined)),
    };
    for (const layout of ['inline', 'threads'] as const) {
      const controller = new AbortController();
      const stopped = load(silent, { map: 'copy', batch: 8, layout, workers: 1, signal: controller.signal });
      setTimeout(() => controller.abort(), 50);
      await expect(stopped).rejects.toBeInstanceOf(Stopped);
      const loader = dataLoader(silent, { map: 'copy', batch: 8, layout, workers: 1 });
      setTimeout(() => loader.close(), 50);
      const ended = (async () => {
        for await (const _ of loader);
      })();
      await expect(ended).rejects.toBeInstanceOf(Stopped);
    }
    const mute: ReadAtSource = { ...source, readAt: () => new Promise(() => undefined) };
    const planned = dataLoader(mute, { map: 'copy', batch: 8, signal: AbortSignal.timeout(50) }).plan();
    await expect(planned).rejects.toBeInstanceOf(Stopped);
  });

  test('late, after the loop was left, harms nothing', async () => {
    await using loader = dataLoader(slow, { map: 'copy', batch: 2, layout: 'threads', workers: 2 });
    for (let i = 0; i < 5; i++)
      for await (const { x, index } of loader) {
        expect([...(x.frames ?? [])].slice(0, SIZE)).toEqual([...frameOf(index[0] ?? 0)]);
        break;
      }
    await later(20);
    expect((await load(slow, base)).index.length).toBe(SAMPLES);
  });
});

test('what is wrong by itself is refused at once', () => {
  const bad =
    (change: object): (() => unknown) =>
    () =>
      dataLoader({ ...source, ...change } as ReadAtSource, { map: 'copy' });
  expect(bad({ shape: [3, 0] })).toThrow('The shape of a frame has one to three whole numbers above 0');
  expect(bad({ dtype: 'int64' })).toThrow('There is no dtype int64; known are uint8, int8');
  expect(bad({ length: 1.5 })).toThrow('its number of frames, not 1.5');
  expect(bad({ labels: [1, 2] })).toThrow('There are 2 labels for 61 frames');
  expect(bad({ labels: labels.map((label) => label - 2) })).toThrow(
    'labels[0] is -2, but labels are whole numbers from -1 on',
  );
  expect(bad({ groups: Array.from(labels, (label) => label / 2) })).toThrow('groups[1] is 0.5');
  expect(() => dataLoader(7 as unknown as string, { map: 'copy' })).toThrow('A loader takes a path, a source');
  expect(() => dataLoader({} as unknown as string, { map: 'copy' })).toThrow('A loader takes a path, a source');
});

test.each(['threads', 'processes'] as const)(
  'frames of a worker that dies are still there for the next (%s)',
  async (layout) => {
    const marker = join(folder, `dead-${layout}`);
    const module = pathToFileURL(join(import.meta.dirname, 'fragile.mjs')).href;
    const map = { name: 'fragile', module, values: { exit: '30', marker } };
    let reads = 0;
    const counted: ReadAtSource = {
      ...source,
      readAt(index, destination) {
        reads++;
        destination.set(frameOf(index));
      },
    };
    for (const sharing of layout === 'threads' ? (['auto'] as const) : (['segment', 'files', 'copies'] as const)) {
      rmSync(marker, { force: true });
      reads = 0;
      const { hash } = await load(counted, { map, batch: 8, layout, sharing, workers: 2 });
      expect(hash).toBe((await load(path, { map: 'copy', batch: 8 })).hash);
      expect(reads).toBe(SAMPLES);
    }
  },
);
