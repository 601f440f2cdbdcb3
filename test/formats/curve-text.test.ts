import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NamedArray } from '../../dist/core/sink.js';
import type { Axis } from '../../dist/core/stack.js';
import { checkOutputs, outputPaths, writeOutput } from '../../dist/formats/outputs.js';
import { python, pythonHas } from './python.js';

const RADIAL: Axis = { name: '2th', unit: 'deg', origin: 1.005, step: 0.01 };
const FRAMES: Axis = { name: 'axis0', unit: '', origin: 0, step: 1 };
const BINS = 40;

/** Intensity, sigma and coordinates as azimuthal integration gives them, for these leading dimensions. */
function integrated(leading: readonly number[]): NamedArray[] {
  const shape = [...leading, BINS];
  const length = shape.reduce((product, extent) => product * extent, 1);
  const data = Float32Array.from({ length }, (_, i) => 1 / (1 + (i % 7)) + i);
  const axes = [...leading.map(() => FRAMES), RADIAL];
  const intensity = { name: 'intensity', shape, data, axes, unit: '', label: 'intensity', coordinates: 1 };
  const sigma = {
    ...intensity,
    name: 'sigma',
    label: 'standard error',
    errorsOf: 'intensity',
    data: data.map(Math.sqrt),
  };
  const radial: NamedArray = {
    name: 'radial',
    shape: [BINS],
    data: Float64Array.from({ length: BINS }, (_, i) => 1.005 + i / 100),
    axes: [RADIAL],
    unit: 'deg',
    label: 'scattering angle',
    coordinates: 1,
  };
  return [intensity, sigma, radial];
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'curve-text-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const provenance = (values: Record<string, unknown> = { npt: 40 }) => ({
  program: 'fanfold',
  version: '1.2.3',
  recipe: JSON.stringify({ operators: 'azimuthal', source: 'scan.h5', values }),
});
const write = (name: string, arrays: readonly NamedArray[], values?: Record<string, unknown>) =>
  writeOutput(at(name), arrays, provenance(values), { overwrite: false });
const lines = (name: string) => readFileSync(at(name), 'utf8').trimEnd().split('\n');
const json = (program: string, ...args: string[]) =>
  JSON.parse(python(`import json, sys, numpy as np\n${program}`, ...args));

describe('the header of a curve', () => {
  it('holds program, operator, source, options, units and the text of the PONI', async () => {
    const poni = '# a comment\nponi_version: 2\nDistance: 0.15\nWavelength: 5e-11\n';
    await write('a.xy', integrated([]), { poni, unit: '2th_deg', radialRange: [1, 7] });
    const header = lines('a.xy').filter((line) => line.startsWith('#'));
    for (const expected of [
      '# fanfold 1.2.3',
      '# operators: azimuthal',
      '# source: scan.h5',
      '#   Distance: 0.15',
      '# unit: 2th_deg',
      '# radialRange: [1,7]',
      '# column 1: 2th (deg), middle of each bin',
      '# column 2: intensity, intensity',
      '# column 3: sigma, standard error',
      '# 2th (deg)  intensity  sigma',
    ])
      expect(header).toContain(expected);
    expect(lines('a.xy').length).toBe(header.length + BINS);
  });

  it('holds what the operators made of the options', async () => {
    const facts = { geometry: 'poni_version: 2\nPoni1: 0.25\n' };
    const written = { ...provenance({ poni: 'here.poni' }), facts };
    await writeOutput(at('a.dat'), integrated([]), written, { overwrite: false });
    expect(lines('a.dat')).toContain('# poni: here.poni');
    expect(lines('a.dat')).toContain('# geometry:');
    expect(lines('a.dat')).toContain('#   Poni1: 0.25');
  });

  it('keeps every line a comment, whatever an option holds', async () => {
    const [intensity] = integrated([]);
    if (!intensity) throw new Error('no curve');
    const odd = { ...intensity, unit: 'a\n1 2', axes: [{ ...RADIAL, name: 'x\r7 8' }] };
    await write('a.xy', [odd], { note: 'one\r\ntwo\n3 4 5\r6 7 8' });
    expect(
      lines('a.xy')
        .flatMap((line) => line.split('\r'))
        .filter((line) => !line.startsWith('#')).length,
    ).toBe(BINS);
  });
});

