import { DTYPES, dtypeOfArray } from '../../../core/dtype.js';
import type { NamedArray, Provenance, Unfilled } from '../../../core/sink.js';
import { product } from '../../../core/stack.js';
import { type OutputFile, writeFile } from '../../../io/output.js';
import { describe, rootGroup } from './described.js';
import { withNexus } from './nexus.js';
import { makeStructure } from './structure.js';

/** Array data begins on a page, so that it can be mapped and read past the page cache. */
export const DATA_ALIGNMENT = 4096;

const alignUp = (position: number) => Math.ceil(position / DATA_ALIGNMENT) * DATA_ALIGNMENT;

/** Vectors per position and curves have one signal dimension, images and stacks of images two. */
function signalRank({ shape, coordinates = 0 }: Unfilled): number {
  if (coordinates > 0) return Math.min(shape.length, coordinates);
  return Math.min(shape.length, shape.length > 2 && shape.at(-1) === 2 ? 1 : 2);
}

/**
 * Writes everything of a file but the elements of its arrays, which read as zeros.
 *
 * @returns where the elements of each begin
 * @throws SinkError
 */
export function outlineHdf5(file: OutputFile, arrays: readonly Unfilled[], provenance: Provenance): number[] {
  let end = DATA_ALIGNMENT;
  const offsets: number[] = [];
  const described = arrays.map((array) => {
    const offset = alignUp(end);
    const bytes = product(array.shape) * DTYPES[array.dtype].bytes;
    end = offset + bytes;
    offsets.push(offset);
    return describe(array, signalRank(array), { kind: 'contiguous', offset, bytes }, provenance);
  });
  const names = described.length === 1 ? ['data'] : described.map((array) => array.name);
  const { superblock, body } = makeStructure(
    withNexus(rootGroup(described, names, provenance), described, provenance),
    end,
  );
  file.write(body, end);
  file.write(superblock, 0);
  return offsets;
}

/**
 * Writes finished arrays to one HDF5 file that h5py, HyperSpy, py4DSTEM and viewers of NeXus open: a single array as
 * `/data`, several each under its name, with units, axes and recipe as attributes. Bytes are stored once.
 *
 * @throws SinkError
 */
export function writeHdf5(
  path: string,
  arrays: readonly NamedArray[],
  provenance: Provenance,
  overwrite: boolean,
): void {
  writeFile(path, overwrite, (file) => {
    const unfilled = arrays.map((array) => ({ ...array, dtype: dtypeOfArray(array.data) }));
    const offsets = outlineHdf5(file, unfilled, provenance);
    for (const [i, { data }] of arrays.entries()) file.write(data, offsets[i] ?? 0);
  });
}
