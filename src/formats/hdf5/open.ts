import { dtypeOf } from '../../core/dtype.js';
import { SourceError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import type { OpenOptions, Source, SourceHandle } from '../../core/source.js';
import { formatShape, fullShape, makeStack } from '../../core/stack.js';
import { readAxes } from './axes.js';
import { type Choice, chooseDataset, numericDatasets } from './choose.js';
import type { Dataset } from './dataset.js';
import { describeFilter, fallbackKind } from './fallback.js';
import { type Located, locate } from './links.js';
import type { FilePool } from './pool.js';
import { datasetAt, type Resolved, resolveDataset } from './resolve.js';
import { withFile } from './session.js';
import { storedTypeOf } from './storage.js';
import type { Hdf5File } from './superblock.js';

const SHOWN_NAMES = 5;

function list(names: readonly string[], shown = SHOWN_NAMES): string {
  const more = names.length - shown;
  return names.slice(0, shown).join(', ') + (more > 0 ? `, and ${more} more` : '');
}

/** The storage of a data set, or why only the HDF5 library can read it. */
function resolveOrFallBack(pool: FilePool, dataset: Dataset, frameRank: number): Resolved | SourceError {
  try {
    return resolveDataset(pool, dataset, frameRank);
  } catch (error) {
    if (error instanceof SourceError && error.code === 'unsupported-structure') return error;
    throw error;
  }
}

function missingNote(missing: readonly string[]): string {
  return `Missing source files, read as the fill value: ${list(missing)}.`;
}

function makeHandle(pool: FilePool, chosen: Choice, file: Hdf5File, frameRank: number, notes: string[]): SourceHandle {
  const { located } = chosen;
  const dataset = datasetAt(located);
  const stored = storedTypeOf(dataset);
  const { shape } = dataset.space;
  const stack = makeStack(shape, dtypeOf(stored), frameRank, readAxes(pool, file, chosen, shape));
  const library = {
    kind: 'library',
    stack,
    library: 'h5wasm',
    path: located.file.path,
    dataset: located.path,
  } as const;
  const resolved = resolveOrFallBack(pool, dataset, frameRank);
  if (resolved instanceof SourceError) {
    notes.push(`${resolved.message} It is read through the HDF5 library.`);
    const { missing } = resolved.fields;
    if (typeof missing === 'string') notes.push(missingNote([missing]));
    return library;
  }
  const { storage, missing } = resolved;
  if (missing.length > 0) notes.push(missingNote(missing));
  if (fallbackKind(storage) !== null) {
    notes.push(`Stored with ${storage.pipeline.map(describeFilter).join(', ')}; read through the HDF5 library.`);
    return library;
  }
  for (const filter of storage.pipeline) {
    if (filter.name === 'unsupported')
      notes.push(`Stored with ${describeFilter(filter)}, which this version cannot decode.`);
  }
  return { kind: 'stored', stack, storage };
}

/** The data set of that name. @throws SourceError that lists the numeric data sets of the file, likely ones first */
function findDataset(pool: FilePool, file: Hdf5File, wanted: string): Located {
  try {
    return locate(pool, file, wanted);
  } catch (error) {
    if (!(error instanceof SourceError && error.code === 'no-such-dataset')) throw error;
    const paths = numericDatasets(pool, file).found.map((candidate) => candidate.path);
    if (paths.length === 0) throw error;
    const name = wanted.slice(wanted.lastIndexOf('/') + 1);
    const close = nearest(wanted, paths) ?? nearest(`/${wanted}`, paths);
    const rank = (path: string): number => (path === close ? 0 : path.endsWith(`/${name}`) ? 1 : 2);
    const ordered = paths.sort((a, b) => rank(a) - rank(b));
    const hint = close === null ? '' : ` Did you mean ${close}?`;
    const { path } = file;
    throw new SourceError('no-such-dataset', `${path} has no ${wanted}.${hint} It holds ${list(ordered, 10)}.`, {
      path,
      dataset: wanted,
    });
  }
}

/**
 * Opens a data set of an HDF5 file without reading its elements.
 *
 * @param options.dataset path of the data set; without it the NeXus default or the largest stack is chosen
 * @param options.frameRank trailing dimensions that make a frame, 2 by default
 * @throws SourceError when the file is missing, damaged, or has no such data set (naming what it has)
 */
export function openHdf5(path: string, options: OpenOptions = {}): Source {
  return withFile(path, (pool, file) => {
    const notes: string[] = [];
    if (file.openForWrite) notes.push('Marked as open for writing: a writer is still at work, or did not close it.');
    const chosen: Choice =
      options.dataset === undefined
        ? chooseDataset(pool, file)
        : { path: options.dataset, located: findDataset(pool, file, options.dataset), alike: [], broken: [] };
    const handle = makeHandle(pool, chosen, file, options.frameRank ?? 2, notes);
    if (chosen.alike.length > 0) {
      notes.push(`Further data sets of shape ${formatShape(fullShape(handle.stack))}: ${list(chosen.alike)}.`);
    }
    if (chosen.broken.length > 0) notes.push(`Links to files that do not exist: ${list(chosen.broken)}.`);
    return { format: 'hdf5', location: `${path}:${chosen.path}`, handle, notes };
  });
}