describe.runIf(pythonHas('numpy', 'curves as text read by NumPy'))('read by NumPy', () => {
  it.each(['xy', 'dat', 'txt'])('.%s of one curve has two or three columns', async (extension) => {
    const [intensity, sigma, radial] = integrated([]);
    if (!intensity || !sigma || !radial) throw new Error('no curve');
    await write(`three.${extension}`, [intensity, sigma, radial]);
    await write(`two.${extension}`, [intensity, radial]);
    const program = `a = np.loadtxt(sys.argv[1]); b = np.loadtxt(sys.argv[2])
print(json.dumps([a.T.tolist(), a.astype('f4').T.tolist(), list(b.shape)]))`;
    const [exact, single, two] = json(program, at(`three.${extension}`), at(`two.${extension}`));
    expect(exact[0]).toEqual(Array.from(radial.data));
    expect(single.slice(1)).toEqual([Array.from(intensity.data), Array.from(sigma.data)]);
    expect(two).toEqual([BINS, 2]);
  });

  it.each([
    ['series', [5], 5],
    ['scan', [2, 3], 6],
    ['single', [1], 1],
  ] as const)('a %s has a column for each frame, and behind them sigma', async (_, leading, frames) => {
    const arrays = integrated(leading);
    await write('a.xy', arrays);
    const found = json(`print(json.dumps(np.loadtxt(sys.argv[1]).astype('f4').T.tolist()))`, at('a.xy'));
    expect(found.length).toBe(1 + 2 * frames);
    expect(found.slice(1, 1 + frames).flat()).toEqual(Array.from(arrays[0]?.data ?? []));
    expect(found.slice(1 + frames).flat()).toEqual(Array.from(arrays[1]?.data ?? []));
    if (frames > 1)
      expect(lines('a.xy')).toContain(
        `# columns ${2 + frames} to ${1 + 2 * frames}: sigma, standard error, of frames 0 to ${frames - 1}`,
      );
  });

  it('.csv has one row of names, quoted where they hold a comma', async () => {
    const arrays = integrated([2, 2]);
    await write('a.csv', arrays);
    const program = `import csv
rows = list(csv.reader(line for line in open(sys.argv[1]) if line[0] != '#'))
print(json.dumps([rows[0], np.array(rows[1:], 'f4')[:, 1:5].T.ravel().tolist()]))`;
    const [names, values] = json(program, at('a.csv'));
    expect(names.slice(0, 3)).toEqual(['2th (deg)', 'intensity[0, 0]', 'intensity[0, 1]']);
    expect(names.length).toBe(9);
    expect(values).toEqual(Array.from(arrays[0]?.data ?? []));
  });

  it('keeps NaN and infinities', async () => {
    const [intensity] = integrated([]);
    if (!intensity) throw new Error('no curve');
    intensity.data.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    await write('a.dat', [intensity]);
    expect(json(`print(json.dumps([str(v) for v in np.loadtxt(sys.argv[1])[:3, 1]]))`, at('a.dat'))).toEqual([
      'nan',
      'inf',
      '-inf',
    ]);
  });
});

describe('a file for each frame', () => {
  it.each([
    ['curve_{}.xy', ['curve_00.xy', 'curve_01.xy', 'curve_11.xy'], 12],
    ['c%05d.dat', ['c00000.dat', 'c00011.dat'], 12],
    ['c%d.csv', ['c0.csv', 'c11.csv'], 12],
    ['c{}.png', ['c00.png'], 12],
    ['c{}.svg', ['c05.svg'], 12],
    ['c{}.npy', ['c00.intensity.npy', 'c03.sigma.npy', 'c11.radial.npy'], 36],
  ] as const)('%s', async (pattern, some, count) => {
    const arrays = integrated([3, 4]);
    const files = await write(pattern, arrays);
    expect(files.length).toBe(count);
    expect(files).toEqual(
      outputPaths(
        at(pattern),
        arrays.map(({ data: _, ...rest }) => rest),
      ),
    );
    for (const name of some) expect(existsSync(at(name))).toBe(true);
    expect(readdirSync(folder).length).toBe(count);
  });

  it('holds the curve of its frame', async () => {
    const arrays = integrated([3]);
    await write('c{}.xy', arrays);
    const rows = lines('c2.xy').filter((line) => !line.startsWith('#'));
    const numbers = rows.map((row) => row.split(' ').map(Number));
    expect(numbers.map((row) => Math.fround(row[1] ?? 0))).toEqual(
      Array.from(arrays[0]?.data.subarray(2 * BINS) ?? []),
    );
    expect(numbers.map((row) => Math.fround(row[2] ?? 0))).toEqual(
      Array.from(arrays[1]?.data.subarray(2 * BINS) ?? []),
    );
  });

  it('is refused for a result of the whole stack, and when one of the files exists', async () => {
    const sum: NamedArray = {
      name: 'sum',
      shape: [4, 5],
      data: new Float32Array(20),
      axes: [FRAMES, FRAMES],
      unit: '',
      label: 'sum',
    };
    await expect(write('c{}.xy', [sum])).rejects.toThrow(/sum is not one curve, map or image per frame/);
    writeFileSync(at('c1.xy'), '');
    expect(() => checkOutputs([at('c{}.xy')], integrated([3]), false, [])).toThrow(/c1.xy exists already/);
    await expect(write('c{}.xy', integrated([3]))).rejects.toThrow(/c1.xy exists already/);
    expect(readdirSync(folder)).toEqual(['c1.xy']);
  });
});

describe('what no table can hold', () => {
  it('is refused', async () => {
    const [intensity] = integrated([2]);
    const [other] = integrated([2]);
    if (!intensity || !other) throw new Error('no curve');
    const moved = { ...other, name: 'other', axes: [FRAMES, { ...RADIAL, step: 0.02 }] };
    await expect(write('a.xy', [intensity, moved])).rejects.toThrow(/lie over different axes/);
    const cakes = { ...intensity, shape: [2, 8, 5], coordinates: 2, axes: [FRAMES, FRAMES, RADIAL] };
    await expect(write('a.xy', [cakes])).rejects.toThrow(/text holds one image, or curves/);
  });

  it('but a cake is an image', async () => {
    const [intensity] = integrated([]);
    if (!intensity) throw new Error('no curve');
    const chi = { name: 'chi', unit: 'degrees', origin: 0, step: 90 };
    await write('cake.csv', [
      { ...intensity, shape: [4, 10], coordinates: 2, axes: [chi, RADIAL] },
      ...integrated([]).slice(2),
    ]);
    expect(lines('cake.csv').filter((line) => !line.startsWith('#')).length).toBe(4);
    expect(lines('cake.csv')).toContain('# rows: chi: 0 + i * 90 degrees');
  });
});
