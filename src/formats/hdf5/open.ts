import { dtypeOf } from '../../core/dtype.js';
import { SourceError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import type { OpenOptions, Source, SourceHandle } from '../../core/source.js';
import { formatShape, fullShape, makeStack } from '../../core/stack.js';
import type { Storage } from '../../core/storage.js';
import { readAxes } from './axes.js';
import { type Choice, chooseDataset, chooseIn, numericDatasets } from './choose.js';
import type { Dataset } from './dataset.js';
import { readDetector } from './detector.js';
import { describeFilter, fallbackKind } from './fallback.js';
import { isGroup } from './group.js';
import { type Located, locate } from './links.js';
import { joinNumbered } from './master.js';
import type { Place } from './nexus.js';
import { directoryOf, type FilePool } from './pool.js';
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

/** @throws SourceError when nothing at all is left of a virtual data set, which would read as a stack of fill values */
function checkSources(located: Located, { layout }: Storage, missing: readonly string[]): void {
  if (missing.length === 0 || layout.kind !== 'chunked' || layout.table.offset.some((offset) => offset >= 0)) return;
  const { path } = located.file;
  const are = missing.length === 1 ? 'is' : 'are';
  throw new SourceError(
    'parts-missing',
    `All of ${located.path} in ${path} lies in ${list(missing)}, which ${are} missing: expected in ${directoryOf(path)}. ` +
      'Copy what is missing there, or name another data set with --dataset.',
    { path, missing: missing.join(', ') },
  );
}

/** How data sets are opened. */
interface Opening {
  readonly frameRank: number;
  /** Refuse a virtual data set none of whose sources exist: nobody asked for it by name. */
  readonly refuseEmpty: boolean;
  readonly notes: string[];
}

function makeHandle(pool: FilePool, chosen: Place, file: Hdf5File, opening: Opening): SourceHandle {
  const { located } = chosen;
  const { frameRank, notes } = opening;
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
  if (opening.refuseEmpty) checkSources(located, storage, missing);
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

function joinedNames({ parts }: Choice): string {
  const names = parts.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
  return `${names[0]} to ${names.at(-1)}`;
}

/** What to read at the path that was named: that data set, or the signal or numbered data sets of that group. */
function chooseAt(pool: FilePool, file: Hdf5File, wanted: string, allowGaps: boolean): Choice {
  const place = { path: wanted, located: findDataset(pool, file, wanted) };
  const group = { ...place, path: wanted.replace(/\/+$/, '') };
  const inside = isGroup(place.located.messages) ? chooseIn(pool, group, allowGaps) : null;
  return inside ?? { ...place, parts: [], alike: [], broken: [], notes: [] };
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
 * @param options.dataset path of the data set, or of a group with a NeXus signal or numbered data sets; without it the
 *   NeXus default, numbered data sets or the largest stack are chosen
 * @param options.allowGaps read numbered data sets although some are missing
 * @param options.frameRank trailing dimensions that make a frame, 2 by default
 * @throws SourceError when the file is missing, damaged, or has no such data set (naming what it has)
 */
export function openHdf5(path: string, options: OpenOptions = {}): Source {
  return withFile(path, (pool, file) => {
    const notes: string[] = [];
    if (file.openForWrite) notes.push('Marked as open for writing: a writer is still at work, or did not close it.');
    const { dataset, frameRank = 2, allowGaps = false } = options;
    const chosen =
      dataset === undefined ? chooseDataset(pool, file, allowGaps) : chooseAt(pool, file, dataset, allowGaps);
    const opening = { frameRank, refuseEmpty: dataset === undefined && !allowGaps, notes };
    const open = (place: Place): SourceHandle => makeHandle(pool, place, file, opening);
    const handle =
      chosen.parts.length === 0
        ? open(chosen)
        : joinNumbered(chosen.parts.map((part) => ({ located: part.located, handle: open(part) })));
    if (chosen.parts.length > 0) notes.push(`${chosen.parts.length} data sets joined: ${joinedNames(chosen)}.`);
    notes.push(...chosen.notes);
    if (chosen.alike.length > 0) {
      notes.push(`Further data sets of shape ${formatShape(fullShape(handle.stack))}: ${list(chosen.alike)}.`);
    }
    if (chosen.broken.length > 0) notes.push(`Links to files that do not exist: ${list(chosen.broken)}.`);
    const { facts, numbering, notes: found } = readDetector(pool, file, chosen, handle.stack);
    return {
      format: 'hdf5',
      location: `${path}:${chosen.path}`,
      handle,
      notes: [...new Set([...notes, ...found])],
      ...(facts === null ? {} : { detector: facts }),
      ...(numbering === null ? {} : { numbering }),
    };
  });
}
