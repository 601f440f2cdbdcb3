import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEncoder } from '../../dist/codecs/encode.js';
import { allocate, DTYPES, type Dtype, type NumericArray } from '../../dist/core/dtype.js';
import type { NamedArray, StreamOptions } from '../../dist/core/sink.js';
import { frameCount, framePixels, plainAxis, type Stack } from '../../dist/core/stack.js';
import { openHdf5 } from '../../dist/formats/hdf5/index.js';
import { writeHdf5 } from '../../dist/formats/hdf5/write/results.js';
import { createHdf5Stream } from '../../dist/formats/hdf5/write/stream.js';
import { openSinkPart } from '../../dist/io/sink-part.js';
import { decodeWhole } from './decodewhole.js';
import { python, pythonHas } from './python.js';

const PROVENANCE = { program: 'fanfold', version: '1.2.3', recipe: '{"operator":"mask","note":"Å"}' };
const axis = (name: string, unit: string, step: number, origin = 0) => ({ name, unit, step, origin });
const SCAN = [axis('y', 'nm', 0.5, 1), axis('x', 'nm', 0.25)];
const SAMPLE = join(
  import.meta.dirname,
  '../../../shared/data/hdf5/check-licence/rosettasciio/py4DSTEM_size2x3x4x5.h5',
);

const image: NamedArray = {
  name: 'adf',
  shape: [3, 4],
  data: Float32Array.from({ length: 12 }, (_, i) => i / 3),
  axes: SCAN,
  unit: 'counts',
  label: 'annular dark field',
};
const field: NamedArray = {
  name: 'com/field',
  shape: [3, 4, 2],
  data: Float64Array.from({ length: 24 }, (_, i) => -i),
  axes: [...SCAN, plainAxis(2)],
  unit: 'px',
  label: 'centre of mass',
};

function makeTestStack(stackShape: number[], frameShape: number[], dtype: Dtype): Stack {
  const q = [axis('qy', '1/nm', 0.1, -0.2), axis('qx', '1/nm', 0.1, -0.25)];
  const axes = [
    ...stackShape.map((_, d) => SCAN[d % 2] ?? plainAxis(d)),
    ...frameShape.map((_, d) => q[d % 2] ?? plainAxis(d)),
  ];
  return { stackShape, frameShape, dtype, axes };
}

function ramp(stack: Stack): NumericArray {
  const data = allocate(stack.dtype, frameCount(stack) * framePixels(stack));
  for (let i = 0; i < data.length; i++) data[i] = (i * 7) % 251;
  return data;
}

/** Writes the frames of `keep` in parts, later frames first. */
async function streamTo(path: string, stack: Stack, options: Partial<StreamOptions>, keep = (_frame: number) => true) {
  const all: StreamOptions = { codec: { name: 'none' }, chunked: true, overwrite: true, ...options };
  const sink = createHdf5Stream(path, stack, all);
  const { ref } = sink;
  const open = () => {
    const encode =
      ref.kind === 'chunks' ? makeEncoder(ref.codec, DTYPES[stack.dtype].bytes) : (frame: Uint8Array) => frame;
    return openSinkPart(ref, encode);
  };
  const parts = [open(), open()];
  const data = ramp(stack);
  const size = framePixels(stack);
  for (let frame = frameCount(stack) - 1; frame >= 0; frame--) {
    if (keep(frame)) parts[frame % 2]?.write(frame, data.subarray(frame * size, (frame + 1) * size));
  }
  await sink.commit(
    parts.map((part) => part.close()),
    PROVENANCE,
  );
}

