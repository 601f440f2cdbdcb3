import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FanfoldError } from '../../dist/core/errors.js';
import { fullShape } from '../../dist/core/stack.js';
import { severalOf } from '../../dist/formats/location.js';
import { gapsIn, naturalOrder } from '../../dist/formats/numbering.js';
import { openSource } from '../../dist/formats/registry.js';
import { matchingFiles } from '../../dist/io/pattern.js';
import { runLocal } from '../../dist/layouts/local.js';
import { fanfold, writeNpy } from '../cli/fanfold.js';
import { allPixels, FRAME_SUMS, frameSums } from './frames.js';
import { python, pythonHas } from './python.js';

const hasH5py = pythonHas('h5py', 'series of files that h5py writes');
const shared = join(import.meta.dirname, '../../../shared/data/xrd');
const isThere = existsSync(shared);
if (!isThere) process.stderr.write(`not run: a series of Lambda files (${shared} is not there)\n`);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fanfold-series-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let made = 0;
function fresh(): string {
  const at = join(folder, `case${made++}`);
  mkdirSync(at);
  return at;
}

const ramp = (start: number, count: number): Uint16Array => Uint16Array.from({ length: count }, (_, i) => start + i);

/** Numbered .npy files of `frames` frames of (2, 3); pixel values count on from file to file. */
function numbered(numbers: readonly (number | string)[], frames = 2): string {
  const at = fresh();
  numbers.forEach((n, i) => {
    writeNpy(join(at, `part${n}.npy`), '<u2', [frames, 2, 3], ramp(i * frames * 6, frames * 6));
  });
  return at;
}

async function failure(act: () => Promise<unknown>): Promise<FanfoldError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof FanfoldError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('names', () => {
  test('are ordered as a person would', () => {
    const names = [
      'part10',
      'part2',
      'part1',
      'part02b',
      'a',
      'part2a',
      'part',
      'part100000000000000000000',
      'part99999999999999999999',
    ];
    expect(names.sort(naturalOrder)).toEqual([
      'a',
      'part',
      'part1',
      'part2',
      'part2a',
      'part02b',
      'part10',
      'part99999999999999999999',
      'part100000000000000000000',
    ]);
  });

  test('have a total order', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '0', '1', '9', '.'), maxLength: 6 });
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        expect(Math.sign(naturalOrder(a, b)) + Math.sign(naturalOrder(b, a))).toBe(0);
        expect(naturalOrder(a, b) === 0).toBe(a === b);
        if (naturalOrder(a, b) < 0 && naturalOrder(b, c) < 0) expect(naturalOrder(a, c)).toBeLessThan(0);
      }),
    );
  });

  test.each([
    [['s0.h5', 's1.h5', 's3.h5'], ['s2.h5']],
    [
      ['s008.h5', 's009.h5', 's012.h5'],
      ['s010.h5', 's011.h5'],
    ],
    [['s9.h5', 's10.h5', 's12.h5'], ['s11.h5']],
    [['s0.h5', 's10.h5', 's20.h5', 's40.h5'], ['s30.h5']],
    [['s0.h5', 's2.h5'], ['s1.h5']],
    [['s0.h5', 's2.h5', 's4.h5'], []],
    [['s1_a.h5', 's2_b.h5', 's9_c.h5'], []],
    [['a.h5', 'b.h5'], []],
    [
      ['run3/s1.h5', 'run3/s4.h5', 'run3/s5.h5'],
      ['run3/s2.h5', 'run3/s3.h5'],
    ],
    [
      ['s20260101.h5', 's20270101.h5'],
      ['s20260102.h5', 's20260103.h5', 's20260104.h5', 's20260105.h5', 's20260106.h5'],
    ],
  ])('%j lack %j', (names, missing) => {
    expect(gapsIn(names).flatMap((gap) => gap.names)).toEqual(missing);
  });
});

