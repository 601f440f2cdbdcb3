import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SourceError } from '../core/errors.js';
import { formatBytes } from '../core/size.js';
import { makeFolder } from './scratch.js';

/** The one folder of this process for unpacked copies of inputs; it goes when the process does. */
let folder: string | null = null;
let count = 0;

/** Copies by the file they were made of, as it was then: opening a file again unpacks nothing. */
const copies = new Map<string, string>();

function keyOf(path: string): string {
  const { dev, ino, size, mtimeMs } = statSync(path);
  return [dev, ino, size, mtimeMs].join(' ');
}

function folderFor(source: string, bytes: number): string {
  const made = makeFolder(tmpdir(), bytes);
  if ('reason' in made) {
    throw new SourceError(
      'no-room',
      `${source} must be unpacked, ${formatBytes(bytes)}, but ${made.reason}. Unpack it yourself, or set TMPDIR to a folder with room.`,
      { path: source, bytes },
    );
  }
  if (folder !== null) {
    rmSync(made.path, { recursive: true, force: true });
    return folder;
  }
  const { path } = made;
  process.once('exit', () => rmSync(path, { recursive: true, force: true }));
  folder = path;
  return path;
}

/**
 * A copy of what a compressed file holds, in a scratch file that this process removes when it exits (one that was killed
 * leaves it to the next).
 *
 * @param bytes how large the copy will be at most
 * @param fill writes the copy through the function it is given, piece by piece
 * @returns the path of the copy
 * @throws SourceError when there is no room for it; what `fill` throws, leaving nothing behind
 */
export async function unpackedCopy(
  source: string,
  bytes: number,
  fill: (write: (bytes: Uint8Array) => void) => Promise<void>,
): Promise<string> {
  const key = `${keyOf(source)} ${bytes}`;
  const known = copies.get(key);
  if (known !== undefined) return known;
  const path = join(folderFor(source, bytes), `unpacked-${count++}`);
  const fd = openSync(path, 'wx');
  try {
    await fill((piece) => {
      for (let done = 0; done < piece.length; ) done += writeSync(fd, piece, done);
    });
  } catch (error) {
    rmSync(path, { force: true });
    if (error instanceof SourceError) throw error;
    throw new SourceError('no-room', `${source} cannot be unpacked into ${path}: ${(error as Error).message}.`, {
      path: source,
    });
  } finally {
    closeSync(fd);
  }
  copies.set(key, path);
  return path;
}
