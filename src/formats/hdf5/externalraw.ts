import { SourceError } from '../../core/errors.js';
import { product } from '../../core/stack.js';
import { chunkGrid, type Storage } from '../../core/storage.js';
import { PagedFile, unsupported } from './bytes.js';
import { makeBoundedTable } from './chunks.js';
import type { Dataset } from './dataset.js';
import type { ExternalSegment } from './externalfiles.js';
import { candidatePaths } from './pool.js';

/** The path and size of a raw file beside the HDF5 file. @throws SourceError naming it when it is missing */
function findRaw(dataset: Dataset, segment: ExternalSegment): { path: string; size: number } {
  const { path } = dataset.file;
  for (const candidate of candidatePaths(path, segment.name)) {
    try {
      const file = new PagedFile(candidate);
      file.release();
      return { path: candidate, size: file.size };
    } catch (error) {
      if (!(error instanceof SourceError && error.code === 'not-found')) throw error;
    }
  }
  throw new SourceError(
    'external-missing',
    `${dataset.path} in ${path} keeps its numbers in ${segment.name}, which does not exist. Put that file beside ${path}.`,
    { path, dataset: dataset.path, external: segment.name },
  );
}

/**
 * A contiguous data set in raw files of its own: one file as it stands, several as blocks of frames.
 *
 * @throws SourceError when a file is missing; 'unsupported-structure' when a frame is split over two files
 */
export function externalStorage(dataset: Dataset, frameRank: number): Pick<Storage, 'files' | 'layout' | 'pipeline'> {
  const { shape } = dataset.space;
  const cut = Math.max(0, shape.length - frameRank);
  const frameBytes = product(shape.slice(cut)) * dataset.type.bytes;
  const total = product(shape) * dataset.type.bytes;
  const found = dataset.external.map((segment) => ({ ...segment, ...findRaw(dataset, segment), span: segment.size }));
  const files = found.map(({ path }) => path);
  const short = unsupported(dataset.file.path, 'raw files that are shorter than the data set or split a frame');
  const only = found[0];
  if (only !== undefined && only.span >= total) {
    if (only.offset + total > only.size) throw short;
    const offset = only.offset;
    return { files, layout: { kind: 'contiguous', file: 0, offset, frameStride: frameBytes }, pipeline: [] };
  }
  const chunkShape = shape.map((extent, d) => (d < cut ? 1 : extent));
  const table = makeBoundedTable(dataset.file.path, dataset.path, chunkGrid(shape, chunkShape), total);
  let segment = 0;
  let used = 0;
  for (let frame = 0; frame < table.offset.length; frame++) {
    const part = found[segment];
    if (part === undefined || used + frameBytes > part.span || part.offset + used + frameBytes > part.size) throw short;
    table.file[frame] = segment;
    table.offset[frame] = part.offset + used;
    table.size[frame] = frameBytes;
    used += frameBytes;
    if (used === part.span) [segment, used] = [segment + 1, 0];
  }
  return { files, layout: { kind: 'chunked', chunkShape, table }, pipeline: [] };
}
