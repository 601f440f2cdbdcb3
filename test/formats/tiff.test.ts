import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Channel } from '../../dist/core/channel.js';
import { SourceError } from '../../dist/core/errors.js';
import { loadArray, readNpyArray } from '../../dist/formats/loaded-array.js';
import { openSource } from '../../dist/formats/registry.js';
import { openTiff } from '../../dist/formats/tiff/read.js';
import { testFormat } from '../../dist/testing.js';
import { python, pythonHas } from './python.js';

const SHARED = join(import.meta.dirname, '../../../shared/data');
const PILATUS = join(SHARED, 'xrd/ceo2_pilatus1m.tif');
const IMAGES = join(SHARED, 'images/formats');

const folder = mkdtempSync(join(tmpdir(), 'tiff-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const hasPython = pythonHas('numpy, tifffile, PIL', 'TIFF files made by tifffile and PIL');
if (hasPython) python(readFileSync(join(import.meta.dirname, 'tiff-sources.py'), 'utf8'), folder);
const made = readdirSync(folder)
  .filter((name) => name.endsWith('.tif.npy'))
  .map((name) => name.slice(0, -4));
const inColours = readdirSync(folder).filter((name) => /^colour-.*\.npy$/.test(name));

describe.runIf(hasPython)('files made by tifffile and PIL', () => {
  it('there are many of them', () => expect(made.length).toBe(64));

  it.each(made)('reads %s', (name) => {
    const found = loadArray(openTiff(at(name)));
    const expected = readNpyArray(at(`${name}.npy`));
    expect(found.shape).toEqual(expected.shape);
    expect(found.data).toEqual(expected.data);
  });

  it.each([
    'pages-mm.tif',
    'uneven.tif',
    'tiles-deflate.tif',
    'deflate.tif',
    'pil-lzw.tif',
    'pil-packbits.tif',
    'imagej.tif',
    'predictor-lzw-i4.tif',
    'predictor-deflate-f4.tif',
    'predictor-big.tif',
    'hand-reversed.tif',
    'hand-padded.tif',
  ])('reads %s the same in every cut and layout', async (name) => {
    const source = await openSource(at(name));
    const { shape, data } = readNpyArray(at(`${name}.npy`));
    await testFormat(source, { shape, data, dtype: source.handle.stack.dtype });
  });

  it.each(inColours)('reads colours, %s', (array) => {
    const [, name = '', channel = ''] = /^(.*)\.(\w+)\.npy$/.exec(array) ?? [];
    const source = openTiff(at(name), { channel: channel as Channel });
    const [found, expected] = [loadArray(source), readNpyArray(at(array))];
    expect(found.shape).toEqual(expected.shape);
    expect(found.data).toEqual(expected.data);
    expect(source.notes.join(' ')).toMatch(/colours: frames are/);
    expect(source.handle.stack.frameShape.length).toBe(channel === 'all' ? 3 : 2);
  });

  it.each(['colour-tiles-u2-4.tif.grey.npy', 'colour-mm-u2-3.tif.all.npy'])(
    'reads %s the same in every cut',
    async (array) => {
      const [, name = '', channel = ''] = /^(.*)\.(\w+)\.npy$/.exec(array) ?? [];
      const source = openTiff(at(name), { channel: channel as Channel });
      const { shape, data } = readNpyArray(at(array));
      await testFormat(source, { shape, data, dtype: source.handle.stack.dtype });
    },
  );

  it('reads uncompressed images at equal distances in place', () => {
    const layout = (name: string) => {
      const { handle } = openTiff(at(name));
      return handle.kind === 'stored' ? handle.storage.layout : null;
    };
    for (const name of ['pages.tif', 'strips.tif', 'imagej-one-directory.tif', 'type-big-f8.tif'])
      expect(layout(name)).toMatchObject({ kind: 'contiguous' });
    expect(layout('thumbnails.tif')).toMatchObject({ kind: 'contiguous' });
    expect(layout('uneven.tif')).toMatchObject({ kind: 'chunked', chunkShape: [1, 37, 23] });
    expect(layout('deflate.tif')).toMatchObject({ kind: 'chunked', chunkShape: [1, 8, 23], rowsCut: 2 });
    expect(layout('tiles.tif')).toMatchObject({ kind: 'chunked', chunkShape: [1, 16, 16] });
  });

  it('lets the caller choose the frame rank', () => {
    for (const name of ['pages.tif', 'uneven.tif', 'thumbnails.tif', 'deflate.tif']) {
      const expected = readNpyArray(at(`${name}.npy`)).data;
      for (const [frameRank, frameShape] of [
        [1, [23]],
        [3, [5, 37, 23]],
      ] as const) {
        const source = openTiff(at(name), { frameRank });
        expect(source.handle.stack.frameShape).toEqual(frameShape);
        expect(loadArray(source).data).toEqual(expected);
      }
    }
  });

  it('takes steps and units from ImageJ', () => {
    const { handle, notes } = openTiff(at('imagej.tif'));
    expect(handle.stack.axes).toEqual([
      { name: 'time', unit: 's', step: 0.5, origin: 0 },
      { name: 'z', unit: 'µm', step: 3, origin: 0 },
      { name: 'channel', unit: '', step: 1, origin: 0 },
      { name: 'y', unit: 'µm', step: 0.5, origin: 0 },
      { name: 'x', unit: 'µm', step: 0.25, origin: 0 },
    ]);
    expect(notes).toContain('arranged as ImageJ describes it');
  });

  it('one directory may stand for hundreds of millions of images', () => {
    const images = 300_000_000;
    const description = Buffer.from(`ImageJ=1.53\nimages=${images}\nslices=${images}\0`);
    const tags = [
      [256, 3, 1, 1],
      [257, 3, 1, 1],
      [258, 3, 1, 8],
      [270, 2, description.length, 512],
      [273, 4, 1, 1024],
      [279, 4, 1, 1],
    ] as const;
    const head = Buffer.alloc(1024);
    head.write('II*\0\b\0\0\0', 'latin1');
    head.writeUInt16LE(tags.length, 8);
    for (const [i, [tag, type, count, value]] of tags.entries()) {
      head.writeUInt16LE(tag, 10 + 12 * i);
      head.writeUInt16LE(type, 12 + 12 * i);
      head.writeUInt32LE(count, 14 + 12 * i);
      head.writeUInt32LE(value, 18 + 12 * i);
    }
    description.copy(head, 512);
    writeFileSync(at('many.tif'), head);
    truncateSync(at('many.tif'), 1024 + images);
    expect(openTiff(at('many.tif')).handle.stack.stackShape).toEqual([images]);
    rmSync(at('many.tif'));
  });

  it('takes units in the one byte that older programs give to µ', () => {
    const bytes = readFileSync(at('imagej.tif'));
    const where = bytes.indexOf('unit=um');
    bytes[where + 5] = 0xb5;
    writeFileSync(at('latin'), bytes);
    expect(openTiff(at('latin')).handle.stack.axes[1]).toMatchObject({ unit: 'µm', step: 3 });
  });

  it.each([
    ['no-planes.tif', /image 0 is stored with its samples in separate planes\. Save it with grey samples/],
    ['no-cmyk.tif', /image 0 is a CMYK image/],
    ['no-bilevel.tif', /image 0 is bilevel, one bit a pixel/],
    ['no-complex.tif', /complex/],
    ['no-palette.tif', /a palette image/],
    ['no-jpeg.tif', /compressed with JPEG\. Save it uncompressed/],
    ['no-mix.tif', /the first is 37 x 23 uint16, number 1 is 36 x 23 uint16/],
    ['no-room.tif', /counts 4 images, but 2304 bytes do not fit the file/],
  ])('refuses %s by name', (name, message) => {
    expect(() => openTiff(at(name))).toThrow(message);
    expect(() => openTiff(at(name))).toThrow(SourceError);
  });

  it('says where a file is cut off', () => {
    for (const name of ['pages.tif', 'pages-mm.tif', 'deflate.tif', 'tiles.tif', 'imagej.tif', 'pil-lzw.tif']) {
      const bytes = readFileSync(at(name));
      for (let keep = 0; keep < bytes.length - 64; keep += Math.ceil(bytes.length / 40)) {
        writeFileSync(at('cut'), bytes.subarray(0, keep));
        expect(() => openTiff(at('cut'))).toThrow(SourceError);
      }
    }
  });

  describe('damage', () => {
    /** The file with numbers of a classic little-endian directory replaced: [tag, value]. */
    function damaged(name: string, changes: readonly (readonly [number, number])[], type?: number): string {
      const bytes = Buffer.from(readFileSync(at(name)));
      const start = bytes.readUInt32LE(4);
      for (let i = 0; i < bytes.readUInt16LE(start); i++) {
        const entry = start + 2 + i * 12;
        for (const [tag, value] of changes) {
          if (bytes.readUInt16LE(entry) !== tag) continue;
          if (type !== undefined) bytes.writeUInt16LE(type, entry + 2);
          if (bytes.readUInt16LE(entry + 2) === 3) bytes.writeUInt16LE(value, entry + 8);
          else bytes.writeUInt32LE(value, entry + 8);
        }
      }
      writeFileSync(at('damaged'), bytes);
      return at('damaged');
    }

    it.each([
      ['no rows', [[257, 0]], /0 rows and 14 columns/],
      ['huge sides', [[256, 0x7fffffff]], /9 rows and 2147483647 columns/],
      [
        'large sides',
        [
          [256, 0xfffff],
          [257, 0xfffff],
        ],
        /2 GiB|strip/,
      ],
      [
        'strips beyond the end',
        [[273, 0x7fffffff]],
        /truncated: strip 0 of image 0 has 252 bytes from byte 2147483647/,
      ],
      ['empty strips', [[279, 0]], /strip 0 has no bytes/],
      ['short strips', [[279, 100]], /too few for 252 bytes of pixels/],
      ['strips without rows', [[278, 0]], /strips of 0 rows/],
      ['more strips than it lists', [[278, 2]], /1 strip offsets, its size asks for 5/],
      ['odd bits', [[258, 12]], /12-bit integers/],
      ['no such compression', [[259, 77]], /compressed with method 77/],
      ['two samples', [[277, 2]], /2 samples a pixel/],
    ] as [string, [number, number][], RegExp][])('%s', (_, changes, message) => {
      expect(() => openTiff(damaged('type-little-u2.tif', changes))).toThrow(message);
      expect(() => openTiff(at('damaged'))).toThrow(SourceError);
    });

    it.each([
      ['a width of 14.25', 256, 0x41640000, /tag 256 is 14\.25, no whole number/],
      ['half a row in a strip', 278, 0x3f000000, /tag 278 is 0\.5, no whole number/],
      ['a strip that begins at no number', 273, 0x7fc00000, /NaN is one of its strip offsets/],
      ['a strip of less than no bytes', 279, 0xc37c0000, /-252 is one of its strip sizes/],
    ] as const)('floats where whole numbers belong: %s', (_, tag, value, message) => {
      expect(() => openTiff(damaged('type-little-u2.tif', [[tag, value]], 11))).toThrow(message);
      expect(() => openTiff(at('damaged'))).toThrow(SourceError);
    });

    it('directories that go in circles, overlap or lie outside', () => {
      const bytes = Buffer.from(readFileSync(at('type-little-u2.tif')));
      const first = bytes.readUInt32LE(4);
      const next = first + 2 + 12 * bytes.readUInt16LE(first);
      for (const [value, message] of [
        [first, /leads back to one before/],
        [bytes.length + 1, /directory 1 should lie at byte/],
        [bytes.length - 1, /truncated or damaged|reaches beyond/],
      ] as const) {
        bytes.writeUInt32LE(value, next);
        writeFileSync(at('circle'), bytes);
        expect(() => openTiff(at('circle'))).toThrow(message);
      }
      // Every directory points two bytes further: 30,000 of them in 64 KiB.
      const chain = Buffer.alloc(65536);
      chain.write('II*\0', 'latin1');
      chain.writeUInt32LE(8, 4);
      for (let i = 8; i < 60000; i += 2) chain.writeUInt16LE(1, i);
      writeFileSync(at('chain'), chain);
      expect(() => openTiff(at('chain'))).toThrow(SourceError);
    });

    it('ends in a SourceError, or reads something of the right size', () => {
      const names = ['type-big-f4.tif', 'strips.tif', 'deflate.tif', 'tiles-deflate.tif', 'imagej.tif', 'pages-mm.tif'];
      const more = ['pil-lzw-u2.tif', 'pil-packbits-u2.tif', 'predictor-big.tif', 'shaped.tif'];
      const originals = [...names, ...more].map((name) => readFileSync(at(name)));
      // Half of the changes fall on what a directory is made of.
      const place = fc.oneof(fc.nat(1 << 20), fc.nat(400));
      const damage = fc.tuple(fc.nat(originals.length - 1), fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 6 }));
      let read = 0;
      fc.assert(
        fc.property(damage, ([which, changes]) => {
          const bytes = Buffer.from(originals[which] ?? []);
          const directory = which === 5 ? Number(bytes.readBigUInt64BE(8)) : 0;
          for (const [where, value] of changes) {
            const near = where < 400 && where > 200 ? directory + where : where;
            bytes[near % bytes.length] = value;
          }
          writeFileSync(at('fuzz'), bytes);
          try {
            loadArray(openTiff(at('fuzz')));
            read++;
          } catch (error) {
            expect(error).toBeInstanceOf(SourceError);
          }
        }),
        { numRuns: 3000 },
      );
      expect(read).toBeGreaterThan(100);
    }, 120_000);
  });
});

