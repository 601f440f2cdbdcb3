import type { Source } from '../core/source.js';
import { frameCount } from '../core/stack.js';
import { readNpyArray } from '../formats/loaded-array.js';
import { exists } from '../io/folder.js';
import { extensionOf } from '../io/path.js';
import { numberedClasses } from './read-at.js';

/** An NPY file that tells something of the rows of a set, beside it: `set.labels.npy`. */
export const besidePath = (path: string, name: 'labels' | 'groups' | 'index'): string =>
  `${path.slice(0, path.length - extensionOf(path).length)}.${name}.npy`;

/** A set that a loader wrote, with the classes and groups it wrote beside; other sources as they are. */
export function withRows(source: Source, path: string): Source {
  if (extensionOf(path) !== '.npy' || !exists(besidePath(path, 'index'))) return source;
  const count = frameCount(source.handle.stack);
  const rowsOf = (name: 'labels' | 'groups'): Int32Array | null => {
    const file = besidePath(path, name);
    const rows = exists(file) ? Int32Array.from(readNpyArray(file).data) : null;
    // Entries of three dimensions are opened as several frames each, which have no rows of their own.
    return rows?.length === count ? rows : null;
  };
  const [labels, groups] = [rowsOf('labels'), rowsOf('groups')];
  return { ...source, ...(labels ? { labels: numberedClasses(labels) } : {}), ...(groups ? { groups } : {}) };
}