describe.runIf(pythonHas('h5py, numpy', 'HDF5 output read by h5py'))('HDF5 output', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hdf5-write-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const read = (program: string, ...args: string[]) =>
    JSON.parse(python(`import h5py, json, sys, numpy as np\n${program}`, ...args));

  it('gives h5py the values, units, axes and recipe', () => {
    const path = join(folder, 'one.h5');
    writeHdf5(path, [image], PROVENANCE, false);
    const found = read(
      `f = h5py.File(sys.argv[1]); d = f['data']
print(json.dumps([d[()].ravel().tolist(), d.shape, d.dtype.str, d.attrs['units'], d.attrs['long_name'], list(d.attrs['axis_names']), list(d.attrs['axis_units']), list(d.attrs['axis_steps']), list(d.attrs['axis_origins']), f.attrs['recipe'], d.id.get_offset() % 4096]))`,
      path,
    );
    expect(found).toEqual([
      Array.from(image.data),
      [3, 4],
      '<f4',
      'counts',
      'annular dark field',
      ['y', 'x'],
      ['nm', 'nm'],
      [0.5, 0.25],
      [1, 0],
      PROVENANCE.recipe,
      0,
    ]);
  });

  it('links one data set from every tree instead of copying it', () => {
    const path = join(folder, 'two.h5');
    writeHdf5(path, [image, field], PROVENANCE, false);
    const found = read(
      `f = h5py.File(sys.argv[1])
same = lambda *names: len({h5py.h5o.get_info(f[n].id).addr for n in names}) == 1
info = h5py.h5o.get_info(f['adf'].id)
print(json.dumps([same('adf', 'Experiments/adf/data', 'emd/adf/data'), same('com-field', 'Experiments/com-field/data', 'emd/com-field/data', 'entry/com_field/com_field'), info.rc, f['com-field'][()].ravel().tolist()]))`,
      path,
    );
    expect(found).toEqual([true, true, 4, Array.from(field.data)]);
  });

  it('keeps a hundred arrays, and empty and long texts', () => {
    const path = join(folder, 'many.h5');
    const names = Array.from({ length: 100 }, (_, i) => `slot${i}`);
    const recipe = 'x'.repeat(200_000);
    writeHdf5(
      path,
      names.map((name, i) => ({ ...image, name, unit: '', data: image.data.map((v) => v + i) })),
      { ...PROVENANCE, recipe },
      false,
    );
    const found = read(
      `f = h5py.File(sys.argv[1])
print(json.dumps([[float(f[f'slot{i}'][0, 0]) for i in range(100)], len(f.attrs['recipe']), f['slot3'].attrs['units'], sorted(f)[:2]]))`,
      path,
    );
    expect(found).toEqual([names.map((_, i) => i), 200_000, '', ['Experiments', 'emd']]);
  });

  it.each([
    ['contiguous', { chunked: false }, [2, 3], [4, 5], 'uint16'],
    ['chunked', {}, [2, 3], [4, 5], 'float32'],
    ['chunked', {}, [7], [3], 'int8'],
    ['gzip', { codec: { name: 'gzip', level: 4 } }, [2, 3], [4, 5], 'uint32'],
    ['gzip', { codec: { name: 'gzip', level: 1 } }, [3, 50], [2, 3, 4], 'float64'],
    ['gzip', { codec: { name: 'gzip', level: 9 } }, [], [8, 8], 'int16'],
  ] as const)('streams %s %o %o %o %s', async (kind, options, stackShape, frameShape, dtype) => {
    const path = join(folder, 'stream.h5');
    const stack = makeTestStack([...stackShape], [...frameShape], dtype);
    await streamTo(path, stack, options as Partial<StreamOptions>);
    const found = read(
      `d = h5py.File(sys.argv[1])['data']
print(json.dumps([d[()].astype('f8').ravel().tolist(), d.shape, d.dtype.name, d.chunks, d.compression, d.compression_opts]))`,
      path,
    );
    const chunks = kind === 'contiguous' ? null : [...stackShape.map(() => 1), ...frameShape];
    const codec = 'codec' in options ? ['gzip', options.codec.level] : [null, null];
    expect(found).toEqual([Array.from(ramp(stack)), [...stackShape, ...frameShape], dtype, chunks, ...codec]);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it.skipIf(!pythonHas('h5py, hdf5plugin', 'LZ4 and bitshuffle read by h5py')).each([
    ['bslz4', 'uint16', [2, 3], [40, 50]],
    ['bslz4', 'float64', [2], [33, 65]],
    ['bslz4', 'uint8', [3], [7]],
    ['bslz4', 'uint32', [2], [300, 301]],
    ['lz4', 'uint16', [2, 3], [4, 5]],
    ['lz4', 'float32', [2], [300, 301]],
  ] as const)('streams %s %s %o %o to h5py with hdf5plugin', async (name, dtype, stackShape, frameShape) => {
    const path = join(folder, `${name}.h5`);
    const stack = makeTestStack([...stackShape], [...frameShape], dtype);
    await streamTo(path, stack, { codec: { name } });
    const found = read(
      `import hdf5plugin
d = h5py.File(sys.argv[1])['data']
plist = d.id.get_create_plist()
print(json.dumps([d[()].astype('f8').ravel().tolist(), d.dtype.name, d.chunks, plist.get_nfilters(), plist.get_filter(0)[0], plist.get_filter(0)[2]]))`,
      path,
    );
    const filter = name === 'lz4' ? [32004, [0]] : [32008, [0, 4, DTYPES[dtype].bytes, 0, 2]];
    const chunks = [...stackShape.map(() => 1), ...frameShape];
    expect(found).toEqual([Array.from(ramp(stack)), dtype, chunks, 1, ...filter]);
    const source = openHdf5(path);
    if (source.handle.kind !== 'stored') throw new Error('not stored');
    const back = decodeWhole(source.handle.storage);
    expect(Buffer.compare(back, new Uint8Array(ramp(stack).buffer))).toBe(0);
  });

  it('reads frames that were never written as zeros', async () => {
    const stack = makeTestStack([4, 5], [3, 3], 'uint8');
    for (const [name, options] of [
      ['gz', { codec: { name: 'gzip', level: 4 } }],
      ['raw', {}],
    ] as const) {
      const path = join(folder, `${name}.h5`);
      await streamTo(path, stack, options as Partial<StreamOptions>, (frame) => frame % 3 !== 0);
      const expected = Array.from(ramp(stack), (value, i) => (Math.floor(i / 9) % 3 === 0 ? 0 : value));
      expect(read(`print(json.dumps(h5py.File(sys.argv[1])['data'][()].ravel().tolist()))`, path)).toEqual(expected);
    }
  });

  it('refuses frames that are too large for a chunk', () => {
    const stack = makeTestStack([2], [65536, 65536], 'uint8');
    const options: StreamOptions = { codec: { name: 'gzip', level: 1 }, chunked: true, overwrite: false };
    expect(() => createHdf5Stream(join(folder, 'huge.h5'), stack, options)).toThrow(
      /4.00 GiB cannot be one HDF5 chunk/,
    );
    expect(existsSync(join(folder, 'huge.h5'))).toBe(false);
  });

  it('indexes 262,144 chunks quickly, each found by h5py', async () => {
    const path = join(folder, 'large.h5');
    const stack = makeTestStack([512, 512], [1, 4], 'uint8');
    const sink = createHdf5Stream(path, stack, { codec: { name: 'none' }, chunked: true, overwrite: true });
    const part = openSinkPart(sink.ref, (frame) => frame);
    const data = ramp(stack);
    part.write(0, data);
    const entries = part.close();
    const started = performance.now();
    await sink.commit([entries], PROVENANCE);
    expect(performance.now() - started).toBeLessThan(2000);
    const found = read(
      `d = h5py.File(sys.argv[1])['data']; a = d[()].ravel()
print(json.dumps([bool((a == (np.arange(a.size) * 7) % 251).all()), d.id.get_num_chunks(), d[511, 511, 0].tolist()]))`,
      path,
    );
    expect(found).toEqual([true, 262_144, Array.from(data.subarray(-4))]);
  });

  it.runIf(pythonHas('hyperspy.api', 'HDF5 output read by HyperSpy'))(
    'opens in HyperSpy with its axes',
    { timeout: 60_000 },
    async () => {
      writeHdf5(join(folder, 'hyper.hspy'), [image, field], PROVENANCE, false);
      await streamTo(join(folder, 'scan.h5'), makeTestStack([2, 3], [4, 5], 'uint16'), {});
      const found = read(
        `import hyperspy.api as hs
axes = lambda s: [[a.name, a.scale, a.offset, str(a.units), a.size, a.navigate] for a in s.axes_manager._axes]
one, two = sorted(hs.load(sys.argv[1] + '/hyper.hspy'), key=lambda s: s.metadata.General.title)
scan = hs.load(sys.argv[1] + '/scan.h5', reader='HSPY')
print(json.dumps([one.metadata.General.title, axes(one), one.data.ravel().tolist(), two.data.shape, axes(scan), type(scan).__name__]))`,
        folder,
      );
      expect(found).toEqual([
        'adf',
        [
          ['y', 0.5, 1, 'nm', 3, false],
          ['x', 0.25, 0, 'nm', 4, false],
        ],
        Array.from(image.data),
        [3, 4, 2],
        [
          ['y', 0.5, 1, 'nm', 2, true],
          ['x', 0.25, 0, 'nm', 3, true],
          ['qy', 0.1, -0.2, '1/nm', 4, false],
          ['qx', 0.1, -0.25, '1/nm', 5, false],
        ],
        'Signal2D',
      ]);
    },
  );

  const hasSample = existsSync(SAMPLE);
  if (!hasSample) process.stderr.write(`not run: comparison with a py4DSTEM file (${SAMPLE} is missing)\n`);
  it.runIf(hasSample)('has every group, data set and attribute of a file that py4DSTEM wrote', async () => {
    const path = join(folder, 'emd.h5');
    await streamTo(path, makeTestStack([2, 3], [4, 5], 'float32'), { chunked: false });
    const found = read(
      `def tree(path, root, cube):
    out = {}
    with h5py.File(path) as f:
        def kind(v): return 'text' if isinstance(v, str) else 'bool' if isinstance(v, (bool, np.bool_)) else np.dtype(type(v)).kind
        attrs = lambda o: {k: [kind(v), str(v) if k in ('emd_group_type', 'python_class', 'type', 'length') else ''] for k, v in o.attrs.items()}
        def visit(name, o):
            shape = [o.dtype.kind if o.dtype.kind != 'O' else 'text', list(o.shape)] if isinstance(o, h5py.Dataset) else None
            out[name.replace(cube, 'CUBE', 1) if name.startswith(cube) else name] = [shape, attrs(o)]
        f[root].visititems(visit)
        out['/'] = [None, attrs(f)]
        out['root'] = [None, attrs(f[root])]
    return out
theirs, ours = tree(sys.argv[2], 'datacube_root', 'datacube'), tree(sys.argv[1], 'emd', 'data')
missing = []
for name, (shape, attributes) in theirs.items():
    if name not in ours: missing.append(name); continue
    if shape != ours[name][0]: missing.append([name, shape, ours[name][0]])
    for k, v in attributes.items():
        if ours[name][1].get(k) != v: missing.append([name, k, v, ours[name][1].get(k)])
with h5py.File(sys.argv[1]) as f: values = [f['emd/metadatabundle/calibration/Q_pixel_size'][()], f['emd/metadatabundle/calibration/Q_pixel_units'][()].decode(), f['emd/data/dim1'][()].tolist(), f['emd/metadatabundle/calibration/_target_paths/0'][()].decode()]
print(json.dumps([missing, len(theirs), values]))`,
      path,
      SAMPLE,
    );
    expect(found[0]).toEqual([]);
    expect(found[1]).toBeGreaterThan(15);
    expect(found[2]).toEqual([0.01, 'A^-1', [0, 0.25], '/data']);
  });
});
