import { SourceError } from '../core/errors.js';
import type { Source } from '../core/source.js';
import { makeChunkTable } from '../core/storage.js';
import { InputFile } from '../io/file.js';
import { absolutePath } from '../io/path.js';

/** What opening says of a file whose beginning is no use, unlike of one that is missing or may not be read. */
const DAMAGE = new Set(['empty', 'truncated', 'bad-chunk', 'bad-image', 'unknown-format']);

/** True for an error that tells of damage in the file itself. */
export function tellsDamage(error: unknown): error is SourceError {
  return error instanceof SourceError && DAMAGE.has(error.code);
}

function sizeOf(path: string): number {
  try {
    const file = InputFile.open(path);
    file.close();
    return file.size;
  } catch {
    return 0;
  }
}

/**
 * Frames in the place of those of a file that does not open: like the ones of `part`, and damaged, as the file ends before its
 * chunk does.
 *
 * @param part a part of the same series that is whole
 * @returns null where a part's frames lie in more than one chunk, so that it is not known how many are lost
 */
export function standIn(part: Source, path: string): Source | null {
  const { handle } = part;
  if (handle.kind !== 'stored' || handle.storage.layout.kind !== 'chunked') return null;
  const { layout } = handle.storage;
  if (layout.table.size.length !== 1) return null;
  const table = makeChunkTable(layout.table.grid);
  table.offset[0] = 0;
  table.size[0] = sizeOf(path) + 1;
  const storage = { ...handle.storage, files: [absolutePath(path)], layout: { ...layout, table } };
  return { ...part, location: path, notes: [], handle: { ...handle, storage } };
}
