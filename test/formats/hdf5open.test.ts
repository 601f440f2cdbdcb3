import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceError } from '../../dist/core/errors.js';
import type { Storage } from '../../dist/core/storage.js';
import { fallbackKind, isHdf5, missingSources, openHdf5 } from '../../dist/formats/hdf5/index.js';

const golden = join(import.meta.dirname, '../golden/hdf5');
const kinds = join(golden, 'kinds.h5');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fanfold-hdf5-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function stored(path: string, dataset: string): Storage {
  const { handle } = openHdf5(path, { dataset });
  if (handle.kind !== 'stored') throw new Error(`${dataset} is not stored`);
  return handle.storage;
}

function failure(act: () => unknown): SourceError {
  try {
    act();
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('choosing a data set', () => {
  it('follows the NeXus default and reads its axes', () => {
    const { location, handle } = openHdf5(join(golden, 'default.nxs'));
    expect(location).toMatch(/default\.nxs:\/entry\/scan\/counts$/);
    expect(handle.stack).toEqual({
      stackShape: [2],
      frameShape: [3, 4],
      dtype: 'uint32',
      axes: [
        { name: 'time', unit: 's', step: 0.5, origin: 10 },
        { name: 'axis1', unit: '', step: 1, origin: 0 },
        { name: 'x', unit: '', step: 2, origin: -3 },
      ],
    });
  });

  it('else takes the largest stack and names the others and the links that lead nowhere', () => {
    const { location, notes } = openHdf5(kinds);
    expect(location).toMatch(/:\/never_written$/);
    expect(notes).toContain('Links to files that do not exist: gone.h5.');
  });

  it('cuts frames of the wanted rank', () => {
    const { stack } = openHdf5(join(golden, 'virtual_latest.h5'), { dataset: '/scan', frameRank: 3 }).handle;
    expect([stack.stackShape, stack.frameShape]).toEqual([[4], [6, 8, 8]]);
    const line = openHdf5(kinds, { dataset: 'scalar' }).handle.stack;
    expect([line.stackShape, line.frameShape]).toEqual([[], []]);
  });
});

describe('errors', () => {
  it.each([
    ['/scalr', 'no-such-dataset', 'Did you mean /scalar? It holds /scalar, '],
    ['/entry/bool', 'no-such-dataset', 'It holds /bool, '],
    ['/text', 'not-numeric', 'elements of type string'],
    ['/compound', 'not-numeric', 'elements of type compound'],
    ['/null', 'no-data', 'null dataspace'],
    ['/loop_a', 'link-cycle', 'leads back to itself'],
    ['/up', 'not-a-dataset', 'is a group'],
    ['/gone', 'external-missing', 'external link to gone.h5, which does not exist'],
  ])('%s: %s', (dataset, code, text) => {
    const error = failure(() => openHdf5(kinds, { dataset }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
  });

  it('names a file that is no HDF5, one that is missing, and one that was cut off', () => {
    expect(failure(() => openHdf5(join(golden, 'make.py'))).code).toBe('not-hdf5');
    expect(failure(() => openHdf5(join(golden, 'absent.h5'))).code).toBe('not-found');
    const cut = join(folder, 'cut.h5');
    const whole = readFileSync(kinds);
    writeFileSync(cut, whole.subarray(0, whole.length - 1));
    expect(failure(() => openHdf5(cut)).message).toContain(
      `${whole.length - 1} bytes long, but was written with ${whole.length}`,
    );
    expect([isHdf5(kinds), isHdf5(join(golden, 'make.py'))]).toEqual([true, false]);
  });

  it('names a raw file that is missing', () => {
    const alone = join(folder, 'alone.h5');
    copyFileSync(kinds, alone);
    expect(failure(() => openHdf5(alone, { dataset: 'raw_file' })).message).toContain(
      'external_a.bin, which does not exist',
    );
  });

  it('rejects an object header whose checksum does not match', () => {
    const bytes = readFileSync(kinds);
    const at = bytes.indexOf('OHDR');
    bytes.writeUInt8((bytes[at + 20] ?? 0) ^ 1, at + 20);
    const path = join(folder, 'checksum.h5');
    writeFileSync(path, bytes);
    expect(failure(() => openHdf5(path)).message).toMatch(/checksum does not match at byte \d+/);
  });
});

describe('storage', () => {
  it('finds the signature behind a user block that was put in front', () => {
    const path = join(folder, 'userblock.h5');
    writeFileSync(path, Buffer.concat([Buffer.alloc(1024, 7), readFileSync(join(golden, 'superblock1.h5'))]));
    const plain = stored(join(golden, 'superblock1.h5'), 'data').layout;
    const moved = stored(path, 'data').layout;
    if (plain.kind !== 'chunked' || moved.kind !== 'chunked') throw new Error('not chunked');
    expect(Array.from(moved.table.offset)).toEqual(Array.from(plain.table.offset, (offset) => offset + 1024));
  });

  it('keeps the chunk table on shared memory', () => {
    const { layout } = stored(join(golden, 'source_gzip.h5'), 'entry/data');
    if (layout.kind !== 'chunked') throw new Error('not chunked');
    for (const array of [layout.table.file, layout.table.offset, layout.table.size, layout.table.mask]) {
      expect(array.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
    expect(layout.table.grid).toEqual([24, 1, 1]);
  });

  it('gives chunks that stick out no filter when the file says so', () => {
    const { layout, pipeline } = stored(kinds, 'raw_edges');
    if (layout.kind !== 'chunked') throw new Error('not chunked');
    expect(pipeline).toEqual([{ name: 'deflate' }]);
    // grid 3 x 2 x 2 of chunks (2, 5, 5) over (5, 7, 8): whole are only the first two of dimension 0 at (0, 0)
    expect(Array.from(layout.table.mask)).toEqual([0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('maps filters, and booleans, and what was never written', () => {
    expect(stored(join(golden, 'source_gzip.h5'), 'entry/data').pipeline).toEqual([
      { name: 'shuffle', elementBytes: 2 },
      { name: 'deflate' },
    ]);
    expect(stored(kinds, 'bool').type).toEqual({ kind: 'b', bytes: 1, order: 'little' });
    expect(stored(kinds, 'enum').type).toEqual({ kind: 'i', bytes: 2, order: 'little' });
    const empty = stored(kinds, 'never_written');
    expect(Array.from(new Int32Array(empty.fill.slice().buffer))).toEqual([-7]);
    expect(empty.layout.kind === 'chunked' && empty.layout.table.offset.every((offset) => offset === -1)).toBe(true);
  });

  it('sends szip, n-bit and scale-offset to the HDF5 library, later filters not', () => {
    const only = (id: number) => ({ pipeline: [{ name: 'unsupported', id, label: '' } as const] });
    expect([4, 5, 6].map((id) => fallbackKind(only(id)))).toEqual(['h5wasm', 'h5wasm', 'h5wasm']);
    expect([32000, 32001, 32004, 32008, 32015].map((id) => fallbackKind(only(id)))).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(fallbackKind({ pipeline: [{ name: 'deflate' }] })).toBe(null);
  });
});

describe('a file that a writer left open', () => {
  it('is read, and says so', () => {
    const { handle, notes } = openHdf5(join(golden, 'left_open.h5'));
    expect(handle.stack.stackShape).toEqual([4]);
    expect(notes).toEqual(['Marked as open for writing: a writer is still at work, or did not close it.']);
  });
});

describe('virtual data sets', () => {
  const path = join(golden, 'virtual_earliest.h5');

  it('stand in one table over all files', () => {
    const { files, layout } = stored(path, 'interleaved');
    if (layout.kind !== 'chunked') throw new Error('not chunked');
    expect(files.map((file) => file.split('/').at(-1))).toEqual(['source_gzip.h5', 'source_raw.h5']);
    expect(Array.from(layout.table.file.subarray(0, 4))).toEqual([0, 1, 0, 1]);
    expect(Array.from(layout.table.mask.subarray(0, 4))).toEqual([0, 3, 0, 3]);
  });

  it('name the sources that are missing, on either way of reading', () => {
    expect(missingSources(path, 'missing')).toEqual(['gone.h5']);
    expect(missingSources(path, 'stacked')).toEqual([]);
    const note = 'Missing source files, read as the fill value: gone.h5.';
    expect(openHdf5(path, { dataset: 'missing' }).notes).toContain(note);
    const alone = join(folder, 'virtual.h5');
    copyFileSync(path, alone);
    copyFileSync(join(golden, 'source_gzip.h5'), join(folder, 'source_gzip.h5'));
    const all = openHdf5(alone, { dataset: 'mixed' }).notes;
    expect(all).toContain('Missing source files, read as the fill value: source_raw.h5.');
  });
});
