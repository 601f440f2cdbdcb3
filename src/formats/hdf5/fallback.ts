import type { Filter, Storage } from '../../core/storage.js';

/** Filters that only the HDF5 library decodes: szip, n-bit, scale-offset. */
const LIBRARY_FILTERS = new Set([4, 5, 6]);

/** `h5wasm` when a data set is stored with a filter that only the HDF5 library decodes, else null. */
export function fallbackKind(storage: Pick<Storage, 'pipeline'>): 'h5wasm' | null {
  return storage.pipeline.some((f) => f.name === 'unsupported' && LIBRARY_FILTERS.has(f.id)) ? 'h5wasm' : null;
}

/** `deflate`, `bitshuffle (filter 32008)`. */
export function describeFilter(filter: Filter): string {
  return filter.name === 'unsupported' ? `${filter.label} (filter ${filter.id})` : filter.name;
}
