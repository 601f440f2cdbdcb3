import { UsageError } from '../../core/errors.js';
import type { Page } from '../../core/page.js';
import type { Provenance } from '../../core/sink.js';
import { extensionOf } from '../../io/path.js';

/** Writes a page: `.html`, complete in one file, or `.png`. @throws UsageError for another extension; SinkError */
export async function writePage(
  path: string,
  _page: Page,
  _provenance: Provenance,
  _overwrite: boolean,
): Promise<void> {
  throw new UsageError('unknown-output', `${path}: a page cannot be ${extensionOf(path)}.`, { path });
}
