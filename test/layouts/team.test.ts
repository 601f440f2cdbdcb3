import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SourceError, Stopped } from '../../dist/core/errors.js';
import type { Source } from '../../dist/core/source.js';
import { makeStack } from '../../dist/core/stack.js';
import { openMemory } from '../../dist/formats/memory.js';
import { openSource } from '../../dist/formats/registry.js';
import { openSynthetic } from '../../dist/formats/synthetic/index.js';
import { planLocal, type RunOptions, runLocal } from '../../dist/layouts/local.js';
import { testOperator } from '../../dist/testing.js';
import { python, pythonHas } from '../formats/python.js';

const BANDS = pathToFileURL(join(import.meta.dirname, 'bands.mjs')).href;
const [frames, rows, columns] = [24, 96, 80];
const shape = [frames, rows, columns];

const numbers = Uint16Array.from({ length: frames * rows * columns }, (_, i) => (i * 2654435761) % 4099);
const inMemory = openMemory(makeStack(shape, 'uint16', 2), new Uint8Array(numbers.buffer));

const folder = mkdtempSync(join(tmpdir(), 'fanfold-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bands = (values: Record<string, number> = {}) => [{ name: 'bands', module: BANDS, values }];

async function sumsOf(source: Source, options: RunOptions, values: Record<string, number> = {}) {
  const { arrays, report } = await runLocal(source, bands(values), options);
  const of = (name: string) => [...(arrays.find((array) => array.name === name)?.data ?? [])];
  return { sums: of('sums'), members: of('members'), total: of('total'), report };
}

const inside = (workers: number, rest: RunOptions = {}): RunOptions => ({
  layout: 'threads',
  workers,
  split: 'inside',
  ...rest,
});

async function expectSame(source: Source, rest: RunOptions = {}, counts = [2, 3]): Promise<void> {
  const alone = await sumsOf(source, { layout: 'serial', ...rest });
  for (const workers of counts) {
    const { sums, members, total, report } = await sumsOf(source, inside(workers, rest));
    expect(sums).toEqual(alone.sums);
    expect(total).toEqual(alone.total);
    expect(new Set(members)).toEqual(new Set([(workers * (workers + 1)) / 2]));
    expect([report.workers, report.team, report.frames]).toEqual([workers, workers, alone.report.frames]);
    expect(report.perWorker.reduce((all, one) => all + one.frames, 0)).toBe(report.frames);
    expect(report.badFrames).toEqual(alone.report.badFrames);
  }
}

describe('a frame shared by a team', () => {
  test('gives the sums of a plain loop', async () => {
    const { sums } = await sumsOf(inMemory, inside(3));
    const pixels = rows * columns;
    for (const frame of [0, 7, frames - 1]) {
      for (let band = 0; band < 8; band++) {
        let sum = 0;
        for (let i = Math.floor((pixels * band) / 8); i < Math.floor((pixels * (band + 1)) / 8); i++)
          sum += Math.sqrt(numbers[frame * pixels + i] ?? 0);
        expect(sums[frame * 8 + band]).toBe(sum);
      }
    }
  });

  test('in memory and generated', async () => {
    await expectSame(inMemory, {}, [1, 2, 3, 4]);
    await expectSame(openSynthetic('counts', [6, 5, 32, 32], 'uint16', 3));
  });

  test('a part of the frames, and of a scan', async () => {
    await expectSame(inMemory, { frames: '3:17' });
    await expectSame(inMemory, { scan: [4, 6], roi: '1:4,2:5' });
  });

  test('in several teams', async () => {
    const alone = await sumsOf(inMemory, { layout: 'serial' });
    // Parts of megabytes leave one part here: the plan makes one team of it.
    const { sums, members, report } = await sumsOf(inMemory, inside(4, { team: 2 }));
    expect(sums).toEqual(alone.sums);
    expect(new Set(members)).toEqual(new Set([3]));
    expect([report.workers, report.team]).toEqual([2, 2]);
    const many = openSynthetic('counts', [32, 16, 128, 128], 'uint16', 1);
    const both = await sumsOf(many, inside(4, { team: 2, deterministic: true }));
    expect(both.sums).toEqual((await sumsOf(many, { layout: 'serial' })).sums);
    expect([both.report.workers, both.report.team]).toEqual([4, 2]);
    expect(both.report.perWorker.map((one) => one.frames > 0)).toEqual([true, false, true, false]);
  });

  test('sums of more numbers than are passed on at a time', async () => {
    await sumsOf(inMemory, inside(3), { long: 20001 });
    await sumsOf(inMemory, inside(1), { long: 20001 });
  });

  test('many sums in a frame', { timeout: 60_000 }, async () => {
    const alone = await sumsOf(inMemory, { layout: 'serial' });
    expect((await sumsOf(inMemory, inside(4), { turns: 50 })).sums).toEqual(alone.sums);
  });
});

describe.runIf(pythonHas('h5py, hdf5plugin, numpy', 'frames of several codecs shared by a team'))('files', () => {
  beforeAll(() => {
    python(
      `
import h5py, hdf5plugin, numpy as np, sys
from hdf5plugin import Bitshuffle, Zstd, LZ4
def numbers(dtype):
    i = np.arange(${frames * rows * columns}, dtype=np.uint64)
    return ((i * 2654435761) % 4099).astype(dtype).reshape(${shape.join()})
with h5py.File(sys.argv[1], 'w') as h:
    one, four, parts = (1, ${rows}, ${columns}), (4, ${rows}, ${columns}), (5, 40, 33)
    def add(name, chunks, dtype='<u2', **how):
        h.create_dataset(name, data=numbers(dtype), chunks=chunks, **how)
    add('bslz4', one, **Bitshuffle(nelems=512, cname='lz4'))
    add('bslz4_u4', one, '<u4', **Bitshuffle(cname='lz4'))
    add('bslz4_four', four, **Bitshuffle(nelems=512, cname='lz4'))
    add('bslz4_parts', parts, **Bitshuffle(cname='lz4'))
    add('bslz4_big', one, '>u4', **Bitshuffle(nelems=512, cname='lz4'))
    add('bitshuffle', one, **Bitshuffle(cname='none'))
    add('gzip', one, compression='gzip', shuffle=True, fletcher32=True)
    add('gzip_four', four, compression='gzip')
    add('gzip_parts', parts, compression='gzip')
    add('gzip_half', one, '<f2', compression='gzip')
    add('plain', one)
    add('contiguous', None)
    add('wide', None, '>i8')
    d = h.create_dataset('missing', (${shape.join()}), '<u2', chunks=one, fillvalue=7, **Bitshuffle(cname='lz4'))
    d[3:9] = numbers('<u2')[3:9]
    add('damaged', one, '<f4', **Bitshuffle(nelems=512, cname='lz4'))
    add('damaged_gzip', one, '<f4', compression='gzip')
with h5py.File(sys.argv[1], 'r') as h:
    places = [h[name].id.get_chunk_info(5) for name in ('damaged', 'damaged_gzip')]
with open(sys.argv[1], 'r+b') as f:
    # A length beyond the end for a block in the second half; bytes that are no deflate.
    at = places[0].byte_offset + 12
    for block in range(10):
        f.seek(at)
        at += 4 + int.from_bytes(f.read(4), 'big')
    f.seek(at)
    f.write(bytes([127, 255, 255, 255]))
    f.seek(places[1].byte_offset + places[1].size // 2)
    f.write(bytes(255 for _ in range(64)))
`,
      join(folder, 'all.h5'),
    );
  });

  const names = ['bslz4', 'bslz4_u4', 'bslz4_four', 'bslz4_parts', 'bslz4_big', 'bitshuffle', 'missing', 'contiguous'];
  for (const name of [...names, 'gzip', 'gzip_four', 'gzip_parts', 'gzip_half', 'plain', 'wide']) {
    test(name, async () => {
      const source = await openSource(`${join(folder, 'all.h5')}:/${name}`);
      await expectSame(source);
      await expectSame(source, { kernel: 'ts', frames: '2:9' }, [2]);
    });
  }

  test('one frame at a time', async () => {
    const source = await openSource(`${join(folder, 'all.h5')}:/bslz4`);
    for (const chosen of ['0:1', '23:24']) await expectSame(source, { frames: chosen }, [1, 2, 3, 4]);
  });

  for (const name of ['damaged', 'damaged_gzip']) {
    test(`${name}: replaced, or the error that names it`, async () => {
      const source = await openSource(`${join(folder, 'all.h5')}:/${name}`);
      for (const onBadFrame of ['zero', 'nan'] as const) {
        await expectSame(source, { onBadFrame });
        await expectSame(source, { onBadFrame, frames: '5:6' });
      }
      for (const workers of [2, 4]) {
        for (const chosen of ['0:24', '5:6']) {
          const run = runLocal(source, bands(), inside(workers, { frames: chosen }));
          await expect(run).rejects.toThrow(SourceError);
          await expect(run).rejects.toThrow(/^Frame 5 is damaged/);
        }
      }
    });
  }
});

describe('a team ends', () => {
  const seconds = async (work: Promise<unknown>): Promise<number> => {
    const started = performance.now();
    await work.catch(() => undefined);
    return (performance.now() - started) / 1000;
  };

  test('when one member fails', async () => {
    for (const workers of [2, 4]) {
      const run = runLocal(inMemory, bands({ failAt: 9 }), inside(workers));
      await expect(run).rejects.toThrow(/Operator bands, frames .* failed: no frame 9/);
    }
  });

  test('when one member dies', async () => {
    const run = runLocal(inMemory, bands({ dieAt: 9 }), inside(3));
    await expect(run).rejects.toThrow(/Worker thread 2 ended early with code 9/);
  });

  test('when it is stopped, within a tenth of a second beside the tile at hand', async () => {
    const many = openSynthetic('counts', [64, 64, 64, 64], 'uint16', 1);
    const stop = new AbortController();
    let stopped = 0;
    const onProgress = (done: number): void => {
      if (done === 0 || stop.signal.aborted) return;
      stopped = performance.now();
      stop.abort();
    };
    const run = runLocal(many, bands({ pause: 20 }), inside(3, { signal: stop.signal, onProgress }));
    await expect(run).rejects.toThrow(Stopped);
    expect(performance.now() - stopped).toBeLessThan(120);
    expect(await seconds(runLocal(many, bands(), inside(3, { signal: AbortSignal.abort() })))).toBeLessThan(2);
  });

  test('without leaving threads', () => {
    expect(readdirSync('/proc/self/task').length).toBeLessThan(40);
  });
});

describe('what cannot be shared', () => {
  test('operators that are not made for it', async () => {
    const run = runLocal(inMemory, [{ name: 'sum', values: {} }], inside(2));
    await expect(run).rejects.toThrow(/^Operator sum cannot share a frame between workers: leave --split inside out\./);
  });

  test('frames between processes; a team without a frame to share', async () => {
    const run = (options: RunOptions) => runLocal(inMemory, bands(), options);
    await expect(run({ layout: 'processes', split: 'inside' })).rejects.toThrow(/one memory.*Use --layout threads/);
    await expect(run({ team: 2 })).rejects.toThrow(/add --split inside/);
  });

  test('the plan says who shares what', async () => {
    const planned = async (options: RunOptions) => (await planLocal(inMemory, bands(), options)).planned.plan;
    const plan = await planned(inside(3));
    expect([plan.workers, plan.team]).toEqual([3, 3]);
    expect(plan.teamBytes).toBeGreaterThan(rows * columns * 2);
    expect(plan.reasons.join(' ')).toMatch(
      /Split inside frames: all 3 workers decode and process each frame together, in/,
    );
    const dealt = await planned({ layout: 'threads', workers: 3 });
    expect([dealt.team, dealt.teamBytes]).toEqual([1, 0]);
    const rest = await planned(inside(5, { team: 2 }));
    expect(rest.reasons[0]).toMatch(/5 asked for, but/);
    const alone = await planned({ layout: 'serial', split: 'inside' });
    expect([alone.workers, alone.team, alone.teamBytes]).toEqual([1, 1, 0]);
  });
});

test('the conformance test of operators tries teams: it sees that this one counts its members', async () => {
  const tested = testOperator({ name: 'bands', module: BANDS }, { dtypes: ['uint16'] });
  await expect(tested).rejects.toThrow(/2 workers in teams of 2.*: members: element 0 is 3 instead of 1/);
});
