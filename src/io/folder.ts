import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  type Dirent,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SourceError } from '../core/errors.js';
import { isServed } from './http/remote-file.js';
import { isUrl } from './http/url.js';
import { describeWriteFailure } from './output.js';

/** Makes a folder and those above it. @throws SinkError */
export function ensureFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw describeWriteFailure(join(path, '.'), error);
  }
}

/** A fresh folder for files that are not kept, removed when the process exits. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `fanfold-${process.pid}-`));
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  process.once('exit', remove);
  return {
    path,
    remove: () => {
      process.off('exit', remove);
      remove();
    },
  };
}

/** What a link leads to; null for one that dangles, runs in a circle or leads where this user may not look. */
function behindLink(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** Names of what lies in a folder, in no particular order; links count as what they lead to. @throws SourceError */
export function namesIn(path: string): { files: string[]; hidden: string[]; folders: string[] } {
  const found: { files: string[]; hidden: string[]; folders: string[] } = { files: [], hidden: [], folders: [] };
  let entries: Dirent[];
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    throw new SourceError('unreadable', `${path} cannot be listed: ${(error as Error).message}.`, { path });
  }
  for (const entry of entries) {
    const kind = entry.isSymbolicLink() ? behindLink(join(path, entry.name)) : entry;
    if (entry.name.startsWith('.')) found.hidden.push(entry.name);
    else if (kind?.isDirectory()) found.folders.push(entry.name);
    else if (kind?.isFile()) found.files.push(entry.name);
  }
  return found;
}

/** Bytes of a file, or null when there is none. */
export function fileBytes(path: string): number | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? stat.size : null;
}

/** True for what is there; of a file on a server when its server gives it. */
export function exists(path: string): boolean {
  if (isUrl(path)) return isServed(path);
  return existsSync(path);
}

/** True when both paths lie on one device. */
export function onSameDisk(a: string, b: string): boolean {
  return statSync(a).dev === statSync(b).dev;
}

/** A copy that appears only when whole. @throws SinkError */
export function copyWhole(from: string, to: string): void {
  const partial = join(dirname(to), `.${process.pid}.copying`);
  try {
    copyFileSync(from, partial, constants.COPYFILE_EXCL);
    renameSync(partial, to);
  } catch (error) {
    rmSync(partial, { force: true });
    throw describeWriteFailure(to, error);
  }
}

/** SHA-256 of a file in hexadecimal. */
export function digestOf(path: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(2 ** 20);
  const fd = openSync(path, 'r');
  try {
    for (;;) {
      const got = readSync(fd, buffer, 0, buffer.length, null);
      if (got === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, got));
    }
  } finally {
    closeSync(fd);
  }
}

/** Removes a file, or a folder with all it holds; nothing happens when there is none. */
export function removePath(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** Bytes of a file, and when it was last written in milliseconds; null when there is none. */
export function fileState(path: string): { readonly bytes: number; readonly changed: number } | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? { bytes: stat.size, changed: stat.mtimeMs } : null;
}
