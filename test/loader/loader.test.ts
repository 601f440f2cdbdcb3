import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Batch, dataLoader, type LoaderOptions, type OperatorRef } from '../../dist/index.js';
import { all, fragile, load, SAMPLES, source, values } from './samples.js';

const folder = mkdtempSync(join(tmpdir(), 'loader-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const GAF: OperatorRef = { name: 'gaf', values: { size: 12 } };

describe('the same batches', () => {
  const base = { map: GAF, batch: 8, shuffle: { seed: 7 } } as const;

  test('whoever makes them, in rings of any size', async () => {
    const { hash, index } = await load({ ...base, workers: 0 });
    expect([...index].sort((a, b) => a - b)).toEqual(all);
    expect(index).not.toEqual(all);
    const slot = 2 * 3 * 12 * 12 * 4 * 8;
    const ways: LoaderOptions[] = [
      { ...base, layout: 'threads', workers: 1 },
      { ...base, layout: 'threads', workers: 2 },
      { ...base, layout: 'threads', workers: 3 },
      { ...base, layout: 'threads', workers: 2, memory: { ring: 3 * slot + 1000 } },
      { ...base, layout: 'threads', workers: 2, prefetch: 4 },
      { ...base, layout: 'threads', workers: 2, chunk: 1 },
      { ...base, layout: 'threads', workers: 3, chunk: 3 },
      { ...base, layout: 'threads', workers: 2, chunk: 20 },
      { ...base, layout: 'processes', sharing: 'segment', workers: 2, chunk: 3 },
      { ...base, layout: 'processes', sharing: 'files', workers: 2, chunk: 3 },
      { ...base, layout: 'processes', sharing: 'copies', workers: 2, chunk: 3 },
      { ...base, layout: 'processes', sharing: 'copies', workers: 2, chunk: 24 },
      { ...base, layout: 'inline', memory: { ring: slot + 1000 } },
      { ...base, workers: 0, debug: true },
      { ...base, layout: 'threads', workers: 2, debug: true },
      { ...base, layout: 'processes', workers: 2 },
      { ...base, layout: 'processes', workers: 1, sharing: 'files' },
      { ...base, layout: 'processes', workers: 3, sharing: 'copies' },
    ];
    for (const way of ways) expect(await load(way), JSON.stringify(way)).toMatchObject({ hash, index });
  });

  test('hold what the operator makes of the samples', async () => {
    await using loader = dataLoader(source, {
      map: 'copy',
      batch: 7,
      layout: 'threads',
      workers: 2,
      shuffle: { seed: 1 },
    });
    for await (const { x, index, shapes, count, y } of loader) {
      expect(shapes.frames).toEqual([count, 3, 24]);
      expect([...y]).toEqual([...index].map((sample) => sample % 2));
      const expected = [...index].flatMap((sample) => [...values.subarray(sample * 72, (sample + 1) * 72)]);
      expect([...(x.frames ?? [])]).toEqual(expected);
    }
  });

  test('another order in every epoch, the same when it is asked for by number', async () => {
    await using loader = dataLoader(source, { map: 'copy', batch: 10, shuffle: { seed: 3 } });
    const indices = async (batches: AsyncIterable<Batch>): Promise<number[]> => {
      const found: number[] = [];
      for await (const { index } of batches) found.push(...index);
      return found;
    };
    const [first, second] = [await indices(loader), await indices(loader)];
    expect(second).not.toEqual(first);
    expect(await indices(loader.epoch(0))).toEqual(first);
    expect(await indices(loader.epoch(1))).toEqual(second);
    expect(loader.stats()).toMatchObject({ epochs: 4, batches: 44, samples: 404, bytes: 404 * 72 * 8 });
  });

  test('as they come hold every sample once', async () => {
    const { index } = await load({ map: 'copy', batch: 4, layout: 'threads', workers: 3, ordered: false });
    expect([...index].sort((a, b) => a - b)).toEqual(all);
  });

  test('several operators in one pass have names of their own', async () => {
    await using loader = dataLoader(source, { map: [{ name: 'copy', values: {} }, GAF], batch: 64 });
    for await (const { x } of loader) expect(Object.keys(x)).toEqual(['copy.frames', 'gaf.sum', 'gaf.diff']);
  });

  test('dropLast leaves out what does not fill a batch', async () => {
    expect((await load({ map: 'copy', batch: 25, dropLast: true })).index).toEqual(all.slice(0, 100));
  });
});

describe('parts', () => {
  test('are counted in the plan, and only the one asked for is loaded', async () => {
    const options = { map: 'copy', split: { by: 'group', train: 0.6, validation: 0.2, seed: 5 } } as const;
    const parts = await Promise.all(
      (['train', 'validation', 'test'] as const).map((part) => load({ ...options, part })),
    );
    expect(parts.flatMap(({ index }) => index).sort((a, b) => a - b)).toEqual(all);
    const plan = await dataLoader(source, options).plan();
    expect(plan.parts).toEqual({
      train: parts[0]?.index.length,
      validation: parts[1]?.index.length,
      test: parts[2]?.index.length,
    });
    expect(plan.samples).toBe(parts[0]?.index.length);
  });

  test('are all scaled by what the training part says', async () => {
    const options = {
      map: { name: 'scale', values: { dtype: 'float64', range: [0, 1] } },
      split: { by: 'group', train: 0.5, validation: 0.2, seed: 3 },
    } as const;
    const training = (await load({ ...options, part: 'train' })).index;
    const channel = (sample: number, c: number) => values.subarray(sample * 72 + c * 24, sample * 72 + (c + 1) * 24);
    const limits = [0, 1, 2].map((c) => {
      const points = training.flatMap((sample) => [...channel(sample, c)]);
      return [Math.min(...points), Math.max(...points)] as const;
    });
    for (const part of ['train', 'validation', 'test'] as const) {
      await using loader = dataLoader(source, { ...options, part });
      for await (const { index, x } of loader) {
        expect(Object.keys(x)).toEqual(['scaled']);
        const expected = [...index].flatMap((sample) =>
          limits.flatMap(([low, high], c) => [...channel(sample, c)].map((value) => (value - low) / (high - low))),
        );
        expect([...(x.scaled ?? [])]).toEqual(expected);
      }
    }
  });

  test('that are empty are refused by name', async () => {
    const loader = dataLoader(source, { map: 'copy', split: { by: 'time', train: 1 }, part: 'test' });
    await expect(loader.plan()).rejects.toThrow(/The part test of the split of array holds no samples/);
  });
});

describe('samples that fail', () => {
  const base = { map: fragile({ bad: '3,50,51' }), batch: 8 } as const;

  test.each(['inline', 'threads'] as const)('end the loader by default, named (%s)', async (layout) => {
    await expect(load({ ...base, layout, workers: 2 })).rejects.toThrow(/Sample 3 \(batch 0\) fails: .*no good/);
  });

  test.each([0, 2])('are left out when asked (%i workers)', async (workers) => {
    await using loader = dataLoader(source, {
      ...base,
      workers,
      layout: workers ? 'threads' : 'inline',
      onError: 'skip',
    });
    const left: number[] = [];
    for await (const { index, x, failed, count } of loader) {
      expect([...(x.frames ?? [])]).toEqual([...index].flatMap((n) => [...values.subarray(n * 72, n * 72 + 72)]));
      expect(index.length).toBe(count);
      left.push(...failed.map(({ sample }) => sample));
      for (const { reason } of failed) expect(reason).toMatch(/no good/);
    }
    expect(left).toEqual([3, 50, 51]);
    expect(loader.stats()).toMatchObject({ samples: SAMPLES - 3, failed: 3 });
  });

  test('are replaced by zeros without a class when asked', async () => {
    await using loader = dataLoader(source, { ...base, onError: 'substitute' });
    for await (const { index, x, y, failed } of loader) {
      for (const [k, sample] of index.entries()) {
        const isBad = [3, 50, 51].includes(sample);
        expect(y[k]).toBe(isBad ? -1 : sample % 2);
        expect(x.frames?.[k * 72 + 1]).toBe(isBad ? 0 : values[sample * 72 + 1]);
      }
      expect(failed.every(({ sample }) => index.includes(sample))).toBe(true);
    }
  });
});

describe('a worker that dies', () => {
  test.each([1, 2])('has its batch made once more (%i workers)', async (workers) => {
    const map = fragile({ exit: '20', marker: join(folder, `once-${workers}`) });
    await using loader = dataLoader(source, { map, batch: 8, layout: 'threads', workers });
    const found: number[] = [];
    for await (const { index, x } of loader) {
      found.push(...index);
      expect(x.frames?.[0]).toBe(values[(index[0] ?? 0) * 72]);
    }
    expect(found).toEqual(all);
    expect(loader.stats().redone).toBe(1);
    for await (const { count } of loader) expect(count).toBeGreaterThan(0);
    expect(loader.stats().redone).toBe(1);
  });

  test('twice over the same batch ends the loader, its samples named', async () => {
    await expect(load({ map: fragile({ exit: '20' }), batch: 8, layout: 'threads', workers: 2 })).rejects.toThrow(
      /Two workers died while they made batch 2: samples 16, 17, 18, 19, 20, 21, 22, 23\b/,
    );
  });
});

describe('bad options', () => {
  test.each([
    [{ batch: 0 }, /batch of a loader is a whole number from 1 on, not 0/],
    [{ batch_size: 8 }, /A loader has no option batch_size\. Did you mean batch\?/],
    [{ sufle: { seed: 1 } }, /Did you mean shuffle\?/],
    [{ window: 96 }, /openSource\(path, \{ timeSeries/],
    [{ map: '' }, /A loader needs an operator/],
    [{ map: () => 1 }, /never a function/],
    [{ map: ['gaf'] }, /a list of these objects/],
    [{ memory: '64MiB' }, /memory of a loader is \{ ring: '64MiB'/],
    [{ memory: { rign: 1 } }, /memory of a loader/],
    [{ workers: -2 }, /workers of a loader/],
    [{ patience: 0 }, /patience/],
    [{ part: 'test' }, /no part test without a split/],
    [{ shuffle: { seed: 0.5 } }, /seed, a whole number/],
  ] as const)('%j is refused at once', (options, message) => {
    expect(() => dataLoader(source, { map: 'copy', ...(options as object) })).toThrow(message);
  });

  test.each([
    ['sum', {}, /sum once for the whole stack/],
    [
      { name: 'com', values: { subtract: 'plane' } },
      {},
      /com, with these values, finishes its entries when it has seen all/,
    ],
    ['gafff', {}, /gaf/],
    ['copy', { batch: 200, dropLast: true }, /101 samples do not fill one batch of 200/],
    ['copy', { memory: { ring: 100 } }, /100 bytes/],
    [[], {}, /needs an operator/],
  ] as const)('%j with %j is refused by the plan', async (map, options, message) => {
    await expect(dataLoader(source, { map, ...options }).plan()).rejects.toThrow(message);
  });
});
