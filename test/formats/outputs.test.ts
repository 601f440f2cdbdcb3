import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
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
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SinkError, UsageError } from '../../dist/core/errors.js';
import type { NamedArray, StreamOptions } from '../../dist/core/sink.js';
import { makeStack, plainAxis } from '../../dist/core/stack.js';
import { loadArray, readNpyArray } from '../../dist/formats/loaded-array.js';
import { checkOutput, createStream, OUTPUTS, outputPaths, writeOutput } from '../../dist/formats/outputs.js';
import { openRaw } from '../../dist/formats/raw.js';
import { describeWriteFailure, OutputFile, OutputPart } from '../../dist/io/output.js';
import { openSinkPart } from '../../dist/io/sink-part.js';
import { python, pythonHas } from './python.js';

const PROVENANCE = { program: 'fanfold', version: '1.2.3', recipe: '{"operator":"mask"}' };
const AXES = [
  { name: 'y', unit: 'nm', step: 0.5, origin: 1 },
  { name: 'x', unit: 'nm', step: 0.25, origin: 0 },
];
const image: NamedArray = {
  name: 'adf',
  shape: [2, 3],
  data: Float32Array.from([0.1, 1 / 3, 2e-9, -4, 5, 6e20]),
  axes: AXES,
  unit: 'counts',
  label: 'dark field',
};
const curve: NamedArray = { ...image, name: 'sum', shape: [6], axes: AXES.slice(0, 1) };
const stacked: NamedArray = {
  ...image,
  name: 'pages',
  shape: [3, 1, 2],
  axes: [plainAxis(0), ...AXES],
};
const options = { overwrite: false };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outputs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const json = (program: string, ...args: string[]) =>
  JSON.parse(python(`import json, sys, numpy as np\n${program}`, ...args));