describe('patterns', () => {
  test("match files in any folder, in a shell's way", () => {
    const at = fresh();
    for (const name of ['a1.h5', 'a2.h5', 'a10.h5', 'b1.h5', '.a1.h5', 'a[1].h5', 'a+1.h5', 'a1xh5'])
      writeFileSync(join(at, name), 'x');
    mkdirSync(join(at, 'a3.h5'));
    mkdirSync(join(at, 'sub'));
    writeFileSync(join(at, 'sub', 'a1.h5'), 'x');
    const found = (pattern: string): string[] =>
      matchingFiles(join(at, pattern))
        .map((path) => path.slice(at.length + 1))
        .sort();
    expect(found('a*.h5')).toEqual(['a+1.h5', 'a1.h5', 'a10.h5', 'a2.h5', 'a[1].h5']);
    expect(found('a?.h5')).toEqual(['a1.h5', 'a2.h5']);
    expect(found('a[2-9].h5')).toEqual(['a2.h5']);
    expect(found('[!b]1.h5')).toEqual(['a1.h5']);
    expect(found('a[[]1].h5')).toEqual(['a[1].h5']);
    expect(found('.a*')).toEqual(['.a1.h5']);
    expect(found('*/a1.h5')).toEqual(['sub/a1.h5']);
    expect(found('a[9-0].h5')).toEqual([]);
    expect(found('nowhere/*.h5')).toEqual([]);
    // a folder of just that name is meant
    mkdirSync(join(at, 'run[1]'));
    writeFileSync(join(at, 'run[1]', 'a1.h5'), 'x');
    expect(found('run[1]/a*.h5')).toEqual(['run[1]/a1.h5']);
    // a file of just that name comes first
    expect(severalOf(join(at, 'a[1].h5'))).toBeNull();
    expect(severalOf(join(at, 'a[2].h5'))).toEqual([join(at, 'a[2].h5')]);
  });

  test('lists are texts with commas, unless a file has that name', () => {
    const at = fresh();
    for (const name of ['a.npy', 'b.npy', 'c,d.npy']) writeFileSync(join(at, name), 'x');
    const [a, b] = [join(at, 'a.npy'), join(at, 'b.npy')];
    expect(severalOf(`${a},${b}`)).toEqual([a, b]);
    expect(severalOf(`${a},${b}:/e/d`)).toEqual([`${a}:/e/d`, `${b}:/e/d`]);
    expect(severalOf(`${a}:/x,${b}:/y`)).toEqual([`${a}:/x`, `${b}:/y`]);
    expect(severalOf(join(at, 'c,d.npy'))).toBeNull();
    expect(severalOf(`${a}:/e/d,e`)).toBeNull();
    expect(severalOf('no,such.npy')).toBeNull();
  });
});

