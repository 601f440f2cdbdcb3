import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { dataLoader, type LoaderOptions, type LoaderSource, type SampleRecord, Stopped } from '../../dist/index.js';
import { frameOf, labels, load, SAMPLES, SHAPE, SIZE, WAYS, writeFrames } from './frames.js';

const folder = mkdtempSync(join(tmpdir(), 'loader-records-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'x.npy');
writeFrames(path);

const CENTRED = pathToFileURL(join(import.meta.dirname, 'centred.mjs')).href;
const GAF = { name: 'gaf', values: { size: 12 } };
const base: LoaderOptions = { map: GAF, batch: 8 };

/** The frames one by one, all in the same buffer, as many producers do. */
async function* stream(change: (i: number) => Partial<SampleRecord> = () => ({})): AsyncGenerator<SampleRecord> {
  const data = new Float64Array(SIZE);
  for (let i = 0; i < SAMPLES; i++) {
    data.set(frameOf(i));
    yield { data, shape: SHAPE, label: i % 3, group: i >> 3, ...change(i) };
    data.fill(-1);
  }
}

function* list(): Generator<SampleRecord> {
  for (let i = 0; i < SAMPLES; i++) yield { data: frameOf(i), label: i % 3 };
}

describe('records', () => {
  test('give the same batches as the file that holds them, whoever makes them', async () => {
    const expected = { ...(await load(path, { ...base, workers: 0 })), labels: [...labels] };
    for (const way of WAYS) {
      const options = { ...base, ...way };
      const what = JSON.stringify(way);
      expect(await load(stream(), options), what).toEqual(expected);
      expect(await load({ records: list(), frameShape: SHAPE, dtype: 'float64', length: SAMPLES }, options)).toEqual(
        expected,
      );
    }
    const { index, hash } = await load(stream(), { ...base, layout: 'threads', workers: 3, ordered: false });
    expect(index.toSorted((a, b) => a - b)).toEqual(expected.index);
    expect(hash).not.toBe('');
  });

  test('are taken from lists, of promises too, and from streams', async () => {
    const frames = [...list()];
    const expected = (await load(path, { map: 'copy' })).hash;
    const plain = { map: 'copy' } as const;
    expect((await load(frames, plain)).hash).toBe(expected);
    expect(
      (
        await load(
          frames.map((frame) => Promise.resolve(frame)),
          plain,
        )
      ).hash,
    ).toBe(expected);
    expect((await load(Readable.from(frames), plain)).hash).toBe(expected);
  });

  test.each([1, 2])(
    'end with a batch that is full, or not, with and without dropLast (%i workers)',
    async (workers) => {
      for (const batch of [1, 60, 61, 62, 10])
        for (const dropLast of [false, true]) {
          const options = { map: 'copy', batch, dropLast, layout: 'threads', workers } as const;
          const expected = dropLast && batch > SAMPLES ? [] : (await load(path, { ...options })).index;
          expect((await load(stream(), options)).index, `${batch} ${dropLast}`).toEqual(expected);
        }
    },
  );

  test('are planned without a count, or with', async () => {
    const open = dataLoader(stream(), base);
    expect(await open.plan()).toMatchObject({ samples: Number.POSITIVE_INFINITY, batches: Number.POSITIVE_INFINITY });
    expect((await open.plan()).reasons.at(-1)).toMatch(/^How many records come is not known: planned for 65536/);
    let count = 0;
    for await (const batch of open) count += batch.count;
    expect(count).toBe(SAMPLES);
    const known = dataLoader({ records: stream(), length: SAMPLES }, base);
    expect(await known.plan()).toMatchObject({ samples: SAMPLES, batches: 8 });
    await Promise.all([open.close(), known.close()]);
  });

  test('that never end are taken as they are consumed', async () => {
    let given = 0;
    function* endless(): Generator<SampleRecord> {
      for (;;) yield { data: Float32Array.of(given++, 1, 2) };
    }
    await using loader = dataLoader(endless(), { map: 'copy', batch: 4, layout: 'inline' });
    let taken = 0;
    for await (const { x } of loader) {
      expect(x.frames?.[0]).toBe(taken);
      taken += 4;
      if (taken === 400) break;
    }
    expect(given).toBeLessThanOrEqual(taken + 4 * 4);
  });

  test('go to a file when their number is told, and come back with classes and groups', async () => {
    const out = join(folder, 'set.npy');
    const told = { records: stream(), length: SAMPLES };
    const { samples, beside } = await dataLoader(told, { map: 'copy', batch: 7 }).materialize(out);
    expect(samples).toBe(SAMPLES);
    expect(readFileSync(out).subarray(-8 * SIZE * SAMPLES)).toEqual(readFileSync(path).subarray(-8 * SIZE * SAMPLES));
    expect(beside).toEqual(
      Object.fromEntries(['labels', 'groups', 'index'].map((name) => [name, join(folder, `set.${name}.npy`)])),
    );
    const read = (name: string | null): number[] => [
      ...new Int32Array(Uint8Array.from(readFileSync(name ?? '').subarray(-4 * SAMPLES)).buffer),
    ];
    expect(read(beside.labels)).toEqual([...labels]);
    expect(read(beside.groups)).toEqual(Array.from(labels, (_, i) => i >> 3));
    const split = { by: 'group', train: 0.7 } as const;
    const again = await load(out, { ...base, shuffle: { seed: 3 }, split });
    expect(again.labels).toEqual(again.index.map((sample) => sample % 3));
    const other = new Set((await load(out, { ...base, split, part: 'test' })).index.map((sample) => sample >> 3));
    expect(again.index.filter((sample) => other.has(sample >> 3))).toEqual([]);
  });
});

describe('what an iterable cannot give is refused', () => {
  test.each([
    [{ shuffle: { seed: 1 } }, 'shuffled'],
    [{ split: { by: 'time', train: 0.5 } }, 'split'],
    [{ epochs: 3 }, 'gone through again'],
  ] as const)('%o', (change, word) => {
    const make = (): unknown => dataLoader(stream(), { ...base, ...change });
    expect(make).toThrow(`they cannot be ${word}. Go through them into a file first`);
    expect(make).toThrow(expect.objectContaining({ name: 'UsageError', code: 'one-pass' }));
  });

  test('a second pass, one after close, a file of unknown length, and one that goes on later', async () => {
    const loader = dataLoader(stream(), base);
    let count = 0;
    for await (const batch of loader) count += batch.count;
    expect(count).toBe(SAMPLES);
    const again = async (): Promise<void> => {
      for await (const _ of loader);
    };
    await expect(again()).rejects.toMatchObject({ name: 'UsageError', code: 'one-pass' });
    await expect(loader.materialize(join(folder, 'no.npy'))).rejects.toThrow(
      'give the length of an iterable beside it',
    );
    const told = { records: stream(), length: SAMPLES };
    await expect(dataLoader(told, base).materialize(join(folder, 'no.npy'), { resume: true })).rejects.toThrow(
      'resumed',
    );
    const closed = dataLoader(stream(), base);
    await closed.plan();
    await closed.close();
    await expect(closed[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'one-pass' });
    const fitted = dataLoader(stream(), { map: { name: 'centred', module: CENTRED, values: {} } });
    await expect(fitted.plan()).rejects.toMatchObject({ code: 'one-pass' });
  });

  test('no records, and what is none', async () => {
    await expect(load([], base)).rejects.toThrow('it holds no samples');
    await expect(load([7] as unknown as LoaderSource, base)).rejects.toThrow('Record 0 is no { data, label, group }');
    expect(() => dataLoader({ records: 7 } as unknown as LoaderSource, base)).toThrow('are an iterable');
  });
});

describe('a record that is wrong', () => {
  const CASES: readonly (readonly [string, Partial<SampleRecord>, string])[] = [
    [
      'ragged',
      { data: new Float64Array(70), shape: undefined } as object,
      'holds 70 numbers, but a frame of 3 x 24 has 72',
    ],
    ['turned', { shape: [24, 3] }, 'holds of 24 x 3, 72 numbers'],
    ['of another dtype', { data: new Float32Array(72) }, 'has data of float32, but frames are of float64'],
    ['without data', { data: undefined } as object, 'is no { data, label, group }'],
    ['with a label of text', { label: 'cat' } as object, 'has the label cat; labels are numbers'],
    ['with a half group', { group: 0.5 }, 'has the group 0.5'],
  ];
  test.each(CASES)('%s ends the loader, is left out, or replaced', async (_, change, why) => {
    const broken = (): AsyncGenerator<SampleRecord> => stream((i) => (i === 9 ? change : {}));
    await expect(load(broken(), base)).rejects.toMatchObject({ name: 'SourceError' });
    await expect(load(broken(), base)).rejects.toThrow(`Sample 9 (batch 1) fails: Record 9 ${why}`);
    const { index, failed } = await load(broken(), { ...base, onError: 'skip', layout: 'threads', workers: 2 });
    expect(index).toEqual(Array.from(labels, (_label, i) => i).filter((i) => i !== 9));
    expect(failed.map(({ sample }) => sample)).toEqual([9]);
    const replaced = await load(broken(), { ...base, onError: 'substitute' });
    expect(replaced.labels).toEqual(Array.from(labels, (label, i) => (i === 9 ? -1 : label)));
  });
});

describe('an iterable that', () => {
  test.each(['throw', 'skip', 'substitute'] as const)(
    'fails, or is shorter or longer than told, ends the loader after the batches before (%s)',
    async (onError) => {
      async function* failing(): AsyncGenerator<SampleRecord> {
        for await (const record of stream()) {
          yield record;
          if (record.label === 1 && record.group === 2) throw new Error('socket closed');
        }
      }
      const cases: readonly (readonly [LoaderSource, string, number])[] = [
        [failing(), 'Record 17 could not be had: socket closed', 16],
        [{ records: stream(), length: 64 }, 'it ends after 61 of the 64 records that were announced', 56],
        [{ records: stream(), length: 60 }, 'it goes on after the 60 records that were announced', 56],
      ];
      for (const [source, message, before] of cases) {
        await using loader = dataLoader(source, { ...base, onError, layout: 'threads', workers: 2 });
        let count = 0;
        const ended = (async () => {
          for await (const batch of loader) count += batch.count;
        })();
        await expect(ended).rejects.toThrow(message);
        expect(count).toBe(before);
      }
    },
  );

  test('is left by break, by an error, by an abort, and not at its end, hears of it once', async () => {
    const told: string[] = [];
    const ending = (): LoaderSource => {
      const inner = stream();
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => inner.next(),
          async return() {
            told.push('return');
            return { done: true, value: undefined };
          },
        }),
      };
    };
    const leave = async (options: Partial<LoaderOptions>, how: (at: number) => boolean): Promise<void> => {
      await using loader = dataLoader(ending(), { ...base, ...options });
      let at = 0;
      for await (const _ of loader) if (how(at++)) break;
    };
    await leave({}, (at) => at === 1);
    expect(told).toEqual(['return']);
    await expect(
      leave({}, () => {
        throw new Error('mine');
      }),
    ).rejects.toThrow('mine');
    expect(told.length).toBe(2);
    const controller = new AbortController();
    const stopped = leave({ signal: controller.signal }, (at) => {
      if (at === 1) controller.abort();
      return false;
    });
    await expect(stopped).rejects.toBeInstanceOf(Stopped);
    expect(told.length).toBe(3);
    await leave({}, () => false);
    expect(told.length).toBe(3);
    await dataLoader(ending(), base).close();
    const planned = dataLoader(ending(), base);
    await planned.plan();
    await planned.close();
    expect(told.length).toBe(4);
    const lines: string[] = [];
    const rude = {
      [Symbol.asyncIterator]: () => ({ next: () => stream().next(), return: () => Promise.reject(new Error('rude')) }),
    };
    const last = dataLoader(rude, { ...base, log: (line) => lines.push(line) });
    for await (const _ of last) break;
    expect(lines).toContain('The iterable could not be ended: rude');
  });

  test('never answers ends with the signal and with close, before its first record and later', async () => {
    async function* mute(records: number): AsyncGenerator<SampleRecord> {
      for (let i = 0; i < records; i++) yield { data: frameOf(i), shape: SHAPE };
      await new Promise(() => undefined);
    }
    for (const records of [0, 3, 20]) {
      await expect(load(mute(records), { ...base, signal: AbortSignal.timeout(60) })).rejects.toBeInstanceOf(Stopped);
      const loader = dataLoader(mute(records), { ...base, layout: 'threads', workers: 1 });
      setTimeout(() => loader.close(), 60);
      const ended = (async () => {
        for await (const _ of loader);
      })();
      await expect(ended).rejects.toBeInstanceOf(Stopped);
    }
  });
});
