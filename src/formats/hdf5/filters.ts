import type { Filter } from '../../core/storage.js';
import type { Cursor } from './cursor.js';

/** Names of registered filters that are not decoded by fanfold itself. */
const LABELS: Readonly<Record<number, string>> = {
  4: 'szip',
  5: 'n-bit',
  6: 'scale-offset',
  305: 'LZO',
  307: 'bzip2',
  32008: 'bitshuffle',
  32013: 'ZFP',
  32017: 'SZ',
  32026: 'Blosc2',
};

const MAX_FILTERS = 32;

/** What bitshuffle compresses its blocks with, by the number in the file. */
const INNER: Readonly<Record<number, 'none' | 'lz4' | 'zstd'>> = { 0: 'none', 2: 'lz4', 3: 'zstd' };

/**
 * Reads the values of bitshuffle: two of its version, bytes of an element, elements of a block, compression. Old writers
 * leave out the last ones. Null for a compression that is not known.
 */
function readBitshuffle(parameters: Cursor, values: number, elementBytes: number): Filter | null {
  const [, , given = 0, blockElements = 0, compression = 0] = Array.from({ length: Math.min(values, 5) }, () =>
    parameters.u32(),
  );
  const inner = INNER[compression];
  if (inner === undefined) return null;
  return { name: 'bitshuffle', elementBytes: given > 0 ? given : elementBytes, blockElements, inner };
}

/** Reads a filter pipeline message (versions 1 and 2), in the order the filters were applied when writing. */
export function readFilters(cursor: Cursor, elementBytes: number): Filter[] {
  const version = cursor.u8();
  const count = cursor.u8();
  if ((version !== 1 && version !== 2) || count > MAX_FILTERS) throw cursor.fail('an impossible filter pipeline');
  if (version === 1) cursor.skip(6);
  return Array.from({ length: count }, () => {
    const id = cursor.u16();
    let nameBytes = version === 1 || id >= 256 ? cursor.u16() : 0;
    cursor.skip(2);
    const values = cursor.u16();
    if (version === 1) nameBytes = Math.ceil(nameBytes / 8) * 8;
    const name = cursor.text(nameBytes);
    const parameters = cursor.slice(4 * values);
    if (version === 1 && values % 2 === 1) cursor.skip(4);
    if (id === 1) return { name: 'deflate' };
    if (id === 2) {
      const given = values > 0 ? parameters.u32() : elementBytes;
      return { name: 'shuffle', elementBytes: given > 0 ? given : elementBytes };
    }
    if (id === 3) return { name: 'fletcher32' };
    if (id === 32000) return { name: 'lzf' };
    if (id === 32001) return { name: 'blosc' };
    if (id === 32004) return { name: 'lz4' };
    if (id === 32015) return { name: 'zstd' };
    const bitshuffle = id === 32008 ? readBitshuffle(parameters, values, elementBytes) : null;
    if (bitshuffle) return bitshuffle;
    return { name: 'unsupported', id, label: LABELS[id] ?? (name === '' ? `filter ${id}` : name) };
  });
}
