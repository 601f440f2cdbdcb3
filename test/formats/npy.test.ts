import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceError, UsageError } from '../../dist/core/errors.js';
import { loadArray, readNpyArray } from '../../dist/formats/loaded-array.js';
import { openNpy } from '../../dist/formats/npy.js';
import { openNpz } from '../../dist/formats/npz.js';
import { python, pythonHas } from './python.js';

const TYPES = [
  '|b1',
  '|u1',
  '|i1',
  '<u2',
  '>u2',
  '<i2',
  '>i4',
  '<u4',
  '<i8',
  '>i8',
  '<u8',
  '<f2',
  '>f2',
  '<f4',
  '>f4',
  '<f8',
  '>f8',
];

describe.runIf(pythonHas('numpy', 'NPY and NPZ files made by NumPy'))('files made by NumPy', () => {
  let folder = '';
  let expected: Record<string, number[]> = {};
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'npy-'));
    const program = `
import numpy as np, json, sys
out = {}
rng = np.random.default_rng(3)
for i, t in enumerate(json.loads(sys.argv[2])):
    a = (rng.random((3, 2, 4, 5)) * 200 - (100 if np.dtype(t).kind in 'if' else 0)).astype(t)
    np.save(f'{sys.argv[1]}/{i}.npy', a)
    out[t] = a.astype('f8').ravel().tolist()
a = np.arange(24, dtype='<f4').reshape(2, 3, 4)
np.save(sys.argv[1] + '/fortran.npy', np.asfortranarray(a))
np.save(sys.argv[1] + '/empty.npy', a[:0])
np.save(sys.argv[1] + '/record.npy', np.zeros(3, [('a', 'f4')]))
np.savez(sys.argv[1] + '/stored.npz', first=a, second=a.astype('>u2'))
np.savez_compressed(sys.argv[1] + '/packed.npz', first=a, second=a.astype('>u2') )
with open(sys.argv[1] + '/v2.npy', 'wb') as f: np.lib.format.write_array(f, a, version=(2, 0))
with open(sys.argv[1] + '/v3.npy', 'wb') as f: np.lib.format.write_array(f, a, version=(3, 0))
print(json.dumps(out))`;
    expected = JSON.parse(python(program, folder, JSON.stringify(TYPES)));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(TYPES.map((type, i) => [type, i] as const))('reads %s', (type, i) => {
    const source = openNpy(join(folder, `${i}.npy`));
    expect(source.handle.stack).toMatchObject({ stackShape: [3, 2], frameShape: [4, 5] });
    const { shape, data } = loadArray(source);
    expect(shape).toEqual([3, 2, 4, 5]);
    expect(Array.from(data)).toEqual(expected[type]);
  });

  it.each(['v2.npy', 'v3.npy'])('reads header %s', (name) => {
    expect(Array.from(readNpyArray(join(folder, name)).data)).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });

  it('lets the caller choose the frame rank', () => {
    const { stack } = openNpy(join(folder, '0.npy'), { frameRank: 3 }).handle;
    expect(stack).toMatchObject({ stackShape: [3], frameShape: [2, 4, 5] });
  });

  it.each(['stored', 'packed'])('reads members of a %s archive', (kind) => {
    for (const dataset of ['first', 'second']) {
      const source = openNpz(join(folder, `${kind}.npz`), { dataset });
      expect(source.handle.kind).toBe(kind === 'stored' ? 'stored' : 'memory');
      expect(Array.from(loadArray(source).data)).toEqual(Array.from({ length: 24 }, (_, i) => i));
    }
  });

  it('asks which array of an archive is meant, and suggests the nearest name', () => {
    expect(() => openNpz(join(folder, 'stored.npz'))).toThrow(/first, second. Choose one with --dataset/);
    expect(() => openNpz(join(folder, 'stored.npz'))).toThrow(UsageError);
    expect(() => openNpz(join(folder, 'stored.npz'), { dataset: 'frist' })).toThrow(/Did you mean first/);
  });

  it('refuses what it cannot read, with the way out', () => {
    expect(() => openNpy(join(folder, 'fortran.npy'))).toThrow(/ascontiguousarray/);
    expect(() => openNpy(join(folder, 'empty.npy'))).toThrow(/no elements: its shape is 0 x 3 x 4/);
    expect(() => openNpy(join(folder, 'record.npy'))).toThrow(/type record/);
    expect(() => openNpy(join(folder, 'stored.npz'))).toThrow(/does not begin with/);
    expect(() => openNpy(folder)).toThrow(/is a directory/);
    expect(() => openNpy(join(folder, 'absent.npy'))).toThrow(/does not exist/);
  });

  it('says how many bytes are missing', () => {
    const path = join(folder, 'short.npy');
    writeFileSync(path, readFileSync(join(folder, '13.npy')));
    truncateSync(path, 128 + 100);
    expect(() => openNpy(path)).toThrow(/3 x 2 x 4 x 5 elements of float32 need 480 bytes, found 100/);
  });

  it('gives its numbers as frames of another shape, as long as they fill whole ones', () => {
    const path = join(folder, '13.npy');
    const { stack } = openNpy(path, { frameShape: [4, 3] }).handle;
    expect([stack.stackShape, stack.frameShape]).toEqual([[10], [4, 3]]);
    expect(loadArray(openNpy(path, { frameShape: [8] })).data).toEqual(loadArray(openNpy(path)).data);
    for (const frameShape of [[7], [0], [2.5]])
      expect(() => openNpy(path, { frameShape })).toThrow(/holds 120 elements .*no whole number of frames of/);
  });

  it('ends in a SourceError for any damage, or reads something of the right size', () => {
    const path = join(folder, 'damaged');
    const originals = ['0.npy', 'v3.npy', 'stored.npz', 'packed.npz'].map((name) => readFileSync(join(folder, name)));
    const damage = fc.tuple(fc.nat(3), fc.array(fc.tuple(fc.nat(1023), fc.nat(255)), { maxLength: 6 }), fc.nat(1200));
    fc.assert(
      fc.property(damage, ([which, changes, cut]) => {
        const bytes = Buffer.from(originals[which] ?? []);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        writeFileSync(path, bytes.subarray(0, Math.max(1, bytes.length - (cut > 900 ? cut - 900 : 0))));
        try {
          const source = which < 2 ? openNpy(path) : openNpz(path, { dataset: 'first' });
          loadArray(source);
        } catch (error) {
          expect(error).toBeInstanceOf(SourceError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
