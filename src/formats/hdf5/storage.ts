import type { StoredType } from '../../core/dtype.js';
import { SourceError } from '../../core/errors.js';
import { product } from '../../core/stack.js';
import { chunkGrid, makeChunkTable, type Storage } from '../../core/storage.js';
import { malformed } from './bytes.js';
import { indexChunks } from './chunks.js';
import { UNDEFINED } from './cursor.js';
import type { Dataset } from './dataset.js';
import { describeDatatype } from './datatype.js';
import { externalStorage } from './externalraw.js';

/** Storage without the shape, type and fill that every data set shares. */
export type Placement = Pick<Storage, 'files' | 'layout' | 'pipeline'>;

/** Most blocks that a data set which was never written is divided into. */
const MAX_EMPTY_BLOCKS = 2 ** 16;

/** The element type of a numeric data set. @throws SourceError for text, compounds and the like */
export function storedTypeOf(dataset: Dataset): StoredType {
  if (dataset.type.kind === 'number') return dataset.type.stored;
  const { path } = dataset.file;
  throw new SourceError(
    'not-numeric',
    `${dataset.path} in ${path} holds elements of type ${describeDatatype(dataset.type)}, not plain numbers. Name a numeric data set.`,
    { path, dataset: dataset.path },
  );
}

/** Blocks of whole frames, all missing: how a data set reads that was declared but never written. */
export function emptyPlacement(path: string, shape: readonly number[], frameRank: number): Placement {
  let cut = 0;
  while (cut < shape.length - frameRank && product(shape.slice(0, cut + 1)) <= MAX_EMPTY_BLOCKS) cut++;
  const chunkShape = shape.map((extent, d) => (d < cut ? 1 : Math.max(1, extent)));
  return {
    files: [path],
    layout: { kind: 'chunked', chunkShape, table: makeChunkTable(chunkGrid(shape, chunkShape)) },
    pipeline: [],
  };
}

function contiguousPlacement(dataset: Dataset, position: number, frameRank: number): Placement {
  const { file, space, type } = dataset;
  const bytes = product(space.shape) * type.bytes;
  if (!(position + bytes <= file.pages.size)) {
    throw malformed(file.path, position, `${dataset.path} of ${bytes} bytes lies behind the end of the file`);
  }
  const frameStride = product(space.shape.slice(Math.max(0, space.shape.length - frameRank))) * type.bytes;
  return { files: [file.path], layout: { kind: 'contiguous', file: 0, offset: position, frameStride }, pipeline: [] };
}

/** Where a data set of any layout but virtual lies. @throws SourceError when it is damaged */
export function placementOf(dataset: Dataset, frameRank: number): Placement {
  const { file, layout, space, path } = dataset;
  if (layout.kind === 'compact') {
    if (layout.size < product(space.shape) * dataset.type.bytes) {
      throw malformed(file.path, layout.position, `${path} is larger than the room it has`);
    }
    return contiguousPlacement(dataset, layout.position, frameRank);
  }
  if (layout.kind === 'contiguous') {
    if (dataset.external.length > 0) return externalStorage(dataset, frameRank);
    const empty = layout.address === UNDEFINED || product(space.shape) === 0;
    if (empty) return emptyPlacement(file.path, space.shape, frameRank);
    return contiguousPlacement(dataset, file.base + layout.address, frameRank);
  }
  if (layout.kind === 'virtual') throw new TypeError('a virtual data set lies in other data sets');
  const { chunkShape, rawEdges, index } = layout;
  const { shape, maxShape } = space;
  const elementBytes = dataset.type.bytes;
  const { pipeline } = dataset;
  const table = indexChunks({ file, path, shape, maxShape, chunkShape, elementBytes, pipeline, rawEdges, index });
  return { files: [file.path], layout: { kind: 'chunked', chunkShape, table }, pipeline };
}
