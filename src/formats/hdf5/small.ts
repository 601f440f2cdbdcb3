import { SourceError } from '../../core/errors.js';
import { product } from '../../core/stack.js';
import { readElement, type Scalar } from './attribute.js';
import { Cursor } from './cursor.js';
import type { Dataset } from './dataset.js';
import type { Located } from './links.js';
import { datasetAt } from './resolve.js';
import { placementOf } from './storage.js';

/** Values of one description at most. */
const MAX_VALUES = 65536;

function refuse({ file, path }: Dataset, why: string): SourceError {
  return new SourceError('not-small', `${path} in ${file.path} ${why}`, { path: file.path, dataset: path, why });
}

/** Positions in the file of the elements, in row-major order. */
function positionsOf(dataset: Dataset): readonly number[] {
  const { space, type } = dataset;
  const count = product(space.shape);
  const { layout } = placementOf(dataset, 1);
  if (layout.kind === 'contiguous') return Array.from({ length: count }, (_, i) => layout.offset + i * type.bytes);
  const { chunkShape, table } = layout;
  const [length = 1] = chunkShape;
  if (chunkShape.length !== 1 && table.offset.length > 1) throw refuse(dataset, 'is stored in many pieces');
  const inChunk = chunkShape.length === 1 ? length : product(chunkShape);
  if (chunkShape.length !== 1 && chunkShape.join() !== space.shape.join()) throw refuse(dataset, 'is stored in pieces');
  return Array.from({ length: count }, (_, i) => {
    const at = table.offset[Math.floor(i / inChunk)] ?? -1;
    if (at < 0) throw refuse(dataset, 'was never written');
    return at + (i % inChunk) * type.bytes;
  });
}

/**
 * Elements of a small data set of numbers or text that describes others, such as a pixel size. Compressed ones are not
 * read: nobody compresses a number.
 *
 * @throws SourceError when it is large, of another kind, or stored in another way
 */
export function smallValues(located: Located): readonly Scalar[] {
  const dataset = datasetAt(located);
  const { file, space, type, layout, pipeline, external } = dataset;
  if (type.kind === 'other') throw refuse(dataset, `holds elements of type ${type.label}`);
  if (space.kind === 'null') return [];
  if (product(space.shape) > MAX_VALUES) throw refuse(dataset, `holds ${product(space.shape)} values`);
  if (pipeline.length > 0) throw refuse(dataset, 'is compressed');
  if (layout.kind === 'virtual' || external.length > 0) throw refuse(dataset, 'lies in other files');
  return positionsOf(dataset).map((position) => {
    const view = file.pages.locate(position, type.bytes);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + file.pages.at, type.bytes).slice();
    return readElement(Cursor.over(file, bytes, position), file, type);
  });
}
