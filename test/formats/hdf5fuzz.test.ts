import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceError } from '../../dist/core/errors.js';
import { type Hdf5Node, listHdf5, openHdf5, readAttributes } from '../../dist/formats/hdf5/index.js';

const golden = join(import.meta.dirname, '../golden/hdf5');
const names = [
  'kinds.h5',
  'source_gzip.h5',
  'virtual_earliest.h5',
  'virtual_latest.h5',
  'superblock1.h5',
  'shared_messages.h5',
];

/** Milliseconds that one damaged file may take; a sound one takes about 10. */
const TIME_LIMIT = 5000;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fanfold-hdf5-fuzz-'));
  for (const name of readdirSync(golden)) copyFileSync(join(golden, name), join(folder, name));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The result, or null for a SourceError; anything else fails the test. */
function attempt<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    if (error instanceof SourceError) return null;
    throw error;
  }
}

function paths(node: Hdf5Node | null): string[] {
  if (node === null) return [];
  return [...(node.kind === 'dataset' ? [node.path] : []), ...node.children.flatMap(paths)];
}

/** Opens all that a damaged file still shows. What opens must keep inside its files. */
function exercise(bytes: Uint8Array): void {
  const path = join(folder, 'damaged.h5');
  writeFileSync(path, bytes);
  const start = performance.now();
  const tree = attempt(() => listHdf5(path));
  attempt(() => readAttributes(path, '/attributes'));
  for (const dataset of [undefined, ...paths(tree).slice(0, 20)]) {
    const source = attempt(() => openHdf5(path, dataset === undefined ? {} : { dataset }));
    if (source?.handle.kind !== 'stored') continue;
    const { layout, files } = source.handle.storage;
    if (layout.kind === 'contiguous') {
      expect(layout.file).toBeLessThan(files.length);
      continue;
    }
    const { table } = layout;
    let outside = 0;
    for (let i = 0; i < table.offset.length; i++) {
      const offset = table.offset[i] ?? 0;
      const end = offset + (table.size[i] ?? 0);
      if (offset >= 0 && files[table.file[i] ?? 0] === path && end > bytes.length) outside++;
    }
    expect(outside).toBe(0);
  }
  expect(performance.now() - start).toBeLessThan(TIME_LIMIT);
}

describe.each(names)('%s, damaged, opens right or ends in a SourceError', (name) => {
  const sound = readFileSync(join(golden, name));

  it('cut off anywhere', { timeout: 60_000 }, () => {
    for (let length = 1; length < sound.length; length += 1 + Math.floor(sound.length / 60)) {
      exercise(sound.subarray(0, length));
    }
  });

  it('with flipped bytes', { timeout: 60_000 }, () => {
    const flip = fc.record({
      // metadata of these small files lies near the front
      at: fc.oneof(fc.nat(sound.length - 1), fc.nat(Math.min(4096, sound.length - 1))),
      byte: fc.oneof(fc.constant(255), fc.constant(0), fc.nat(255)),
    });
    fc.assert(
      fc.property(fc.array(flip, { minLength: 1, maxLength: 12 }), (flips) => {
        const bytes = Uint8Array.from(sound);
        for (const { at, byte } of flips) bytes[at] = byte;
        exercise(bytes);
      }),
      { numRuns: 100 },
    );
  });
});

describe('circles', () => {
  it('a chunk index that points at itself ends in a SourceError', () => {
    const bytes = readFileSync(join(golden, 'superblock1.h5'));
    // nodes of chunk indexes: signature, type 1; with more than one level the first child comes after the first key
    const key = 8 + 8 * 4;
    let changed = 0;
    for (let at = bytes.indexOf('TREE'); at >= 0; at = bytes.indexOf('TREE', at + 1)) {
      if (bytes[at + 4] !== 1 || (bytes[at + 5] ?? 0) === 0) continue;
      bytes.writeBigUInt64LE(BigInt(at), at + 24 + key);
      changed++;
    }
    expect(changed).toBeGreaterThan(0);
    const path = join(folder, 'circle.h5');
    writeFileSync(path, bytes);
    expect(() => openHdf5(path, { dataset: 'data' })).toThrow(/chunk index whose levels do not match|contains itself/);
  });
});