describe.runIf(pythonHas('numpy', 'NPY, NPZ and text output read by NumPy'))('read by NumPy', () => {
  it('npy', async () => {
    await writeOutput(at('a.npy'), [image], PROVENANCE, options);
    const found = json('a = np.load(sys.argv[1]); print(json.dumps([a.tolist(), a.dtype.str]))', at('a.npy'));
    expect(found).toEqual([[Array.from(image.data.subarray(0, 3)), Array.from(image.data.subarray(3))], '<f4']);
  });

  it('npz', async () => {
    await writeOutput(at('a.npz'), [image, curve], PROVENANCE, options);
    const program = `z = np.load(sys.argv[1])
print(json.dumps([z['adf'].ravel().tolist(), z['sum'].shape, json.loads(z['recipe.json'])['recipe']]))`;
    expect(json(program, at('a.npz'))).toEqual([Array.from(image.data), [6], PROVENANCE.recipe]);
    expect(Array.from(readNpyArray(at('a.npz'), 'sum').data)).toEqual(Array.from(curve.data));
  });

  it.each([
    ['csv', ','],
    ['txt', ' '],
    ['xy', ' '],
  ])('%s', async (extension, separator) => {
    await writeOutput(at(`image.${extension}`), [image], PROVENANCE, options);
    const program = `a = np.loadtxt(sys.argv[1], delimiter=sys.argv[2] if sys.argv[2] != ' ' else None, skiprows=int(sys.argv[3]))
print(json.dumps(a.astype(sys.argv[4]).astype('f8').tolist()))`;
    const back = json(program, at(`image.${extension}`), separator, '0', 'f4');
    expect(back.flat()).toEqual(Array.from(image.data));
    await writeOutput(at(`curves.${extension}`), [curve, { ...curve, name: 'twice' }], PROVENANCE, options);
    const skip = readFileSync(at(`curves.${extension}`), 'utf8')
      .split('\n')
      .filter((line) => /^[#a-z]/.test(line)).length;
    const rows = json(program, at(`curves.${extension}`), separator, String(skip), 'f8');
    expect(rows.map((row: number[]) => row[0])).toEqual([1, 1.5, 2, 2.5, 3, 3.5]);
    expect(rows.map((row: number[]) => Math.fround(row[2] ?? 0))).toEqual(Array.from(curve.data));
    expect(readFileSync(at(`curves.${extension}`), 'utf8')).toMatch(/y \(nm\).*sum \(counts\).*twice \(counts\)/);
  });

  it.each(['npy', 'raw'])('streamed %s', async (extension) => {
    const stack = makeStack([2, 2, 3, 3], 'uint16', 2);
    const stream: StreamOptions = { codec: { name: 'none' }, chunked: false, overwrite: false };
    const sink = await createStream(at(`s.${extension}`), stack, stream);
    expect(existsSync(at(`s.${extension}`))).toBe(false);
    const part = openSinkPart(sink.ref, (frame) => frame);
    part.write(
      2,
      Uint16Array.from({ length: 18 }, (_, i) => 18 + i),
    );
    part.write(
      0,
      Uint16Array.from({ length: 9 }, (_, i) => i),
    );
    await sink.commit([part.close()], PROVENANCE);
    const expected = Array.from({ length: 36 }, (_, i) => (i >= 9 && i < 18 ? 0 : i));
    const program = `a = np.load(sys.argv[1]) if sys.argv[1].endswith('npy') else np.fromfile(sys.argv[1], '<u2').reshape(2, 2, 3, 3)
print(json.dumps([a.shape, a.ravel().tolist()]))`;
    expect(json(program, at(`s.${extension}`))).toEqual([[2, 2, 3, 3], expected]);
    if (extension === 'raw') {
      expect(Array.from(loadArray(openRaw(at('s.raw'), { frameShape: [3, 3], dtype: 'uint16' })).data)).toEqual(
        expected,
      );
    }
  });
});

describe.runIf(pythonHas('PIL.Image', 'TIFF output read by Pillow'))('read by Pillow', () => {
  it('tif, with scale and unit as ImageJ writes them', async () => {
    await writeOutput(at('a.tif'), [stacked], PROVENANCE, options);
    const program = `from PIL import Image
i = Image.open(sys.argv[1]); out = []
for k in range(i.n_frames):
    i.seek(k); out.append(np.array(i).tolist())
i.seek(0)
print(json.dumps([out, i.mode, i.tag_v2[270], float(i.tag_v2[282]), float(i.tag_v2[283]), i.tag_v2[305]]))`;
    const [pages, mode, description, x, y, software] = json(program, at('a.tif'));
    expect(pages.flat(2)).toEqual(Array.from(image.data));
    expect([mode, x, y]).toEqual(['F', 4, 2]);
    expect(description).toMatch(/^ImageJ=.*\nimages=3\nslices=3\nunit=nm\n/);
    expect(software).toContain(PROVENANCE.recipe);
  });
});

describe('the registry', () => {
  it('writes every format, or says why not', async () => {
    for (const extension of OUTPUTS.flatMap((format) => format.extensions)) {
      const paths = await writeOutput(at(`a${extension}`), [image], PROVENANCE, options);
      expect(paths).toEqual([at(`a${extension}`)]);
      expect(existsSync(at(`a${extension}`))).toBe(true);
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('gives each of several arrays a file where one cannot hold them', async () => {
    expect(outputPaths(at('scan.npy'), [image, { ...image, name: 'com/x' }])).toEqual([
      at('scan.adf.npy'),
      at('scan.com-x.npy'),
    ]);
    expect(outputPaths(at('scan.h5'), [image, curve])).toEqual([at('scan.h5')]);
    await writeOutput(at('scan.npy'), [image, curve], PROVENANCE, options);
    expect(readdirSync(folder).sort()).toEqual(['scan.adf.npy', 'scan.sum.npy']);
  });

  it('names what is possible', async () => {
    await expect(writeOutput(at('a.jpg'), [image], PROVENANCE, options)).rejects.toThrow(/Possible are .h5 .*.png/);
    expect(() => checkOutput(at('a.npzz'), [image], false)).toThrow(/Did you mean .npz/);
    expect(() => checkOutput(at('a'), [image], false)).toThrow(UsageError);
    await expect(writeOutput(at('a.csv'), [stacked], PROVENANCE, options)).rejects.toThrow(
      /pages is 3 x 1 x 2. Write .npz/,
    );
    const stack = makeStack([2, 3, 3], 'uint8', 2);
    const gzip: StreamOptions = { codec: { name: 'gzip', level: 4 }, chunked: true, overwrite: false };
    await expect(createStream(at('a.png'), stack, gzip)).rejects.toThrow(/cannot take a whole stack/);
    await expect(createStream(at('a.npy'), stack, gzip)).rejects.toThrow(/Write .h5 for --codec gzip/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('an output file', () => {
  const MODULE = join(import.meta.dirname, '../../dist/io/output.js');
  const program = (rest: string) =>
    `import { OutputFile } from ${JSON.stringify(MODULE)};
const f = OutputFile.create(process.argv[1], { overwrite: false }); f.write(new Uint8Array(100), 0); ${rest}`;
  const run = (rest: string) => ['--input-type=module', '-e', program(rest), at('x.npy')];

  it('refuses a target that exists, is a directory, or has no folder', () => {
    writeFileSync(at('x.npy'), 'old');
    mkdirSync(at('dir.npy'));
    expect(() => OutputFile.create(at('x.npy'), options)).toThrow(/exists already. Give --overwrite/);
    expect(() => OutputFile.create(at('dir.npy'), { overwrite: true })).toThrow(/is a directory/);
    expect(() => OutputFile.create(at('none/x.npy'), options)).toThrow(/the folder .*none does not exist/);
    expect(() => OutputFile.create(at('x.npy/y.npy'), options)).toThrow(SinkError);
    const file = OutputFile.create(at('x.npy'), { overwrite: true });
    file.write(new TextEncoder().encode('new'), 0);
    expect(readFileSync(at('x.npy'), 'utf8')).toBe('old');
    expect(() => OutputFile.create(at('x.npy'), { overwrite: true })).toThrow(/being written by this process/);
    file.commit();
    expect(readFileSync(at('x.npy'), 'utf8')).toBe('new');
    expect(readdirSync(folder).sort()).toEqual(['dir.npy', 'x.npy']);
  });

  it('does not replace what appeared under its name meanwhile', () => {
    const file = OutputFile.create(at('x.npy'), options);
    writeFileSync(at('x.npy'), 'other');
    expect(() => file.commit()).toThrow(/exists already/);
    expect(readdirSync(folder)).toEqual(['x.npy']);
  });

  it('says when the folder may not be written', () => {
    chmodSync(folder, 0o555);
    const someoneElse = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const { stderr } = spawnSync(process.execPath, run(''), { encoding: 'utf8', ...someoneElse });
    chmodSync(folder, 0o755);
    expect(stderr).toMatch(/x.npy may not be written by this user/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(existsSync('/dev/full'))('says when the disk is full', () => {
    const part = new OutputPart('/dev/full');
    expect(() => part.write(new Uint8Array(10), 0)).toThrow(/No space left/);
    part.close();
    const file = OutputFile.create(at('x.npy'), options);
    expect(() => file.reserve(2 ** 62)).toThrow(/needs .* only .* are free/);
    file.abort();
    expect(describeWriteFailure('/a/b', { code: 'EACCES' })).toMatchObject({ code: 'not-permitted', exitCode: 5 });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves nothing when its process exits or fails', () => {
    expect(spawnSync(process.execPath, run('process.exit(3)')).status).toBe(3);
    expect(spawnSync(process.execPath, run('throw new Error("x")')).status).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('removes what a killed process left, but not what a living one writes', async () => {
    const child = spawn(process.execPath, run('console.log("ready"); setInterval(() => {}, 1000)'), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    OutputFile.create(at('x.npy'), options).abort();
    expect(readdirSync(folder)).toEqual([`.x.npy.partial-${child.pid}`]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    OutputFile.create(at('x.npy'), options).abort();
    expect(readdirSync(folder)).toEqual([]);
  });
});
