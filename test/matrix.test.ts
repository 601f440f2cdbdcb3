import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Dtype, viewOf } from '../dist/core/dtype.js';
import { openSource } from '../dist/formats/registry.js';
import { GENERATORS, openSynthetic } from '../dist/formats/synthetic/index.js';
import { LAYOUTS } from '../dist/layouts/registry.js';
import { findOperator, operatorNames } from '../dist/operators/registry.js';
import { compareCuts } from '../dist/testing/operator.js';
import { testFormat, testLayout, testOperator } from '../dist/testing.js';
import { python, pythonHas } from './formats/python.js';

const folder = mkdtempSync(join(tmpdir(), 'fanfold-matrix-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const layouts = LAYOUTS.filter(({ name, available }) => {
  const state = available();
  if (!state.ok) process.stderr.write(`not run: layout ${name} (${state.reason})\n`);
  return state.ok;
});

/** Every operator in one pass, each with its first example. */
const fused = await Promise.all(
  operatorNames().map(async (name) => ({ name, values: (await findOperator(name)).examples?.[0] ?? {} })),
);

/** Those of them that take volumes. */
const NOT_FOR_VOLUMES = [
  'mask',
  'com',
  'azimuthal',
  'gaf',
  'mtf',
  'recurrence',
  'features',
  'scale',
  'filter',
  'fft2',
  'correlate',
  'thumbnail',
];
const ofVolumes = fused.filter(({ name }) => !NOT_FOR_VOLUMES.includes(name));

const NUMPY_TYPES: Readonly<Record<string, Dtype>> = {
  '<u2': 'uint16',
  '<f4': 'float32',
  '<f8': 'float64',
};

/** Reads a .npy file that NumPy wrote, independently of the reader under test. */
function readExpected(path: string) {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  const dtype = NUMPY_TYPES[/'descr': '([^']+)'/.exec(header)?.[1] ?? ''] ?? 'uint8';
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '').split(',').filter((s) => s.trim());
  const body = bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length);
  const count = shape.reduce((total, extent) => total * Number(extent), 1);
  return { shape: shape.map(Number), dtype, data: viewOf(dtype, body, 0, count) };
}

const hasPython = pythonHas('h5py, numpy', 'the matrix over HDF5, NPY and raw files');
if (hasPython) python(readFileSync(join(import.meta.dirname, 'matrix-sources.py'), 'utf8'), folder);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.expected.npy'))
  .map((name) => name.replace('.expected.npy', ''));

function openFixture(name: string) {
  const raw = { frameShape: [10, 12], dtype: '>u2', offset: 123 };
  return openSource(join(folder, name), name.endsWith('.raw') ? raw : {});
}

test('sources were made wherever Python can make them', () => {
  expect(names.length).toBe(hasPython ? 15 : 0);
});

describe.each(layouts)('layout $name', (layout) => {
  test('conforms', async () => {
    await testLayout(layout);
  });
});

describe.each(operatorNames())('operator %s', (name) => {
  test('gives the same in every cut', async () => {
    await testOperator(name);
  });
});

// Without Python there is nothing to loop over, and the test above says so.
for (const name of names) {
  describe(`source ${name}`, () => {
    test('reads the same in every cut', async () => {
      await testFormat(await openFixture(name), readExpected(join(folder, `${name}.expected.npy`)));
    });

    test('all operators in one pass give the same in every cut', async () => {
      await compareCuts(await openFixture(name), fused, layouts);
    });
  });
}

describe.each(GENERATORS)('generated $name', ({ name }) => {
  test('all operators in one pass give the same in every cut', async () => {
    const source = openSynthetic(name, [5, 6, 33, 32], undefined, 1);
    const { frameShape } = source.handle.stack;
    await compareCuts(source, frameShape.length > 2 ? ofVolumes : fused, layouts);
  });
});
