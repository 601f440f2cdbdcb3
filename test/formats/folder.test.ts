import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARENA_BASE, Arena, makeMemory } from '../../dist/core/arena.js';
import { SourceError } from '../../dist/core/errors.js';
import { loadArray, readNpyArray } from '../../dist/formats/loaded-array.js';
import { attachSource, openSource } from '../../dist/formats/registry.js';
import { testFormat } from '../../dist/testing.js';
import { python, pythonHas } from './python.js';

const PROGRAM = `
import sys, os
import numpy as np, tifffile, fabio
os.chdir(sys.argv[1])
data = np.random.default_rng(2).poisson(20, (12, 19, 31)).astype('i4')
for folder in ('tiffs', 'packed', 'cbfs', 'many'): os.makedirs(folder)
for i, frame in enumerate(data):
    tifffile.imwrite(f'tiffs/img{i}.tif', frame, metadata=None)
    tifffile.imwrite(f'packed/img{i}.TIFF', frame, compression='zlib', rowsperstrip=4, metadata=None)
    fabio.cbfimage.CbfImage(data=frame).write(f'cbfs/img_{i:05d}.cbf')
for i in range(200): tifffile.imwrite(f'many/f{i}.tif', np.full((3, 4), i, 'u2'), metadata=None)
tifffile.imwrite('other-shape.tif', data[0, 1:], metadata=None)
tifffile.imwrite('other-type.tif', data[0].astype('u2'), metadata=None)
tifffile.imwrite('other-strips.tif', data[0], compression='zlib', rowsperstrip=5, metadata=None)
np.save('expected.npy', data)
`;

