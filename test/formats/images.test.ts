import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Channel } from '../../dist/core/channel.js';
import { FanfoldError, LayoutError, SourceError } from '../../dist/core/errors.js';
import { selectFrames } from '../../dist/core/selection.js';
import { fileOfFrame } from '../../dist/core/source.js';
import { decodeImage } from '../../dist/formats/images/decode.js';
import { openImage } from '../../dist/formats/images/open.js';
import { loadArray, readNpyArray } from '../../dist/formats/loaded-array.js';
import { openSource } from '../../dist/formats/registry.js';
import { run } from '../../dist/index.js';
import { loadSharp } from '../../dist/io/sharp.js';
import { testFormat } from '../../dist/testing.js';
import { allPixels } from './frames.js';
import { python, pythonHas } from './python.js';

const SHARED = join(import.meta.dirname, '../../../shared/data/images/brightfield');

const folder = mkdtempSync(join(tmpdir(), 'images-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const hasPython = pythonHas('numpy, PIL', 'images made by Python');
if (hasPython) python(readFileSync(join(import.meta.dirname, 'images-sources.py'), 'utf8'), folder);

/** `rgb8.png.red.npy` is what must be read of the red of `rgb8.png`. */
const expected = readdirSync(folder).flatMap((array) => {
  const [, name, channel] = /^(.*)\.(\w+)\.npy$/.exec(array) ?? [];
  return name === undefined ? [] : [{ name, channel: channel as Channel, array }];
});

/** Folders of their own, with these files in them. */
function folderOf(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  mkdirSync(at(name));
  for (const [file, from] of Object.entries(files)) {
    if (typeof from === 'string') copyFileSync(at(from), join(at(name), file));
    else writeFileSync(join(at(name), file), from);
  }
  return at(name);
}

describe.runIf(hasPython)('images of every kind, as Python made them or Pillow reads them', () => {
  it('there are many of them', () => expect(expected.length).toBe(130));

  it.each(expected)('reads the $channel of $name', async ({ name, channel, array }) => {
    const { shape, data } = readNpyArray(at(array));
    const read = loadArray(openImage(at(name), { channel }));
    expect(read.shape).toEqual(shape);
    expect(read.data).toEqual(data);
    const decoded = await decodeImage(at(name), channel);
    expect(decoded).toEqual({ shape, data, dtype: data instanceof Uint16Array ? 'uint16' : 'uint8' });
  });

  it.each([
    ['grey16.png', 'grey'],
    ['rgba16-adam7.png', 'all'],
    ['palette4.png', 'grey'],
    ['rgb.jpg', 'all'],
    ['lossless.webp', 'grey'],
  ] as const)('reads %s (%s) the same in every cut and layout', async (name, channel) => {
    const { shape, data } = readNpyArray(at(`${name}.${channel}.npy`));
    const source = await openSource(at(name), { channel });
    await testFormat(source, { shape, data, dtype: source.handle.stack.dtype });
  });

  it('says what is special of a file', () => {
    const notes = (name: string) => openImage(at(name)).notes.join('; ');
    expect(notes('grey8.png')).toBe('');
    expect(notes('grey2.png')).toBe('PNG of 2 bits a pixel, spread over 0 to 255');
    expect(notes('la8.png')).toBe('opacity is left out');
    expect(notes('rgb8.png')).toMatch(/^colours: frames are the luminance/);
    expect(notes('palette8.png')).toMatch(/^colours: .*; opacity is left out$/);
    expect(notes('turned6.jpg')).toBe('turned upright, as EXIF orientation 6 says');
    expect(notes('animated.png')).toMatch(/animated PNG of 3 images: the first is read/);
    expect(notes('animated.webp')).toMatch(/animated WebP: the first image is read/);
  });

  it('decides by contents, not by names', async () => {
    copyFileSync(at('grey.jpg'), at('wrong.png'));
    expect(loadArray(openImage(at('wrong.png'))).data).toEqual(readNpyArray(at('grey.jpg.grey.npy')).data);
    writeFileSync(at('text.png'), 'no image at all');
    expect(() => openImage(at('text.png'))).toThrow(/text\.png is neither PNG nor JPEG nor WebP, despite its name/);
    rmSync(at('text.png'));
  });

  it('gives colours three values a pixel with axes, and notes it in the recipe', async () => {
    const source = await openSource(at('rgb8.png'), { channel: 'all' });
    expect(source.handle.stack).toMatchObject({ stackShape: [], frameShape: [37, 45, 3] });
    expect(source.handle.stack.axes.map(({ name }) => name)).toEqual(['y', 'x', 'colour']);
    expect(source.openedWith).toEqual({ channel: 'all' });
    await expect(openSource(at('grey8.png.grey.npy'), { channel: 'red' })).rejects.toThrow(/--channel is for colour/);
  });

  it.each([['cmyk.jpg', /cmyk\.jpg is a CMYK image, made for printing\. Save it in red, green and blue\./]])(
    'refuses %s by name',
    (name, message) => {
      expect(() => openImage(at(name))).toThrow(message);
      expect(() => openImage(at(name))).toThrow(SourceError);
    },
  );
});

describe.runIf(hasPython)('folders of images', () => {
  it('are one stack, in the order of their numbers, of PNG, JPEG and WebP, grey and colours', async () => {
    const path = folderOf('mixed', {
      'a2.png': 'pil.png',
      'a10.jpg': 'rgb.jpg',
      'a1.webp': 'lossless.webp',
      'a3.png': 'pil-rgb.png',
    });
    const source = await openSource(path, { allowGaps: true });
    expect(source.handle.stack).toMatchObject({ stackShape: [4], frameShape: [61, 83], dtype: 'uint8' });
    const frames = ['lossless.webp', 'pil.png', 'pil-rgb.png', 'rgb.jpg'].flatMap((name) => [
      ...readNpyArray(at(`${name}.grey.npy`)).data,
    ]);
    expect(await allPixels(source)).toEqual(frames);
    expect([0, 1, 2, 3].map((n) => fileOfFrame(source.handle, n)?.replace(/.*\//, ''))).toEqual([
      'a1.webp',
      'a2.png',
      'a3.png',
      'a10.jpg',
    ]);
    const last = selectFrames(source.handle, '2:');
    expect(fileOfFrame(last, 1)).toMatch(/a10\.jpg$/);
    await testFormat(source, { shape: [4, 61, 83], data: Uint8Array.from(frames), dtype: 'uint8' });
  });

  it('refuses other sizes and depths with the names of both', async () => {
    const sizes = folderOf('sizes', { '1.png': 'pil.png', '2.png': 'grey8.png' });
    await expect(openSource(sizes)).rejects.toThrow(
      /sizes\/1\.png and .*sizes\/2\.png cannot be joined: their frames differ, 61 x 83 against 37 x 45/,
    );
    const depths = folderOf('depths', { '1.png': 'grey8.png', '2.png': 'grey16.png' });
    await expect(openSource(depths)).rejects.toThrow(/their elements differ, uint8 against uint16/);
  });

  it('names a number that is missing', async () => {
    const path = folderOf('gap', { 'i1.png': 'pil.png', 'i2.png': 'pil.png', 'i4.png': 'pil.png' });
    await expect(openSource(path)).rejects.toThrow(/i3\.png is missing between i2\.png and i4\.png/);
  });

  it('give way to data they lie beside', async () => {
    const path = folderOf('beside', {
      'plot.png': 'pil.png',
      'table.csv': new TextEncoder().encode('a,b\n1,2\n3,4\n5,6\n'),
    });
    expect((await openSource(path)).format).toBe('series');
    const photos = folderOf('labelled', {
      '1.png': 'pil.png',
      '2.png': 'pil.png',
      'labels.csv': new TextEncoder().encode('a,b\n1,2\n3,4\n'),
    });
    const source = await openSource(photos);
    expect(source.format).toBe('images');
    expect(source.notes).toContain('passed over in the folder: labels.csv');
  });

  it.each(['serial', 'threads', 'processes'])(
    'name a damaged image, and go on without it when told (%s)',
    async (layout) => {
      const name = `damaged-${layout}`;
      const bytes = Uint8Array.from(readFileSync(at('rgb.jpg')));
      const path = folderOf(name, {
        '1.jpg': 'rgb.jpg',
        '2.jpg': bytes.subarray(0, 900),
        '3.png': 'pil.png',
        '4.png': damagedPng(),
      });
      const source = await openSource(path);
      await expect(run('copy', source, { layout, workers: 2 })).rejects.toThrow(
        /Frame [13] is damaged: its chunk at byte 0 of .*[24]\.(jpg|png) (does not decode: .*|does not inflate: .*|ends.*)/,
      );
      await expect(run('copy', source, { layout, onBadFrame: 'nan' })).rejects.toThrow(/needs floating-point frames/);
      const { arrays, report } = await run('copy', source, { layout, workers: 2, onBadFrame: 'zero' });
      expect(report.badFrames).toEqual([1, 3]);
      const data = arrays[0]?.data ?? new Uint8Array();
      const size = 61 * 83;
      expect(data.subarray(size, 2 * size).every((value) => value === 0)).toBe(true);
      expect([...data.subarray(2 * size, 3 * size)]).toEqual([...readNpyArray(at('pil.png.grey.npy')).data]);
    },
  );

  it.each(['serial', 'threads', 'processes'])(
    'count files that are empty or no images among the damaged frames, when told (%s)',
    async (layout) => {
      const path = folderOf(`hopeless-${layout}`, {
        '1.jpg': Buffer.from('no picture at all'),
        '2.jpg': 'rgb.jpg',
        '3.jpg': new Uint8Array(0),
        '4.jpg': Uint8Array.from(readFileSync(at('rgb.jpg'))).subarray(0, 20),
        '5.jpg': 'rgb.jpg',
      });
      await expect(openSource(path)).rejects.toThrow(/1\.jpg/);
      await expect(run('copy', path, { layout })).rejects.toThrow(/1\.jpg/);
      const source = await openSource(path, { onBadFrame: 'zero' });
      const damaged = source.notes.filter((note) => note.startsWith('Damaged: '));
      expect(damaged.map((note) => /hopeless-\w+\/(\d)\.jpg/.exec(note)?.[1])).toEqual(['1', '3', '4']);
      await expect(run('copy', source, { layout })).rejects.toThrow(/[134]\.jpg/);
      const { arrays, report } = await run('copy', path, { layout, workers: 2, onBadFrame: 'zero' });
      expect(report.badFrames).toEqual([0, 2, 3]);
      const data = arrays[0]?.data ?? new Uint8Array();
      const size = data.length / 5;
      expect(data.subarray(0, size).every((value) => value === 0)).toBe(true);
      expect(data.subarray(2 * size, 4 * size).every((value) => value === 0)).toBe(true);
      expect(data.subarray(4 * size)).toEqual(data.subarray(size, 2 * size));
      expect(data.subarray(size, 2 * size).some((value) => value > 0)).toBe(true);
    },
  );

  it('of which none is whole end in the error of the first, whatever is told', async () => {
    const path = folderOf('all-hopeless', { '1.jpg': Buffer.from('nothing'), '2.jpg': new Uint8Array(0) });
    await expect(openSource(path, { onBadFrame: 'zero' })).rejects.toThrow(/1\.jpg/);
  });

  it('run the same on every layout', async () => {
    const source = await openSource(at('mixed'), { allowGaps: true });
    const sums = await Promise.all(
      (['serial', 'threads', 'processes'] as const).map(
        async (layout) => (await run('sum', source, { layout, workers: 2 })).arrays[0]?.data,
      ),
    );
    expect(sums[1]).toEqual(sums[0]);
    expect(sums[2]).toEqual(sums[0]);
  });
});

/** A PNG whose pixels were changed behind its back. */
function damagedPng(): Uint8Array {
  const bytes = Uint8Array.from(readFileSync(at('pil.png')));
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
  return bytes;
}

it.runIf(hasPython)('a palette that was changed is found by its check sum', async () => {
  const bytes = Uint8Array.from(readFileSync(at('palette8.png')));
  bytes[60] = (bytes[60] ?? 0) ^ 4;
  await expect(decodeImage(bytes)).rejects.toThrow(
    /^The image is damaged: the CRC-32 of its chunk PLTE does not match\./,
  );
});

describe('what cannot be read', () => {
  const png = (width: number, height: number, length: number): Uint8Array => {
    const bytes = Buffer.alloc(length);
    bytes.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    bytes.set([8, 0, 0, 0, 0], 24);
    bytes.writeUInt32BE(length - 45, 33);
    bytes.write('IDAT', 37, 'latin1');
    return bytes;
  };

  it.each([
    ['empty.png', new Uint8Array(0), /empty\.png is empty \(0 bytes\)/],
    ['short.png', png(5, 5, 60).subarray(0, 20), /short\.png is truncated: its header needs 33 bytes, the file has 20/],
    ['bomb.png', png(100_000, 100_000, 2000), /100000 x 100000 pixels do not fit a file of 2000 bytes/],
    ['none.png', png(0, 5, 60), /not a readable PNG: it is 5 x 0 pixels/],
    [
      'large.png',
      png(30_000, 10_000, 1_000_000),
      /says it has 10000 x 30000 pixels; images of up to 268435456 pixels are read/,
    ],
    [
      'bomb.jpg',
      Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0xff, 0xff, 0xff, 0xff, 1, 1, 0x11, 0),
      /says it has 65535 x 65535 pixels/,
    ],
    [
      'deep.jpg',
      Uint8Array.of(0xff, 0xd8, 0xff, 0xc1, 0, 11, 12, 0, 9, 0, 9, 1, 1, 0x11, 0),
      /is a JPEG of 12 bits a sample/,
    ],
    ['lossless.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xc3, 0, 11, 8, 0, 9, 0, 9, 1, 1, 0x11, 0), /is a lossless JPEG/],
    ['headless.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 0, 0, 0, 0, 0, 0, 0), /it has no frame header/],
  ])('%s is refused in one sentence', (name, bytes, message) => {
    writeFileSync(at(name), bytes);
    expect(() => openImage(at(name))).toThrow(message);
    expect(() => openImage(at(name))).toThrow(SourceError);
  });

  it('says how to install what decodes JPEG and WebP', async () => {
    const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    const loading = loadSharp(() => Promise.reject(missing));
    await expect(loading).rejects.toThrow(LayoutError);
    await expect(loading).rejects.toThrow(
      /sharp, which is not installed\. Install it beside fanfold: npm install sharp\./,
    );
  });
});

describe.runIf(hasPython)('damaged files', () => {
  const names = [
    'grey16.png',
    'rgba8-adam7.png',
    'palette4.png',
    'rgb.jpg',
    'progressive.jpg',
    'turned6.webp',
    'animated.webp',
  ];

  it.each(names)(
    '%s, changed or cut off anywhere, ends in a fanfold error or gives an image',
    { timeout: 120_000 },
    async (name) => {
      const whole = readFileSync(at(name));
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: whole.length }),
          fc.array(fc.tuple(fc.nat(Math.min(whole.length - 1, 120)), fc.nat(255)), { maxLength: 3 }),
          async (length, changes) => {
            const bytes = Uint8Array.from(whole);
            for (const [place, value] of changes) bytes[place] = value;
            const result = await decodeImage(bytes.subarray(0, length), 'all').catch((error: unknown) => error);
            if (result instanceof Error) expect(result).toBeInstanceOf(FanfoldError);
          },
        ),
        { numRuns: name.endsWith('.png') ? 120 : 60, seed: 5 },
      );
    },
  );
});

describe.runIf(existsSync(SHARED) && hasPython)('real files', () => {
  it('brightfield frames, as Pillow reads them', async () => {
    python(
      `import sys, glob, numpy; from PIL import Image
numpy.save(sys.argv[2], numpy.stack([numpy.asarray(Image.open(p)) for p in sorted(glob.glob(sys.argv[1] + '/*.png'))]))`,
      SHARED,
      at('brightfield.npy'),
    );
    const source = await openSource(SHARED);
    expect(source.handle.stack).toMatchObject({ stackShape: [20], frameShape: [500, 500], dtype: 'uint8' });
    const { shape, data } = readNpyArray(at('brightfield.npy'));
    await testFormat(source, { shape, data, dtype: 'uint8' });
  });
});
if (!existsSync(SHARED)) process.stderr.write(`not run: images of ${SHARED} (not there)\n`);
