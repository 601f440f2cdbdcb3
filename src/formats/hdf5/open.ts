import { dtypeOf } from '../../core/dtype.js';
import { SourceError } from '../../core/errors.js';
import type { OpenOptions, Source, SourceHandle } from '../../core/source.js';
import { formatShape, makeStack } from '../../core/stack.js';
import { readAxes } from './axes.js';
import { chooseDataset } from './choose.js';
import type { Dataset } from './dataset.js';
import { describeFilter, fallbackKind } from './fallback.js';
import { type Located, locate } from './links.js';
import { FilePool } from './pool.js';
import { datasetAt, type Resolved, resolveDataset } from './resolve.js';
import { storedTypeOf } from './storage.js';

const SHOWN_NAMES = 5;

function list(names: readonly string[]): string {
  const more = names.length - SHOWN_NAMES;
  return names.slice(0, SHOWN_NAMES).join(', ') + (more > 0 ? `, and ${more} more` : '');
}

/** The storage of a data set, or why only the HDF5 library can read it. */
function resolveOrFallBack(pool: FilePool, dataset: Dataset, frameRank: number): Resolved | string {
  try {
    return resolveDataset(pool, dataset, frameRank);
  } catch (error) {
    if (error instanceof SourceError && error.code === 'unsupported-structure') return error.message;
    throw error;
  }
}

function makeHandle(
  pool: FilePool,
  located: Located,
  requested: string,
  frameRank: number,
  notes: string[],
): SourceHandle {
  const dataset = datasetAt(located);
  const stored = storedTypeOf(dataset);
  const { shape } = dataset.space;
  const stack = makeStack(shape, dtypeOf(stored), frameRank, readAxes(pool, located, requested, shape));
  const library = {
    kind: 'library',
    stack,
    library: 'h5wasm',
    path: located.file.path,
    dataset: located.path,
  } as const;
  const resolved = resolveOrFallBack(pool, dataset, frameRank);
  if (typeof resolved === 'string') {
    notes.push(`${resolved} It is read through the HDF5 library.`);
    return library;
  }
  const { storage, missing } = resolved;
  if (missing.length > 0) {
    notes.push(`Missing source files, read as the fill value: ${list(missing)}.`);
  }
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

/**
 * Opens a data set of an HDF5 file without reading its elements.
 *
 * @param options.dataset path of the data set; without it the NeXus default or the largest stack is chosen
 * @param options.frameRank trailing dimensions that make a frame, 2 by default
 * @throws SourceError when the file is missing, damaged, or has no such data set (naming what it has)
 */
export function openHdf5(path: string, options: OpenOptions = {}): Source {
  const pool = new FilePool();
  try {
    const file = pool.open(path);
    const notes: string[] = [];
    if (file.openForWrite) notes.push('Marked as open for writing: a writer is still at work, or did not close it.');
    const chosen =
      options.dataset === undefined
        ? chooseDataset(pool, file)
        : { path: options.dataset, located: locate(pool, file, options.dataset), alike: [] };
    const handle = makeHandle(pool, chosen.located, chosen.path, options.frameRank ?? 2, notes);
    if (chosen.alike.length > 0) {
      notes.push(
        `Further data sets of shape ${formatShape([...handle.stack.stackShape, ...handle.stack.frameShape])}: ${list(chosen.alike)}.`,
      );
    }
    return { format: 'hdf5', location: `${path}:${chosen.path}`, handle, notes };
  } catch (error) {
    throw asSourceError(error, path);
  } finally {
    pool.close();
  }
}

/** Allocation limits of the runtime that a damaged file may still reach end as errors of the file. */
function asSourceError(error: unknown, path: string): unknown {
  if (!(error instanceof RangeError)) return error;
  return new SourceError('malformed', `${path} is damaged or too large: ${error.message}.`, { path }, { cause: error });
}
