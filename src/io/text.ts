import { readFileSync } from 'node:fs';
import { SourceError } from '../core/errors.js';

/** A small text file. @throws SourceError when it cannot be read */
export function readText(path: string): string {
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