const folder = mkdtempSync(join(tmpdir(), 'images-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]): string => join(folder, ...names);

/** A copy of `from` to spoil. */
function copy(from: string, to: string, keep: (name: string) => boolean = () => true): string {
  mkdirSync(at(to));
  for (const name of readdirSync(at(from))) if (keep(name)) copyFileSync(at(from, name), at(to, name));
  return at(to);
}

describe.runIf(pythonHas('numpy, tifffile, fabio', 'folders of images'))('folders of images', () => {
  beforeAll(() => {
    python(PROGRAM, folder);
  });

  it.each(['tiffs', 'packed', 'cbfs'])('%s: one stack in the order of the numbers', async (name) => {
    const source = await openSource(at(name));
    expect(source.location).toBe(at(name));
    expect(source.handle.stack).toMatchObject({ stackShape: [12], frameShape: [19, 31], dtype: 'int32' });
    const { shape, data } = readNpyArray(at('expected.npy'));
    await testFormat(source, { shape, data, dtype: 'int32' });
  });

  it('rows are frames when asked for, also in images whose last strip is short', async () => {
    const source = await openSource(at('packed'), { frameRank: 1 });
    const { shape, data } = readNpyArray(at('expected.npy'));
    await testFormat(source, { shape, data, dtype: 'int32' });
  });

  it('a slash at the end and a pattern mean the same', async () => {
    for (const text of [`${at('tiffs')}/`, at('tiffs', 'img*.tif')])
      expect(loadArray(await openSource(text)).data).toEqual(readNpyArray(at('expected.npy')).data);
  });

  it('other files, hidden ones and folders are passed over, with a note', async () => {
    const path = copy('tiffs', 'mixed');
    for (const name of ['notes.txt', 'log.csv', '.img99.tif', 'thumbs.db', 'z.txt'])
      writeFileSync(join(path, name), 'x');
    mkdirSync(join(path, 'raw.tif'));
    const source = await openSource(path);
    expect(source.handle.stack.stackShape).toEqual([12]);
    expect(source.notes.find((note) => note.startsWith('passed over'))).toMatch(/: .*, .*, .* and 2 more$/);
  });

  it('links are files', async () => {
    mkdirSync(at('links'));
    for (let i = 0; i < 12; i++) symlinkSync(at('tiffs', `img${i}.tif`), at('links', `img${i}.tif`));
    expect((await openSource(at('links'))).handle.stack.stackShape).toEqual([12]);
    // A link that leads to itself is passed over like one that leads nowhere.
    symlinkSync('circle.tif', at('links', 'circle.tif'));
    symlinkSync('nowhere', at('links', 'dangling.tif'));
    expect((await openSource(at('links'))).handle.stack.stackShape).toEqual([12]);
  });

  it('missing numbers are named, unless gaps are allowed', async () => {
    const path = copy('tiffs', 'gap', (name) => !['img4.tif', 'img7.tif'].includes(name));
    await expect(openSource(path)).rejects.toThrow(/img4\.tif is missing between img3\.tif and img5\.tif; .*img7\.tif/);
    expect((await openSource(path, { allowGaps: true })).handle.stack.stackShape).toEqual([10]);
  });

  it.each([
    ['shape', /img5\.tif.*frames differ, 19 x 31 against 18 x 31/],
    ['type', /img5\.tif.*elements differ, int32 against uint16/],
    ['strips', /img5\.TIFF.*chunks differ, 1 x 4 x 31 against 1 x 5 x 31/],
  ])('images of another %s: both files are named', async (what, message) => {
    const packed = what === 'strips';
    const path = copy(packed ? 'packed' : 'tiffs', `other-${what}`);
    copyFileSync(at(`other-${what}.tif`), join(path, packed ? 'img5.TIFF' : 'img5.tif'));
    await expect(openSource(path)).rejects.toThrow(message);
    await expect(openSource(path)).rejects.toThrow(/img0\.tiff?/i);
    await expect(openSource(path)).rejects.toBeInstanceOf(SourceError);
  });

  it('an image that is none is named', async () => {
    const path = copy('tiffs', 'broken');
    writeFileSync(join(path, 'img3.tif'), 'This is no TIFF, although long enough to be one.');
    await expect(openSource(path)).rejects.toThrow(/img3\.tif is not a readable TIFF: it begins with neither/);
  });

  it('folders of anything else are refused', async () => {
    const path = copy('tiffs', 'both');
    copyFileSync(at('cbfs', 'img_00000.cbf'), join(path, 'x.cbf'));
    await expect(openSource(path)).rejects.toThrow(/12 tiff files and 1 cbf files\. Choose with a pattern/);
    mkdirSync(at('empty'));
    await expect(openSource(at('empty'))).rejects.toThrow(
      /empty is a directory without TIFF, PNG, JPEG, WebP, CBF or NIfTI images or tables of series\. Name a file\./,
    );
    mkdirSync(at('scans'));
    writeFileSync(at('scans', 'a.h5'), 'x');
    await expect(openSource(at('scans'))).rejects.toThrow(/such as .*scans\/a\.h5, or a pattern/);
    mkdirSync(at('z.zarr'));
    writeFileSync(at('z.zarr', '.zgroup'), '{}');
    await expect(openSource(at('z.zarr'))).rejects.toThrow(/is a Zarr store/);
  });

  // Elsewhere there is no folder that lists what is open.
  it.runIf(existsSync('/proc/self/fd'))('a reader keeps few files open at a time', async () => {
    const { handle } = await openSource(at('many'));
    const memory = makeMemory(2 ** 22);
    const options = { blockFrames: 1, direct: false, onBadFrame: 'fail', replica: null, kernel: 'ts' } as const;
    const arena = new Arena(memory, ARENA_BASE, memory.buffer.byteLength - ARENA_BASE);
    const reader = await attachSource(handle, arena, options);
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    for (let i = 0; i < 200; i++) expect(reader.load(i, 1)[5]).toBe(i);
    expect(open() - before).toBeLessThanOrEqual(32);
    // Backwards and at random, files that were closed come back.
    for (const i of [0, 199, 7, 0, 150, 0, 31, 64]) expect(reader.load(i, 1)[0]).toBe(i);
    reader.close();
    expect(open()).toBeLessThanOrEqual(before);
  });
});
