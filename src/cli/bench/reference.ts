import { join } from 'node:path';
import { copyWhole, digestOf, ensureFolder, exists, removePath } from '../../io/folder.js';
import type { Configuration, SetName } from './record.js';

/** The result the others are compared with, and its SHA-256. */
interface Kept {
  readonly reference: string | null;
  readonly referenceDigest: string | null;
}

/**
 * The first result of every data set, kept beside the journal, for programs whose sums differ in the last bits and after
 * an interruption.
 */
export class References {
  readonly #folder: string;
  readonly #extension: string;

  /** @param keep go on with what is there */
  constructor(folder: string, keep: boolean, extension: '.npy' | '.npz') {
    this.#folder = folder;
    this.#extension = extension;
    if (!keep) removePath(folder);
    ensureFolder(folder);
  }

  #path(group: string, set: SetName): string {
    return join(this.#folder, `${group.replace(' ', '-')}-${set}${this.#extension}`);
  }

  of(group: string, set: SetName): Kept {
    const reference = this.#path(group, set);
    return exists(reference)
      ? { reference, referenceDigest: digestOf(reference) }
      : { reference: null, referenceDigest: null };
  }

  /** Keeps `out` when it is the first of its data set; results of other programs are never the measure. */
  offer(group: string, { row, set }: Configuration, out: string): void {
    const path = this.#path(group, set);
    if (row === 'native' || row === 'peer' || !exists(out) || exists(path)) return;
    copyWhole(out, path);
  }

  remove(): void {
    removePath(this.#folder);
  }
}