describe('files that make one stack', () => {
  test('by pattern, list and text; part2 before part10', async () => {
    const at = numbered(Array.from({ length: 12 }, (_, i) => i + 1));
    const wanted = Array.from(ramp(0, 144));
    const pattern = await openSource(join(at, 'part*.npy'));
    expect([fullShape(pattern.handle.stack), pattern.format, pattern.location]).toEqual([
      [24, 2, 3],
      'npy',
      join(at, 'part*.npy'),
    ]);
    expect(await allPixels(pattern)).toEqual(wanted);
    const paths = Array.from({ length: 12 }, (_, i) => join(at, `part${12 - i}.npy`));
    expect(await allPixels(await openSource(paths))).toEqual(wanted);
    expect(await allPixels(await openSource(paths.join(',')))).toEqual(wanted);
    expect(await allPixels(await openSource([join(at, 'part?.npy'), join(at, 'part1[0-2].npy')]))).toEqual(wanted);
    expect(pattern.notes[0]).toBe(`12 files joined: ${at}/part1.npy to part12.npy.`);
  });

  test('single images become frames, one file alone stays what it is', async () => {
    const at = fresh();
    for (let i = 0; i < 3; i++) writeNpy(join(at, `image${i}.npy`), '<u2', [2, 3], ramp(6 * i, 6));
    const source = await openSource(join(at, 'image*.npy'));
    expect([source.handle.stack.stackShape, source.handle.stack.frameShape]).toEqual([[3], [2, 3]]);
    expect(await allPixels(source)).toEqual(Array.from(ramp(0, 18)));
    expect((await openSource(join(at, 'image[1].npy'))).location).toBe(join(at, 'image1.npy'));
  });

  test('rows of a scan keep their second dimension', async () => {
    const at = fresh();
    for (let i = 0; i < 3; i++) writeNpy(join(at, `row${i}.npy`), '<u2', [1, 4, 2, 2], ramp(16 * i, 16));
    const { stack } = (await openSource(join(at, 'row*.npy'))).handle;
    expect([stack.stackShape, stack.frameShape]).toEqual([
      [3, 4],
      [2, 2],
    ]);
  });

  test('every layout gives the sum that one file would', async () => {
    const at = numbered(Array.from({ length: 40 }, (_, i) => i));
    const source = await openSource(join(at, 'part*.npy'));
    const wanted = Array.from({ length: 6 }, (_, p) =>
      Array.from({ length: 80 }, (_, f) => 6 * f + p).reduce((a, b) => a + b),
    );
    for (const layout of ['serial', 'threads', 'processes']) {
      const { arrays } = await runLocal(source, [{ name: 'sum', values: {} }], { layout, workers: 2 });
      expect(Array.from(arrays[0]?.data ?? [])).toEqual(wanted);
    }
    const { arrays } = await runLocal(source, [{ name: 'sum', values: {} }], { layout: 'serial', frames: '3:6' });
    expect(arrays[0]?.data[0]).toBe(6 * (3 + 4 + 5));
  });

  test.each([
    [[0, 1, 3], 'part2.npy is missing between part1.npy and part3.npy'],
    [['0000', '0001', '0004', '0005', '0009'], 'part0002.npy, '],
  ])('%j has a gap, which is named', async (numbers, text) => {
    const at = numbered(numbers);
    const error = await failure(() => openSource(join(at, 'part*.npy')));
    expect([error.kind, error.code]).toEqual(['SourceError', 'series-gap']);
    expect(error.message.replaceAll(`${at}/`, '')).toContain(text);
    const source = await openSource(join(at, 'part*.npy'), { allowGaps: true });
    expect(source.handle.stack.stackShape).toEqual([2 * numbers.length]);
    expect(source.notes.join().replaceAll(`${at}/`, '')).toContain(text);
  });

  test('what cannot be joined is named with both files and what differs', async () => {
    const at = fresh();
    writeNpy(join(at, 'a.npy'), '<u2', [2, 2, 3], ramp(0, 12));
    writeNpy(join(at, 'b.npy'), '<u2', [2, 3, 2], ramp(0, 12));
    writeNpy(join(at, 'c.npy'), '<f8', [1, 2, 3], new Float64Array(6));
    const two = (other: string) => failure(() => openSource([join(at, 'a.npy'), join(at, other)]));
    expect((await two('b.npy')).message).toBe(
      `${at}/a.npy and ${at}/b.npy cannot be joined: their frames differ, 2 x 3 against 3 x 2. Open them one by one, or rewrite one like the other.`,
    );
    expect((await two('c.npy')).message).toContain('their elements differ, uint16 against float64');
    expect((await two('gone.npy')).message).toContain('gone.npy does not exist');
    expect((await two('a.npy')).code).toBe('file-twice');
    expect((await failure(() => openSource(join(at, 'x*.npy')))).code).toBe('no-match');
    expect((await failure(() => openSource([]))).code).toBe('no-source');
    writeFileSync(join(at, 'd.npy'), 'no array');
    expect((await two('d.npy')).message).toContain('d.npy is not NPY despite its name');
  });
});

