import { dtypeOf } from '../../core/dtype.js';
import { SourceError } from '../../core/errors.js';
import type { OpenOptions } from '../../core/source.js';
import { formatShape, fullShape, makeStack, product } from '../../core/stack.js';
import { chunkGrid } from '../../core/storage.js';
import type { Summary } from '../summary.js';
import { readAxes } from './axes.js';
import { type Choice, chooseDataset } from './choose.js';
import { isDataset } from './dataset.js';
import { readDetector } from './detector.js';
import { locate } from './links.js';
import type { FilePool } from './pool.js';
import { datasetAt } from './resolve.js';
import { withFile } from './session.js';
import type { Hdf5File } from './superblock.js';

/** Indexes of up to this many chunks are read in a few milliseconds, so that opening for real tells more. */
const SMALL_INDEX = 16384;

function choose(pool: FilePool, file: Hdf5File, path: string | undefined, allowGaps: boolean): Choice | null {
  if (path === undefined) return chooseDataset(pool, file, allowGaps);
  try {
    const located = locate(pool, file, path);
    return isDataset(located.messages) ? { path, located, parts: [], alike: [], broken: [], notes: [] } : null;
  } catch (error) {
    if (error instanceof SourceError) return null;
    throw error;
  }
}

/**
 * Describes a data set of very many chunks without reading their index, which would take most of the time; null for any
 * other, which is better opened.
 *
 * @throws SourceError when the file is missing or damaged
 */
export function describeHdf5(path: string, options: OpenOptions = {}): Summary | null {
  return withFile(path, (pool, file) => {
    const chosen = choose(pool, file, options.dataset, options.allowGaps ?? false);
    if (chosen === null || chosen.parts.length > 0) return null;
    const dataset = datasetAt(chosen.located);
    const { layout, type, pipeline, space } = dataset;
    if (layout.kind !== 'chunked' || type.kind !== 'number') return null;
    const chunks = product(chunkGrid(space.shape, layout.chunkShape));
    if (chunks <= SMALL_INDEX || pipeline.some(({ name }) => name === 'unsupported')) return null;
    const axes = readAxes(pool, file, chosen, space.shape);
    const stack = makeStack(space.shape, dtypeOf(type.stored), options.frameRank ?? 2, axes);
    const notes: string[] = [];
    if (file.openForWrite) notes.push('Marked as open for writing: a writer is still at work, or did not close it.');
    if (chosen.alike.length > 0)
      notes.push(`${chosen.alike.length} further data sets of shape ${formatShape(fullShape(stack))}: see --tree.`);
    notes.push(...chosen.notes, ...readDetector(pool, file, chosen, stack).notes);
    return {
      format: 'hdf5',
      location: `${path}:${chosen.path}`,
      stack,
      stored: type.stored,
      scales: null,
      layout: 'chunked',
      chunkShape: layout.chunkShape,
      chunks,
      filters: pipeline.map(({ name }) => name),
      storedBytes: null,
      missingChunks: null,
      files: [dataset.file.path],
      notes,
    };
  });
}