const hasShared = existsSync(PILATUS) && existsSync(IMAGES);
if (!hasShared) process.stderr.write(`not run: real TIFF files (needs ${SHARED})\n`);

describe.runIf(hasShared && hasPython)('real files', () => {
  let expected: { sum: number; first: number[]; corner: number };
  beforeAll(() => {
    const program = `
import fabio, json, sys
a = fabio.open(sys.argv[1]).data
print(json.dumps(dict(sum=int(a.astype('i8').sum()), first=a.ravel()[5000:5100].tolist(), corner=int(a[-1, -1]))))`;
    expected = JSON.parse(python(program, PILATUS));
  });

  it('a Pilatus image with its detector', () => {
    const source = openTiff(PILATUS);
    expect(source.handle.stack).toMatchObject({ stackShape: [], frameShape: [1043, 981], dtype: 'int32' });
    // From the text in the file: Detector_distance 0.21143 m, Beam_xy (498.18, 515.77) pixels.
    expect(source.detector).toEqual({
      name: 'PILATUS 1M-F',
      pixelSize: [0.000172, 0.000172],
      distance: 0.21143,
      beamCenter: [515.77, 498.18],
    });
    expect(source.notes).toContain('Exposure_time 3.0000000 s');
    const { data } = loadArray(source);
    let sum = 0;
    for (const value of data) sum += value;
    expect(sum).toBe(expected.sum);
    expect(Array.from(data.subarray(5000, 5100))).toEqual(expected.first);
    expect(data.at(-1)).toBe(expected.corner);
  });

  it('a big-endian stack', () => {
    const { shape, data } = loadArray(openTiff(join(IMAGES, 'stuck.tif')));
    expect(shape).toEqual([5, 512, 512]);
    for (const frame of [0, 1]) {
      const { data: one } = readNpyArray(join(IMAGES, `stuck_frame${frame}.npy`));
      expect(data.subarray(frame * one.length, (frame + 1) * one.length)).toEqual(one);
    }
  });

  it('a camera image whose text holds a null byte, and one in colour', () => {
    expect(loadArray(openTiff(join(IMAGES, 'foam_1.tif'))).data[1000]).toBe(246);
    const red = loadArray(openTiff(join(IMAGES, 'chromosomes.tif'), { channel: 'red' }));
    expect(red.shape).toEqual([1040, 1388]);
    expect(red.data[1000]).toBe(7);
  });

  it.runIf(hasPython)('an image in colour, with LZW and differences, as Pillow reads it', () => {
    const path = join(IMAGES, 'chromosomes.tif');
    python(
      `import sys, numpy; from PIL import Image; numpy.save(sys.argv[2], numpy.asarray(Image.open(sys.argv[1])))`,
      path,
      at('real.npy'),
    );
    const { shape, data } = loadArray(openTiff(path, { channel: 'all' }));
    const expected = readNpyArray(at('real.npy'));
    expect(shape).toEqual(expected.shape);
    expect(Buffer.compare(Buffer.from(data), Buffer.from(expected.data))).toBe(0);
  });
});