const HEAD = `
import sys, h5py, json, numpy as np
out = sys.argv[1]
def part(n, a, numbers=None, total=None, **k):
    with h5py.File(f'{out}/s_{n:03d}.nxs', 'w') as f:
        d = f.create_group('entry/instrument/detector'); d.attrs['NX_class'] = 'NXdetector'
        f['entry'].attrs['NX_class'] = 'NXentry'
        d.create_dataset('data', data=a, compression='gzip', **{'chunks': (1, *a.shape[1:]), **k})
        d['x_pixel_size'] = 50.0; d['x_pixel_size'].attrs['units'] = 'um'
        d['y_pixel_size'] = 50.0; d['y_pixel_size'].attrs['units'] = 'um'
        d['distance'] = 1.0 + n; d['distance'].attrs['units'] = 'm'
        if numbers is not None: d['sequence_number'] = np.array(numbers, 'i4')
        if total is not None: d['collection/frame_numbers'] = [total]
def frames(first, count): return np.arange(first * 12, (first + count) * 12, dtype='i4').reshape(count, 3, 4)
`;

function write(program: string): string {
  const at = fresh();
  python(`${HEAD}\n${program}`, at);
  return at;
}

describe.runIf(hasH5py)('parts in HDF5', () => {
  const counting = (count: number): number[] => Array.from({ length: count * 12 }, (_, i) => i);

  test('are ordered by the numbers of their frames, whatever they are called', async () => {
    const at = write(
      `part(0, frames(3, 3), [4, 5, 6], 9); part(1, frames(0, 3), [1, 2, 3], 9); part(2, frames(6, 3), [7, 8, 9], 9)`,
    );
    const source = await openSource(join(at, 's_*.nxs'));
    expect(await allPixels(source)).toEqual(counting(9));
    expect(source.location).toBe(join(at, 's_*.nxs:/entry/instrument/detector/data'));
    expect(await allPixels(await openSource(source.location))).toEqual(counting(9));
  });

  test('and miss frames by these numbers, in between or at the end', async () => {
    const at = write(`part(0, frames(0, 3), [1, 2, 3], 12); part(1, frames(3, 3), [7, 8, 9], 12)`);
    const error = await failure(() => openSource(join(at, 's_*.nxs')));
    expect([error.code, error.message.replaceAll(`${at}/`, '')]).toEqual([
      'series-gap',
      expect.stringMatching(/^Frames 4 to 6 are missing between s_000\.nxs.* and s_001\.nxs/),
    ]);
    const { notes } = await openSource(join(at, 's_*.nxs'), { allowGaps: true });
    expect(notes.join()).toContain('Frames 1 to 9 of a series of 12');
  });

  test('numbers that begin anew in every file say nothing', async () => {
    const at = write(`part(0, frames(0, 2), [1, 2]); part(1, frames(2, 2), [1, 2])`);
    expect(await allPixels(await openSource(join(at, 's_*.nxs')))).toEqual(counting(4));
  });

  test('that end inside a chunk, with a selection of frames on top', async () => {
    const at = write(
      `part(0, frames(0, 5), chunks=(4, 3, 4)); part(1, frames(5, 6), chunks=(4, 3, 4)); part(2, frames(11, 4), chunks=(4, 3, 2))`,
    );
    const source = await openSource([join(at, 's_000.nxs'), join(at, 's_001.nxs')]);
    expect(await allPixels(source)).toEqual(counting(11));
    const { arrays } = await runLocal(source, [{ name: 'sum', values: {} }], {
      layout: 'threads',
      workers: 2,
      frames: '4:6',
    });
    expect(arrays[0]?.data[0]).toBe(4 * 12 + 5 * 12);
    expect((await failure(() => openSource(join(at, 's_*.nxs')))).message).toContain(
      'chunks differ, 4 x 3 x 4 against 4 x 3 x 2',
    );
  });

  test('keep the facts of the detector on which they agree', async () => {
    const at = write(`part(0, frames(0, 1)); part(1, frames(1, 1))`);
    const { detector, notes } = await openSource(join(at, 's_*.nxs'));
    expect(detector).toEqual({ pixelSize: [expect.closeTo(5e-5, 12), expect.closeTo(5e-5, 12)] });
    expect(notes).toContain('The files disagree on distance of the detector, left out.');
  });
});

