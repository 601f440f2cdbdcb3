import { SourceError } from '../../core/errors.js';
import type { Storage } from '../../core/storage.js';
import { unsupported } from './bytes.js';
import { combineChunks, type Source } from './combine.js';
import type { Dataset } from './dataset.js';
import type { Layout } from './layout.js';
import { type Located, locate } from './links.js';
import { type Mapping, readMappings } from './mappings.js';
import type { FilePool } from './pool.js';
import type { Resolved } from './resolve.js';
import { type IndexLists, selectedIndices } from './selection.js';
import { emptyPlacement, type Placement, storedTypeOf } from './storage.js';

type VirtualLayout = Extract<Layout, { kind: 'virtual' }>;

/** The source of a mapping, or null (and its name in `missing`) when its file or data set does not exist. */
function findSource(pool: FilePool, dataset: Dataset, mapping: Mapping, missing: Set<string>): Located | null {
  const file = mapping.file === '.' ? dataset.file : pool.follow(dataset.file, mapping.file);
  if (file === null) {
    missing.add(mapping.file);
    return null;
  }
  try {
    return locate(pool, file, mapping.dataset);
  } catch (error) {
    const absent = ['no-such-dataset', 'dangling', 'external-missing'];
    if (!(error instanceof SourceError && absent.includes(error.code))) throw error;
    const { external } = error.fields;
    missing.add(typeof external === 'string' ? external : `${file.path}:${mapping.dataset}`);
    return null;
  }
}

/** Storage of the source of every mapping, null for those that do not exist, whose names go to `missing`. */
function resolveSources(
  pool: FilePool,
  dataset: Dataset,
  mappings: readonly Mapping[],
  resolve: (source: Located) => Resolved,
  missing: Set<string>,
): (Storage | null)[] {
  const found = new Map<string, Storage | null>();
  return mappings.map((mapping) => {
    const key = `${mapping.file}\n${mapping.dataset}`;
    const known = found.get(key);
    if (known !== undefined) return known;
    const located = findSource(pool, dataset, mapping, missing);
    const resolved = located === null ? null : resolve(located);
    for (const name of resolved?.missing ?? []) missing.add(name);
    found.set(key, resolved?.storage ?? null);
    return resolved?.storage ?? null;
  });
}

function lineUp(
  dataset: Dataset,
  mappings: readonly Mapping[],
  storages: readonly (Storage | null)[],
  frameRank: number,
): Placement {
  const { file, space } = dataset;
  const type = storedTypeOf(dataset);
  const sources: Source[] = [];
  const lists: IndexLists = { known: new Map(), total: 0 };
  mappings.forEach((mapping, i) => {
    const storage = storages[i] ?? null;
    if (storage === null) return;
    const { kind, bytes, order } = storage.type;
    if (kind !== type.kind || bytes !== type.bytes || order !== type.order) {
      throw unsupported(file.path, 'a virtual data set whose sources have another element type');
    }
    const virtual = selectedIndices(mapping.virtual, space.shape, file, lists);
    sources.push({ storage, virtual, source: selectedIndices(mapping.source, storage.shape, file, lists) });
  });
  if (sources.length === 0) return emptyPlacement(file.path, space.shape, frameRank);
  const pipeline = sources.find(({ storage }) => storage.pipeline.length > 0)?.storage.pipeline ?? [];
  for (const { storage } of sources) {
    if (storage.pipeline.length > 0 && JSON.stringify(storage.pipeline) !== JSON.stringify(pipeline)) {
      throw unsupported(file.path, 'a virtual data set whose sources are compressed differently');
    }
  }
  for (const kept of new Set([frameRank, 2, 1])) {
    const placement = combineChunks(dataset, sources, pipeline, kept);
    if (placement !== null) return placement;
  }
  throw unsupported(file.path, 'a virtual data set that cuts the chunks of its sources');
}

/**
 * Where the elements of a virtual data set lie: one chunk table over the files of all its sources. Sources that do not
 * exist leave their part to the fill value, as HDF5 defines, and are named.
 *
 * @throws SourceError with code 'unsupported-structure' (and the missing files, if any, in its fields) when chunks do
 *   not line up
 */
export function virtualPlacement(
  pool: FilePool,
  dataset: Dataset,
  layout: VirtualLayout,
  frameRank: number,
  resolve: (source: Located) => Resolved,
): { placement: Placement; missing: readonly string[] } {
  const missing = new Set<string>();
  const mappings = readMappings(dataset, layout.heap, layout.entry);
  try {
    const storages = resolveSources(pool, dataset, mappings, resolve, missing);
    return { placement: lineUp(dataset, mappings, storages, frameRank), missing: [...missing] };
  } catch (error) {
    if (!(error instanceof SourceError) || missing.size === 0) throw error;
    const fields = { ...error.fields, missing: [...missing].join(', ') };
    throw new SourceError(error.code, error.message, fields, { cause: error });
  }
}
