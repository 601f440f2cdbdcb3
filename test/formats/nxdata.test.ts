import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NamedArray } from '../../dist/core/sink.js';
import type { Axis } from '../../dist/core/stack.js';
import { writeHdf5 } from '../../dist/formats/hdf5/write/results.js';
import { openSource } from '../../dist/formats/registry.js';
import { python, pythonHas } from './python.js';

const PROVENANCE = { program: 'fanfold', version: '1.2.3', recipe: '{"operators":"azimuthal"}' };
const axis = (name: string, unit: string, origin: number, step: number): Axis => ({ name, unit, origin, step });
const FRAMES = axis('axis0', '', 0, 1);
const RADIAL = axis('2th', 'deg', 1.005, 0.01);
const CHI = axis('chi', 'degrees', -175, 10);

function result(name: string, axes: readonly Axis[], shape: readonly number[], coordinates: number): NamedArray {
  const length = shape.reduce((product, extent) => product * extent, 1);
  const data = Float32Array.from({ length }, (_, i) => (i % 97) + 0.5);
  return { name, shape, data, axes, unit: 'counts', label: `${name} of rings`, coordinates };
}

function withSigma(signal: NamedArray): NamedArray[] {
  const sigma = { ...signal, name: 'sigma', label: 'standard error', errorsOf: signal.name };
  const [bins = 1] = signal.shape.slice(-1);
  const radial = signal.axes.at(-1) ?? RADIAL;
  const data = Float64Array.from({ length: bins }, (_, i) => radial.origin + i * radial.step);
  const coordinates = {
    name: 'radial',
    shape: [bins],
    data,
    axes: [radial],
    unit: radial.unit,
    label: 'angle',
    coordinates: 1,
  };
  return [signal, { ...sigma, data: signal.data.map((value) => value / 10) }, coordinates];
}

const CASES = {
  curve: withSigma(result('intensity', [RADIAL], [50], 1)),
  series: withSigma(result('intensity', [FRAMES, RADIAL], [20, 50], 1)),
  map: withSigma(result('intensity', [axis('y', 'um', 0, 2), axis('x', 'um', 0, 2), RADIAL], [4, 5, 50], 1)),
  cake: withSigma(result('intensity', [CHI, RADIAL], [36, 50], 2)),
  cakes: withSigma(result('intensity', [FRAMES, CHI, RADIAL], [3, 36, 50], 2)),
  image: [result('adf', [axis('y', 'nm', 0, 0.5), axis('x', 'nm', 0, 0.25)], [6, 7], 0)],
  vectors: [
    result('com/field', [axis('y', 'nm', 0, 0.5), axis('x', 'nm', 0, 0.25), axis('axis2', '', 0, 1)], [6, 7, 2], 0),
  ],
  same: [result('y', [axis('y', '', 0, 1), axis('y', '', 0, 1)], [6, 7], 0)],
  number: [result('total', [], [], 0)],
} satisfies Record<string, NamedArray[]>;

describe.runIf(pythonHas('h5py, numpy', 'NeXus structure of HDF5 output'))('results as NeXus', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nxdata-'));
    for (const [name, arrays] of Object.entries(CASES))
      writeHdf5(join(folder, `${name}.h5`), arrays, PROVENANCE, false);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const read = (program: string, ...args: string[]) =>
    JSON.parse(python(`import json, sys, h5py, numpy as np\n${program}`, ...args));

  it.runIf(pythonHas('silx.io.nxdata', 'NeXus output judged by silx')).each(Object.keys(CASES))(
    '%s is valid for silx',
    (name) => {
      const program = `from silx.io import nxdata
f = h5py.File(sys.argv[1])
found = nxdata.get_default(f)
every = []
f['entry'].visititems(lambda path, node: every.append(path) if node.attrs.get('NX_class') == 'NXdata' else None)
print(json.dumps([found is not None and found.is_valid, [nxdata.get_NXdata_in_group(f, 'entry/' + p) is not None if hasattr(nxdata, 'get_NXdata_in_group') else nxdata.NXdata(f['entry/' + p]).is_valid for p in every],
  found.issues if found else None, found.signal_name if found else None]))`;
      const [valid, all, issues] = read(program, join(folder, `${name}.h5`));
      expect({ valid, issues }).toEqual({ valid: true, issues: [] });
      expect(all.every(Boolean)).toBe(true);
    },
  );

  it.runIf(pythonHas('silx.io.nxdata', 'axes of NeXus output read by silx'))(
    'gives silx axes, units and errors',
    () => {
      const program = `from silx.io import nxdata
out = {}
for name in ('curve', 'series', 'cake'):
    d = nxdata.get_default(h5py.File(sys.argv[1] + '/' + name + '.h5'))
    out[name] = [d.signal_name, d.axes_names, d.axes_dataset_names, [a[()].tolist()[:2] for a in d.axes],
                 list(d.errors.shape), d.interpretation, float(d.errors[()].ravel()[3])]
print(json.dumps(out))`;
      const found = read(program, folder);
      expect(found.curve).toEqual([
        'intensity of rings',
        ['2th (deg)'],
        ['2th'],
        [[1.005, 1.0149999999999999]],
        [50],
        'spectrum',
        expect.closeTo(0.35, 6),
      ]);
      expect(found.series.slice(1, 3)).toEqual([
        ['frame', '2th (deg)'],
        ['frame', '2th'],
      ]);
      expect(found.cake.slice(1, 6)).toEqual([
        ['chi (degrees)', '2th (deg)'],
        ['chi', '2th'],
        [
          [-175, -165],
          [1.005, 1.0149999999999999],
        ],
        [36, 50],
        'image',
      ]);
    },
  );

  it('has the default chain, an axis of the right length for every dimension, and errors as a second name', () => {
    const program = `out = []
for name in sys.argv[2:]:
    f = h5py.File(sys.argv[1] + '/' + name + '.h5')
    entry = f[f.attrs['default']]; data = entry[entry.attrs['default']]; signal = data[data.attrs['signal']]
    axes = [a for a in data.attrs.get('axes', [])]
    same = lambda a, b: h5py.h5o.get_info(a.id).addr == h5py.h5o.get_info(b.id).addr
    errors = data.get(data.attrs['signal'] + '_errors')
    out.append([f.attrs['NX_class'], entry.attrs['NX_class'], data.attrs['NX_class'], len(axes) == len(set(axes)) == signal.ndim,
      [data[a].shape[0] for a in axes] == list(signal.shape), [int(data.attrs[a + '_indices']) for a in axes] == list(range(signal.ndim)),
      errors is None or same(errors, f['sigma']), entry['process/configuration/data'][()].decode(), [data[a].attrs.get('units', '') for a in axes]])
print(json.dumps(out))`;
    const names = Object.keys(CASES) as (keyof typeof CASES)[];
    const found = read(program, folder, ...names);
    for (const [i, name] of names.entries()) {
      const units = CASES[name][0]?.axes.map(({ unit }) => unit);
      expect(found[i]).toEqual(['NXroot', 'NXentry', 'NXdata', true, true, true, true, PROVENANCE.recipe, units]);
    }
  });

  it.each(['curve', 'series', 'map', 'cake', 'cakes'] as const)('%s opens again with its axes', async (name) => {
    const source = await openSource(join(folder, `${name}.h5`), { frameRank: 1 });
    const { stack } = source.handle;
    const [signal] = CASES[name];
    expect(source.location).toMatch(/:\/entry\/intensity\/intensity$/);
    expect([...stack.stackShape, ...stack.frameShape]).toEqual(signal?.shape);
    expect(stack.axes).toEqual(signal?.axes);
  });
});
