import { SourceError } from '../../core/errors.js';
import { type Hdf5File, openFile } from './superblock.js';

/** Descriptors held open at the same time; files beyond that are opened again when needed. */
const MAX_OPEN = 64;

export function directoryOf(path: string): string {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return cut < 0 ? '.' : cut === 0 ? '/' : path.slice(0, cut);
}

function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path);
}

/** Places where a file named inside another one is looked for, best first. */
export function candidatePaths(from: string, name: string): string[] {
  const folder = directoryOf(from);
  const join = (part: string): string => (folder === '/' ? `/${part}` : `${folder}/${part.replace(/^(\.\/)+/, '')}`);
  if (!isAbsolutePath(name)) return [join(name)];
  return [name, join(name.slice(directoryOf(name).length).replace(/^[\\/]/, ''))];
}

/** The HDF5 files of one job: the one that was named, and those its links and virtual data sets lead to. */
export class FilePool {
  readonly #files = new Map<string, Hdf5File>();
  readonly #recent = new Set<string>();

  /** @throws SourceError when it cannot be opened or is not HDF5 */
  open(path: string): Hdf5File {
    const file = this.#files.get(path) ?? openFile(path);
    this.#files.set(path, file);
    this.#recent.delete(path);
    this.#recent.add(path);
    const [oldest] = this.#recent;
    if (this.#recent.size > MAX_OPEN && oldest !== undefined) {
      this.#files.get(oldest)?.pages.release();
      this.#recent.delete(oldest);
    }
    return file;
  }

  /** A file that `from` refers to by `name`, or null when it does not exist. */
  follow(from: Hdf5File, name: string): Hdf5File | null {
    for (const path of candidatePaths(from.path, name)) {
      try {
        return this.open(path);
      } catch (error) {
        if (!(error instanceof SourceError && error.code === 'not-found')) throw error;
      }
    }
    return null;
  }

  close(): void {
    for (const file of this.#files.values()) file.pages.release();
    this.#files.clear();
    this.#recent.clear();
  }
}
