import { UsageError } from '../core/errors.js';
import type { BoundJob } from '../core/job.js';
import type { Page } from '../core/page.js';
import type { Provenance } from '../core/sink.js';
import { extensionOf } from '../io/path.js';
import { isFramePattern } from './frame-files.js';
import { isFolder } from './output-folder.js';
import { writePage } from './page/index.js';

/** The outputs of a run that are the sheet of its one operator: pictures, where it has a sheet, but not one for each frame. */
export function sheetsOf(outputs: readonly string[], { bound: [one, ...others] }: BoundJob): readonly string[] {
  if (!one?.operator.sheet || others.length > 0) return [];
  return outputs.filter((output) => !isFolder(output) && extensionOf(output) === '.png' && !isFramePattern(output));
}

/** Writes the sheet to each of the files. @throws SinkError; UsageError when the operator made none */
export async function writeSheets(
  paths: readonly string[],
  sheet: Page | null,
  provenance: Provenance,
  overwrite: boolean,
): Promise<void> {
  for (const path of paths) {
    if (!sheet) throw new UsageError('no-sheet', `${path}: the operator made no sheet. Write .h5 or .npy.`, { path });
    await writePage(path, sheet, provenance, overwrite);
  }
}
