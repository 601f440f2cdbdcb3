import { UsageError } from '../core/errors.js';
import type { SourceHandle } from '../core/source.js';
import type { Filler } from './filled.js';

/** What fills the frames of a source that is not stored as it is read: memory, windows, generators, the HDF5 library. */
export async function fillerOf(
  handle: Extract<SourceHandle, { kind: 'memory' | 'windows' | 'generated' | 'library' }>,
): Promise<Filler> {
  switch (handle.kind) {
    case 'memory': {
      const bytes = handle.bytes;
      return {
        read: (first, count, into) => {
          const size = into.byteLength / count;
          into.set(bytes.subarray(first * size, (first + count) * size));
        },
      };
    }
    case 'windows':
      return (await import('./windows.js')).fillWindows(handle);
    case 'generated':
      return (await import('./synthetic/index.js')).attachSynthetic(handle);
    case 'library': {
      if (handle.library !== 'h5wasm')
        throw new UsageError('unknown-library', `There is no reader called ${handle.library}.`);
      return (await import('./hdf5/library.js')).openLibrary(handle);
    }
  }
}
