import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../dist/api/run.js';
import type { Dtype } from '../../dist/core/dtype.js';
import { allocate } from '../../dist/core/dtype.js';
import { SourceError, UsageError } from '../../dist/core/errors.js';
import type { NamedArray } from '../../dist/core/sink.js';
import { fullShape, makeStack, plainAxis, product } from '../../dist/core/stack.js';
import { loadArray, readNpyArray } from '../../dist/formats/loaded-array.js';
import { openMemory } from '../../dist/formats/memory.js';
import { openNifti } from '../../dist/formats/nifti/read.js';
import { createStream, outputPaths, writeOutput } from '../../dist/formats/outputs.js';
import { describeSource, openSource } from '../../dist/formats/registry.js';
import { runLocal } from '../../dist/layouts/local.js';
import { testFormat } from '../../dist/testing.js';
import { python, pythonHas } from './python.js';

const MRI = join(import.meta.dirname, '../../../shared/data/mri');

const folder = mkdtempSync(join(tmpdir(), 'nifti-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const hasPython = pythonHas('numpy, nibabel', 'NIfTI files made and read by nibabel');
if (hasPython) python(readFileSync(join(import.meta.dirname, 'nifti-sources.py'), 'utf8'), folder);
const made = readdirSync(folder)
  .filter((name) => name.endsWith('.npy') && name !== 'list.npy')
  .map((name) => name.slice(0, -4))
  .filter((name) => name !== 'two-long.nii');

const provenance = { program: 'fanfold', version: '9.9', recipe: '{"operators":["copy"]}' };

/** A NIfTI-1 header followed by its voxels, little-endian, for files that need no other program. */
function plain(extents: readonly number[], datatype: number, bytes: number, pixdim: readonly number[] = []): Buffer {
  const count = product(extents);
  const file = Buffer.alloc(352 + count * bytes);
  file.writeInt32LE(348, 0);
  for (const [i, extent] of [extents.length, ...extents].entries()) file.writeInt16LE(extent, 40 + 2 * i);
  file.writeInt16LE(datatype, 70);
  file.writeInt16LE(bytes * 8, 72);
  for (const [i, size] of [1, ...pixdim].entries()) file.writeFloatLE(size, 76 + 4 * i);
  file.writeFloatLE(352, 108);
  file.write('n+1\0', 344, 'latin1');
  for (let i = 352; i < file.length; i++) file[i] = (i * 37) & 255;
  return file;
}

/** The file called `name` with these bytes. */
function written(name: string, bytes: Uint8Array): string {
  writeFileSync(at(name), bytes);
  return at(name);
}

describe.runIf(hasPython)('files made by nibabel', () => {
  it('there are many of them', () => expect(made.length).toBe(68));

  it.each(made)('reads %s', async (name) => {
    const source = await openSource(at(name));
    const expected = readNpyArray(at(`${name}.npy`));
    const found = loadArray(source);
    expect(found.shape).toEqual(expected.shape);
    expect(found.data).toEqual(expected.data);
  });

  it.each(['type-u2-1-big.nii', 'packed.nii.gz', 'pair-2-big.hdr', 'scaled-i2-big.nii', 'type-i8-2-big.nii'])(
    'reads %s the same in every cut and layout',
    async (name) => {
      const source = await openSource(at(name));
      const { shape, data } = readNpyArray(at(`${name}.npy`));
      await testFormat(source, { shape, data, dtype: source.handle.stack.dtype });
    },
  );

  it('places voxels as nibabel does', async () => {
    const affines: Record<string, number[]> = JSON.parse(readFileSync(at('affines.json'), 'utf8'));
    for (const [name, matrix] of Object.entries(affines)) {
      if (/two-long|unplaced/.test(name)) continue;
      const { affine } = await openNifti(at(name));
      expect(affine?.matrix.length).toBe(12);
      for (const [i, value] of matrix.entries()) expect(affine?.matrix[i], `${name} ${i}`).toBeCloseTo(value, 4);
    }
  });

  it.each([
    ['differ', { from: 'sform', code: 2, note: /sform and qform differ by up to .*: the sform is used/ }],
    ['qform', { from: 'qform', code: 3, note: undefined }],
    ['unplaced', { from: 'voxel sizes', code: 0, note: /does not place its voxels; only the voxel sizes are used/ }],
    ['singular', { from: 'voxel sizes', code: 0, note: /the sform is singular; only the voxel sizes are used/ }],
  ])('says which matrix it takes: %s', async (name, { from, code, note }) => {
    const { affine, notes } = await openNifti(at(`place-${name}.nii`));
    expect(affine).toMatchObject({ from, code });
    if (note === undefined) expect(affine).not.toHaveProperty('note');
    else expect(notes.join('\n')).toMatch(note);
  });

  it('has axes in millimetres and seconds', async () => {
    const { handle, notes } = await openNifti(at('packed.nii.gz'));
    expect(handle.stack).toMatchObject({ stackShape: [4], frameShape: [5, 6, 7], dtype: 'int16' });
    expect(handle.stack.axes.map(({ name, unit, step }) => [name, unit, Number(step.toFixed(4))])).toEqual([
      ['time', 's', 2.5],
      ['z', 'mm', 3],
      ['y', 'mm', 2.5],
      ['x', 'mm', 2],
    ]);
    expect(notes.join('\n')).toMatch(/x, y, z run to L, A, S; left-handed; oblique by 12\.0 degrees/);
    expect(notes.join('\n')).toMatch(/unpacked to a scratch file \(1\.98 KiB\), removed at the end/);
  });

  it('reads slices, and the one volume of a file, on request', async () => {
    const slices = await openNifti(at('packed.nii.gz'), { frameRank: 2 });
    expect(slices.handle.stack).toMatchObject({ stackShape: [4, 5], frameShape: [6, 7] });
    expect(loadArray(slices).data).toEqual(readNpyArray(at('packed.nii.gz.npy')).data);
    expect((await openNifti(at('volume.nii'))).handle.stack).toMatchObject({ stackShape: [], frameShape: [5, 6, 7] });
  });

  it('opens a pair by either name', async () => {
    for (const name of ['pair-1-big', 'packedpair']) {
      const end = name === 'packedpair' ? '.gz' : '';
      const image = await openSource(at(`${name}.img${end}`));
      expect(loadArray(image).data).toEqual(readNpyArray(at(`${name}.hdr${end}.npy`)).data);
    }
    rmSync(at('pair-2-little.img'));
    await expect(openSource(at('pair-2-little.hdr'))).rejects.toThrow(/pair-2-little\.img does not exist/);
  });

  it('reads packed files of several members, and notes what follows the voxels', async () => {
    expect((await openNifti(at('members.nii.gz'))).notes.join('\n')).toMatch(/gzip in 6 pieces/);
    expect((await openNifti(at('garbage.nii.gz'))).notes.join('\n')).toMatch(/15 bytes behind the gzip data/);
    const longer = written('longer.nii', Buffer.concat([readFileSync(at('type-i2-1-little.nii')), Buffer.alloc(9)]));
    expect((await openNifti(longer)).notes.join('\n')).toMatch(/9 bytes behind the last voxel, not used/);
  });

  it.each(['list_*.nii', 'packedlist_*.nii.gz'])('joins volumes in files of their own: %s', async (pattern) => {
    const source = await openSource(at(pattern));
    const expected = readNpyArray(at('list.npy'));
    expect(source.handle.stack).toMatchObject({ stackShape: [4], frameShape: [5, 6, 7] });
    expect(source.affine?.from).toBe('sform');
    expect(loadArray(source).data).toEqual(expected.data);
    const { shape, data } = expected;
    await testFormat(source, { shape, data, dtype: 'int16' });
  });

  it('names the files of a list that differ', async () => {
    await expect(openSource([at('list_001.nii'), at('moved.nii')])).rejects.toThrow(
      /list_001\.nii and .*moved\.nii cannot be joined: their voxels lie elsewhere \(they differ by up to 0\.500\)/,
    );
    await expect(openSource([at('list_001.nii'), at('flat.nii')])).rejects.toThrow(/cannot be joined/);
  });

  it.each([
    ['no-c8.nii', /its voxels are complex numbers \(complex64\)/],
    ['no-c16.nii', /complex128/],
    ['no-rgb.nii', /RGB colours/],
    ['two-long.nii', /has 5 dimensions \(3 x 3 x 3 x 2 x 2\)/],
  ])('refuses %s by name', async (name, message) => {
    await expect(openNifti(at(name))).rejects.toThrow(message);
    await expect(openNifti(at(name))).rejects.toThrow(SourceError);
  });
});

describe('a header alone', () => {
  it('turns milliseconds into seconds and micrometres into millimetres', async () => {
    const file = plain([4, 3, 2, 2], 2, 1, [500, 250, 1000, 1500]);
    file[123] = 3 | 16;
    const { handle } = await openNifti(written('units.nii', file));
    expect(handle.stack.axes.map(({ step }) => step)).toEqual([1.5, 1, 0.25, 0.5]);
  });

  it('passes over a slope of 0 and of NaN', async () => {
    const file = plain([4, 3, 2], 4, 2);
    for (const slope of [0, Number.NaN, 1]) {
      file.writeFloatLE(slope, 112);
      expect((await openNifti(written('slope.nii', file))).handle.stack.dtype).toBe('int16');
    }
    file.writeFloatLE(2, 112);
    expect((await openNifti(written('slope.nii', file))).handle.stack.dtype).toBe('float32');
  });

  it('is described without unpacking', async () => {
    const path = written('described.nii.gz', gzipSync(plain([4, 3, 2, 5], 4, 2)).subarray(0, 100));
    const { stack, filters, notes } = await describeSource(path);
    expect(fullShape(stack)).toEqual([5, 2, 3, 4]);
    expect(filters).toEqual(['gzip']);
    expect(notes.at(-1)).toMatch(/a run unpacks it to a scratch file first/);
  });
});

describe('damage', () => {
  /** A file with one field of its header changed. */
  function changed(change: (file: Buffer) => void): string {
    const file = plain([6, 5, 4, 3], 4, 2);
    change(file);
    return written('damaged.nii', file);
  }

  it.each([
    ['negative extents', (file: Buffer) => file.writeInt16LE(-5, 44), /dimension 2 has -5 voxels/],
    ['no extents', (file: Buffer) => file.writeInt16LE(0, 46), /dimension 3 has 0 voxels/],
    ['huge extents', (file: Buffer) => file.fill(0x7f, 42, 50), /32639 voxels are too many/],
    [
      'large extents',
      (file: Buffer) => file.writeInt16LE(32000, 46),
      /is cut off: it needs 5760352 bytes for 3 volumes/,
    ],
    ['too many dimensions', (file: Buffer) => file.writeInt16LE(8, 40), /it has 8 dimensions/],
    ['voxels beyond the end', (file: Buffer) => file.writeFloatLE(1e6, 108), /is cut off: .*no volume is whole/],
    [
      'voxels inside the header',
      (file: Buffer) => file.writeFloatLE(100, 108),
      /byte 100, which lies inside the header/,
    ],
    ['voxels at no byte', (file: Buffer) => file.writeFloatLE(Number.NaN, 108), /which lies nowhere/],
    ['a type nobody knows', (file: Buffer) => file.writeInt16LE(77, 70), /of type 77, which NIfTI does not know/],
    ['no type', (file: Buffer) => file.writeInt16LE(0, 70), /of no type at all/],
    ['an intercept of NaN', (file: Buffer) => [2, Number.NaN].map((v, i) => file.writeFloatLE(v, 112 + 4 * i)), /NaN/],
    ['a unit nobody knows', (file: Buffer) => file.writeUInt8(7, 123), /unit of length has number 7/],
  ] as [string, (file: Buffer) => void, RegExp][])('%s', async (_, change, message) => {
    await expect(openNifti(changed(change))).rejects.toThrow(message);
    await expect(openNifti(at('damaged.nii'))).rejects.toThrow(SourceError);
  });

  it('names the last whole volume of a file that is cut off', async () => {
    const whole = plain([6, 5, 4, 3], 4, 2);
    const cut = written('cut.nii', whole.subarray(0, 352 + 240 * 2 + 10));
    await expect(openNifti(cut)).rejects.toThrow(
      /needs 1072 bytes for 3 volumes and has 842; the last whole volume is number 1/,
    );
    const packed = gzipSync(whole, { level: 0 });
    for (const keep of [
      1,
      9,
      10,
      11,
      200,
      400,
      600,
      900,
      1000,
      packed.length - 9,
      packed.length - 8,
      packed.length - 1,
    ]) {
      const path = written(`cut-${keep}.nii.gz`, packed.subarray(0, keep));
      // What lacks nothing but its checksum has all its voxels.
      if (keep >= packed.length - 8)
        expect((await openNifti(path)).notes.join('\n')).toMatch(/ends before its checksum/);
      else await expect(openNifti(path)).rejects.toThrow(SourceError);
    }
    const path = written('cut-late.nii.gz', packed.subarray(0, 15 + 352 + 240 * 2 + 20));
    await expect(openNifti(path)).rejects.toThrow(/cut-late\.nii\.gz is cut off: .*the last whole volume is number 1/);
  });

  it('finds a wrong checksum, and damage in the middle', async () => {
    const packed = gzipSync(plain([6, 5, 4, 3], 4, 2), { level: 0 });
    const [crc, middle] = [Buffer.from(packed), Buffer.from(packed)];
    crc[crc.length - 6] = (crc[crc.length - 6] ?? 0) ^ 1;
    middle[700] = (middle[700] ?? 0) ^ 1;
    for (const [i, bytes] of [crc, middle].entries())
      await expect(openNifti(written(`wrong-${i}.nii.gz`, bytes))).rejects.toThrow(
        /the checksum of its contents is wrong/,
      );
    const tangled = gzipSync(plain([20, 20, 20, 3], 4, 2));
    tangled.fill(0xff, 300, 400);
    await expect(openNifti(written('tangled.nii.gz', tangled))).rejects.toThrow(SourceError);
  });

  it('anything in a header ends in a SourceError or a source', async () => {
    const files = [plain([6, 5, 4, 3], 4, 2), gzipSync(plain([6, 5, 4, 3], 4, 2), { level: 0 })];
    const changes = fc.array(fc.tuple(fc.nat(370), fc.nat(255)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.nat(1), changes, fc.option(fc.nat(1100)), async (which, bytes, cut) => {
        const file = Buffer.from(files[which] ?? []);
        for (const [place, value] of bytes) file[place] = value;
        const path = written(
          `fuzz.nii${which === 1 ? '.gz' : ''}`,
          file.subarray(0, cut === null ? undefined : cut + 1),
        );
        try {
          const { handle } = await openNifti(path);
          if (product(fullShape(handle.stack)) < 1e5) loadArray(await openNifti(path));
        } catch (error) {
          expect(error).toBeInstanceOf(SourceError);
        }
      }),
      { numRuns: 400 },
    );
  });
});

/** An array of every number once, on axes of a scanner. */
function sample(shape: readonly number[], dtype: Dtype, extra: Partial<NamedArray> = {}): NamedArray {
  const data = allocate(dtype, product(shape));
  for (let i = 0; i < data.length; i++) data[i] = (i * 7) % 120;
  const all = [
    { name: 'time', unit: 'ms', step: 1500, origin: 0 },
    { name: 'z', unit: 'mm', step: 3, origin: -10 },
    { name: 'y', unit: 'mm', step: 2, origin: 5 },
    { name: 'x', unit: 'µm', step: 1250, origin: 0 },
  ];
  return { name: 'sample', shape, data, axes: all.slice(-shape.length), unit: '', label: '', ...extra };
}

const OBLIQUE = [-2, 0, 0, 20, 0, 2.4, -0.84, -30, 0, 0.7, 2.88, 4.5];

describe('writing', () => {
  it.each([
    ['uint8', [3, 4, 5, 6]],
    ['int8', [3, 4, 5]],
    ['uint16', [4, 5]],
    ['int16', [3, 4, 5]],
    ['uint32', [3, 4, 5]],
    ['int32', [3, 4, 5]],
    ['float32', [3, 4, 5, 6]],
    ['float64', [2, 3, 40000]],
  ] as const)('%s comes back', async (dtype, shape) => {
    for (const name of [`back-${dtype}.nii`, `back-${dtype}.nii.gz`]) {
      const array = sample(shape, dtype);
      expect(await writeOutput(at(name), [array], provenance, { overwrite: true })).toEqual([at(name)]);
      const source = await openSource(at(name));
      const found = loadArray(source);
      expect(found.shape).toEqual(shape.length === 2 ? [1, ...shape] : shape);
      expect(found.data).toEqual(array.data);
      expect(source.affine?.matrix.filter((_, i) => i % 5 === 0)).toEqual([1.25, 2, shape.length > 2 ? 3 : 1]);
      expect(source.affine?.from).toBe('sform');
    }
  });

  it('gives packed files of the same arrays the same bytes', async () => {
    for (const name of ['same1.nii.gz', 'same2.nii.gz'])
      await writeOutput(at(name), [sample([3, 4, 5], 'float32')], provenance, { overwrite: false });
    expect(readFileSync(at('same1.nii.gz')).equals(readFileSync(at('same2.nii.gz')))).toBe(true);
  });

  it('a series of images is a series, not a volume', async () => {
    const axes = sample([2, 3, 4, 5], 'uint8').axes.filter(({ name }) => name !== 'z');
    await writeOutput(at('images.nii'), [sample([6, 4, 5], 'uint8', { axes })], provenance, { overwrite: true });
    const { handle } = await openSource(at('images.nii'));
    expect(handle.stack).toMatchObject({ stackShape: [6], frameShape: [1, 4, 5] });
    expect(handle.stack.axes[0]).toEqual({ name: 'time', unit: 's', step: 1.5, origin: 0 });
  });

  it('refuses curves and five dimensions', async () => {
    for (const shape of [[7], [2, 2, 2, 2, 2]]) {
      const array = sample(shape, 'uint8', { axes: shape.map((_, i) => plainAxis(i)) });
      const writing = writeOutput(at('never.nii'), [array], provenance, { overwrite: true });
      await expect(writing).rejects.toThrow(/NIfTI takes an image, a volume or a series of volumes/);
      await expect(writing).rejects.toThrow(UsageError);
    }
    expect(existsSync(at('never.nii'))).toBe(false);
  });

  it('names files of several arrays before both extensions', () => {
    const arrays = [sample([3, 4, 5], 'uint8'), { ...sample([3, 4, 5], 'uint8'), name: 'mean' }];
    expect(outputPaths('out.nii.gz', arrays)).toEqual(['out.sample.nii.gz', 'out.mean.nii.gz']);
  });

  it.each(['serial', 'threads'] as const)('volumes stream to their place (%s)', async (layout) => {
    const stack = { ...makeStack([9, 8, 16, 12], 'float32', 3), axes: sample([1, 1, 1, 1], 'uint8').axes };
    const data = Float32Array.from({ length: 9 * 8 * 16 * 12 }, (_, i) => (i * 31) % 4099);
    const affine = { matrix: OBLIQUE, code: 1, from: 'sform' } as const;
    const path = at(`stream-${layout}.nii`);
    const options = { codec: { name: 'none' }, chunked: false, overwrite: false, affine } as const;
    const sink = await createStream(path, stack, options);
    const source = openMemory(stack, new Uint8Array(data.buffer));
    await runLocal(source, [{ name: 'copy', values: {} }], { layout, workers: 2 }, [
      { slot: 'frames', sink, provenance },
    ]);
    const back = await openSource(path);
    expect(loadArray(back).data).toEqual(data);
    for (const [i, value] of OBLIQUE.entries()) expect(back.affine?.matrix[i]).toBeCloseTo(value, 5);
    expect(readFileSync(path).toString('latin1', 352, 1000)).toMatch(/fanfold 9\.9\noperators/);
    await expect(createStream(`${path}.nii.gz`, stack, options)).rejects.toThrow(/cannot take a whole stack/);
  });

  it('results lie where their frames lie, when frames are volumes', async () => {
    const affine = { matrix: OBLIQUE, code: 1, from: 'sform' } as const;
    await writeOutput(at('placed.nii'), [sample([3, 4, 5, 6], 'uint8', { affine })], provenance, { overwrite: true });
    for (const frameRank of [3, 2]) {
      const source = await openSource(at('placed.nii'), { frameRank });
      const { arrays } = await run(
        ['mean', 'copy'].map((name) => ({ name, values: {} })),
        source,
      );
      const expected = frameRank === 3 ? source.affine : undefined;
      expect(arrays.map((array) => array.affine)).toEqual([expected, expected]);
    }
  });

  it.runIf(hasPython)('nibabel reads what is written', async () => {
    const affine = { matrix: OBLIQUE, code: 1, from: 'sform' } as const;
    const sheared = { matrix: [2, 0.5, 0, 1, 0, 2, 0, 2, 0, 0, 3, 3], code: 4, from: 'sform' } as const;
    const cases: [string, NamedArray][] = [
      ['nib-1.nii', sample([3, 4, 5, 6], 'float32', { affine })],
      ['nib-2.nii', sample([2, 3, 40000], 'int16', { affine })],
      ['nib-3.nii.gz', sample([3, 4, 5], 'float64')],
      ['nib-4.nii', sample([3, 4, 5], 'uint16', { affine: sheared })],
    ];
    for (const [name, array] of cases) {
      await writeOutput(at(name), [array], provenance, { overwrite: true });
      await writeOutput(at(`${name}.expected.npy`), [array], provenance, { overwrite: true });
    }
    const program = `
import json, sys
import nibabel as nib
import numpy as np
for name in sys.argv[2:]:
    image = nib.load(sys.argv[1] + '/' + name)
    same = bool(np.array_equal(np.asarray(image.dataobj).T, np.load(f'{sys.argv[1]}/{name}.expected.npy')))
    head = image.header
    q = image.get_qform(coded=True)
    print(json.dumps({
        'type': type(image).__name__, 'same': same, 'affine': image.affine[:3].ravel().tolist(),
        'qform': None if q[0] is None else q[0][:3].ravel().tolist(), 'codes': [int(q[1]), int(head['sform_code'])],
        'zooms': [float(z) for z in head.get_zooms()], 'units': head.get_xyzt_units(), 'about': head['descrip'].item().decode(),
        'comment': [[e.get_code(), str(e.get_content())] for e in head.extensions]}))
`;
    const lines = python(program, folder, ...cases.map(([name]) => name))
      .trim()
      .split('\n');
    for (const name of ['nib-1.nii', 'nib-2.nii'])
      expect((await openNifti(at(name))).affine).not.toHaveProperty('note');
    const [series, large, sizes, shear] = lines.map((line) => JSON.parse(line));
    for (const one of [series, large, sizes, shear]) {
      expect(one).toMatchObject({ same: true, about: 'fanfold 9.9' });
      expect(one.comment).toEqual([[6, expect.stringContaining('recipe: {')]]);
    }
    expect([series.type, large.type]).toEqual(['Nifti1Image', 'Nifti2Image']);
    for (const one of [series, large]) {
      for (const [i, value] of OBLIQUE.entries()) expect(one.affine[i]).toBeCloseTo(value, 5);
      // Near a half turn float32 leaves two or three digits of the number that a qform does not keep.
      for (const [i, value] of OBLIQUE.entries()) expect(one.qform[i]).toBeCloseTo(value, 2);
    }
    expect(series.zooms[3]).toBeCloseTo(1.5, 6);
    expect(series.units).toEqual(['mm', 'sec']);
    expect(sizes.affine).toEqual([1.25, 0, 0, 0, 0, 2, 0, 5, 0, 0, 3, -10]);
    expect(sizes.qform).toEqual(sizes.affine);
    expect(shear).toMatchObject({ affine: sheared.matrix, qform: null, codes: [0, 4] });
  });
});

if (!existsSync(MRI)) process.stderr.write(`not run: real NIfTI series (${MRI} is not there)\n`);

describe.runIf(existsSync(MRI) && hasPython)('real series', () => {
  it.each(existsSync(MRI) ? readdirSync(MRI).filter((name) => name.endsWith('.nii.gz')) : [])('%s', async (name) => {
    const program = `
import json, sys
import nibabel as nib
import numpy as np
image = nib.load(sys.argv[1])
data = image.get_fdata()
print(json.dumps({'shape': data.T.shape, 'sum': data.sum(), 'squares': (data ** 2).sum(), 'affine': image.affine[:3].ravel().tolist(),
    'last': data[..., -1].T.ravel()[:50].tolist()}))
`;
    const expected = JSON.parse(python(program, join(MRI, name)));
    const source = await openSource(join(MRI, name));
    const { shape, data } = loadArray(source);
    expect(shape).toEqual(expected.shape);
    let [sum, squares] = [0, 0];
    for (const value of data) {
      sum += value;
      squares += value * value;
    }
    expect(Math.abs(sum / expected.sum - 1)).toBeLessThan(1e-6);
    expect(Math.abs(squares / expected.squares - 1)).toBeLessThan(1e-6);
    for (const [i, value] of expected.affine.entries()) expect(source.affine?.matrix[i]).toBeCloseTo(value, 4);
    const frame = product(source.handle.stack.frameShape);
    for (const [i, value] of expected.last.entries())
      expect(data[data.length - frame + i]).toBeCloseTo(value, name.startsWith('tiny') ? 2 : 9);
  });
});

it('removes scratch files at the end, and what killed programs left', () => {
  const path = written('scratch.nii.gz', gzipSync(plain([6, 5, 4, 3], 4, 2)));
  const temporary = mkdtempSync(join(folder, 'tmp-'));
  const main = join(import.meta.dirname, '../../dist/formats/registry.js');
  const open = `const { openSource } = await import(${JSON.stringify(main)}); const paths = [];
    for (const path of [${JSON.stringify(path)}, ${JSON.stringify(path)}]) paths.push((await openSource(path)).handle.storage.files[0]);
    console.log(paths.join(' '));`;
  const run = (text: string) =>
    spawnSync(process.execPath, ['--input-type=module', '-e', text], {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: temporary },
    });
  const killed = run(`${open} process.kill(process.pid, 'SIGKILL');`);
  expect(killed.signal).toBe('SIGKILL');
  expect(readdirSync(temporary).length).toBe(1);
  const { stdout, status } = run(open);
  expect(status).toBe(0);
  const [first, second] = stdout.trim().split(' ');
  expect(first).toBe(second);
  expect(first?.startsWith(temporary)).toBe(true);
  expect(readdirSync(temporary)).toEqual([]);
});
