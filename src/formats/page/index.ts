import { UsageError } from '../../core/errors.js';
import type { Page } from '../../core/page.js';
import type { Provenance } from '../../core/sink.js';
import { writeFile } from '../../io/output.js';
import { extensionOf } from '../../io/path.js';

async function encode(path: string, page: Page, provenance: Provenance): Promise<Uint8Array> {
  switch (extensionOf(path)) {
    case '.html':
      return new TextEncoder().encode((await import('./html.js')).makeHtml(page, provenance));
    case '.png':
      return (await import('./picture.js')).makePicture(page, provenance);
    default:
      throw new UsageError(
        'unknown-output',
        `${path}: a page is written as .html or .png, not as ${extensionOf(path) || 'a file without extension'}.`,
        { path },
      );
  }
}

/** Writes a page: `.html`, complete in one file, or `.png`. @throws UsageError for another extension; SinkError */
export async function writePage(path: string, page: Page, provenance: Provenance, overwrite: boolean): Promise<void> {
  const bytes = await encode(path, page, provenance);
  writeFile(path, overwrite, (file) => file.write(bytes, 0));
}
