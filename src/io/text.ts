import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { SourceError } from '../core/errors.js';

const LARGEST = 64 * 2 ** 20;

/** A small text file. @throws SourceError when it cannot be read, or is far too large to be one */
export function readText(path: string): string {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes > LARGEST) {
    throw new SourceError('not-text', `${path} holds ${bytes} bytes: too large to be the text file that is wanted.`, {
      path,
    });
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new SourceError(
      missing ? 'not-found' : 'unreadable',
      missing ? `${path} does not exist. Check the path.` : `${path} cannot be read: ${(error as Error).message}.`,
      { path },
    );
  }
}

/** SHA-256 of a text in hexadecimal. */
export function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