describe.runIf(isThere)('five files of a Lambda detector', () => {
  const pattern = join(shared, 'lambda_m1_part0000[0-4].nxs');

  test('are 50 frames in order, with mask and pixel size', { timeout: 60_000 }, async () => {
    const source = await openSource(pattern);
    expect(fullShape(source.handle.stack)).toEqual([50, 516, 1554]);
    expect(source.detector?.name).toBe('Lambda');
    expect(source.detector?.mask).toBe(join(shared, 'lambda_m1_part00000.nxs:/entry/instrument/detector/pixel_mask'));
    expect(source.notes.filter((note) => note.startsWith('Detector'))).toHaveLength(1);
    if (!hasH5py) return;
    const expected = python(
      `import sys, json, h5py, numpy as np${FRAME_SUMS}\nr = []\nfor n in range(5): r += frame_sums(h5py.File(f'{sys.argv[1]}/lambda_m1_part0000{n}.nxs')['entry/instrument/detector/data'][()])\nprint(json.dumps(r))`,
      shared,
    );
    expect(await frameSums(source)).toEqual(JSON.parse(expected));
  });

  test('a part that is missing is named', async () => {
    const error = await failure(() => openSource(join(shared, 'lambda_m1_part0000[0134].nxs')));
    expect(error.message).toContain(
      'lambda_m1_part00002.nxs is missing between lambda_m1_part00001.nxs and lambda_m1_part00003.nxs',
    );
  });
});

describe('on the command line', () => {
  test('a pattern, several paths, info, plan, run and the recipe of an output', () => {
    const at = numbered([1, 2, 3]);
    expect(fanfold(at, 'info', 'part*.npy').stdout).toContain('shape      6 x 2 x 3: 6 frames of 2 x 3');
    expect(JSON.parse(fanfold(at, 'info', 'part1.npy', 'part2.npy', '--json').stdout)).toMatchObject({ frames: 4 });
    expect(fanfold(at, 'plan', 'sum', 'part1.npy', 'part2.npy').stdout).toContain('sum over 4 x 2 x 3 uint16');
    const ran = fanfold(at, 'run', 'sum', 'part*.npy', '-o', 'out.h5');
    expect({ code: ran.code, out: ran.stdout }).toEqual({
      code: 0,
      out: expect.stringContaining('sum: 2 x 3, min 90, max 120'),
    });
    expect(ran.stderr).toContain('note: 3 files joined: part1.npy to part3.npy.');
    const recipe =
      /\{[^{}]*"source":"[^"]*"[^{}]*\{[^{}]*\}[^{}]*\}/.exec(readFileSync(join(at, 'out.h5'), 'latin1'))?.[0] ?? '';
    expect(JSON.parse(recipe)).toEqual({ operators: 'sum', source: 'part*.npy', values: {} });
    writeFileSync(join(at, 'recipe.json'), recipe);
    expect(fanfold(at, 'run', 'recipe.json').stdout).toBe(ran.stdout);
  });

  test('a gap, a pattern that matches nothing, and the tree of several', () => {
    const at = numbered([1, 2, 4]);
    const gap = fanfold(at, 'run', 'sum', 'part*.npy');
    expect([gap.code, gap.stderr]).toEqual([
      3,
      expect.stringContaining('part3.npy is missing between part2.npy and part4.npy'),
    ]);
    expect(fanfold(at, 'run', 'sum', 'part*.npy', '--allow-gaps').code).toBe(0);
    expect(fanfold(at, 'info', 'none*.npy').code).toBe(3);
    const tree = fanfold(at, 'info', 'part*.npy', '--tree');
    expect([tree.code, tree.stderr]).toEqual([2, 'fanfold: --tree shows one file: name one of the series.\n']);
  });
});
