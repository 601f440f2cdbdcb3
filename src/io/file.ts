import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { SourceError } from '../core/errors.js';
import { RemoteFile } from './http/remote-file.js';
import { isUrl } from './http/url.js';

/** Alignment of offset, length and address that O_DIRECT asks for. */
export const DIRECT_ALIGNMENT = 4096;

/** Of a file that lies on no disk. */
const NO_DESCRIPTOR = -1;
const NO_DEVICE = -1;

function describeOpenFailure(path: string, error: unknown): SourceError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  if (code === 'ENOENT') return new SourceError('not-found', `${path} does not exist. Check the path.`, { path });
  if (code === 'EACCES' || code === 'EPERM') {
    return new SourceError('not-permitted', `${path} may not be read by this user. Check its permissions.`, { path });
  }
  if (code === 'ENOTDIR') {
    const folder = dirname(path);
    return new SourceError('not-found', `${path} does not exist: ${folder} is no folder. Check the path.`, { path });
  }
  return new SourceError('unreadable', `${path} cannot be opened: ${(error as Error).message}.`, { path, errno: code });
}

/** One read call takes less than 2 GiB. */
const LARGEST_READ = 2 ** 30;

/**
 * Fills `into` from a position of an open file. Stops as soon as `needed` bytes came: behind a short last block a direct read would
 * begin unaligned.
 *
 * @returns bytes that came: fewer where the file ends @throws SourceError
 */
export function readUpTo(
  path: string,
  fd: number,
  into: Uint8Array,
  position: number,
  needed = into.byteLength,
): number {
  let done = 0;
  while (done < needed) {
    let got: number;
    try {
      got = readSync(fd, into, done, Math.min(LARGEST_READ, into.byteLength - done), position + done);
    } catch (error) {
      throw new SourceError(
        'read-failed',
        `Reading ${path} at byte ${position + done} failed: ${(error as Error).message}.`,
        { path, offset: position + done },
        { cause: error },
      );
    }
    if (got === 0) break;
    done += got;
  }
  return done;
}

/** A file, on a disk or on a server, opened for positional reads into memory the caller gives. Nothing is ever written to it. */
export class InputFile {
  readonly path: string;
  readonly size: number;
  /** Number of the device it lies on: two files with the same number share a disk. */
  readonly device: number;
  readonly direct: boolean;
  readonly #fd: number;
  /** Null for one on a disk. */
  readonly #remote: RemoteFile | null;

  private constructor(path: string, fd: number, size: number, device: number, direct: boolean, remote?: RemoteFile) {
    this.path = path;
    this.#fd = fd;
    this.#remote = remote ?? null;
    this.size = size;
    this.device = device;
    this.direct = direct;
  }

  /**
   * @param options.direct read past the page cache (O_DIRECT); then use `readAligned`
   * @param path or the address of a file on a server
   * @throws SourceError for a path that is missing, no ordinary file, empty, or not readable
   */
  static open(path: string, options: { direct?: boolean } = {}): InputFile {
    const direct = options.direct ?? false;
    if (isUrl(path)) {
      const remote = new RemoteFile(path);
      return new InputFile(remote.shown, NO_DESCRIPTOR, remote.size, NO_DEVICE, false, remote);
    }
    let fd: number;
    try {
      // Opening a pipe waits for its writer unless told not to; ordinary files do not care.
      fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | (direct ? constants.O_DIRECT : 0));
    } catch (error) {
      throw describeOpenFailure(path, error);
    }
    const stat = fstatSync(fd);
    if (stat.isDirectory()) {
      closeSync(fd);
      throw new SourceError('is-directory', `${path} is a directory. Name a file in it.`, { path });
    }
    if (!stat.isFile()) {
      closeSync(fd);
      const what = `${path} is a pipe or device, which cannot be read at any position. Copy it to a file first.`;
      throw new SourceError('not-a-file', what, { path });
    }
    if (stat.size === 0) {
      closeSync(fd);
      throw new SourceError('empty', `${path} is empty (0 bytes).`, { path });
    }
    return new InputFile(path, fd, stat.size, stat.dev, direct);
  }

  /** Fills `into` from `position`. @throws SourceError when the file ends before that. */
  read(into: Uint8Array, position: number): void {
    if (this.#fill(into, position) < into.byteLength) throw this.#tooShort(position, into.byteLength);
  }

  /**
   * Direct read: `position` and the address and length of `into` are multiples of `DIRECT_ALIGNMENT`; the last
   * `needed` bytes bound may be short of `into` at the end of the file.
   *
   * @throws SourceError when fewer than `needed` bytes came
   */
  readAligned(into: Uint8Array, position: number, needed: number): void {
    if (readUpTo(this.path, this.#fd, into, position, needed) < needed) throw this.#tooShort(position, needed);
  }

  /** Says that bytes `start` to `end` will be read next; a file on a server begins to fetch them. */
  expect(start: number, end: number): void {
    this.#remote?.expect(start, end);
  }

  #tooShort(position: number, needed: number): SourceError {
    const { path, size } = this;
    const end = this.#remote ? size : fstatSync(this.#fd).size;
    const why = end < size ? `it became shorter while it was read (from ${size} bytes)` : 'it is truncated';
    return new SourceError(
      'truncated',
      `${path} ends at byte ${end}, but ${needed} bytes are needed from byte ${position}: ${why}.`,
      { path, offset: position, bytes: needed },
    );
  }

  /** As far as the file goes. @returns how many bytes */
  #fill(into: Uint8Array, position: number): number {
    return this.#remote ? this.#remote.read(into, position) : readUpTo(this.path, this.#fd, into, position);
  }

  close(): void {
    if (!this.#remote) closeSync(this.#fd);
  }
}

/** True when the path names a directory; whatever is wrong with it otherwise, opening it will tell. */
export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Bytes at the start of a file by which its format is told. */
const HEAD_BYTES = 65536;

/** The first bytes of a file, up to 64 KiB. @throws SourceError as `InputFile.open` */
export function readHead(path: string): Uint8Array {
  const file = InputFile.open(path);
  try {
    const head = new Uint8Array(Math.min(HEAD_BYTES, file.size));
    file.read(head, 0);
    return head;
  } finally {
    file.close();
  }
}

/** All bytes of a file. @throws SourceError as `InputFile.open` and for one above 2 GiB */
export function readWhole(path: string): Uint8Array<ArrayBuffer> {
  const file = InputFile.open(path);
  try {
    if (file.size > 2 ** 31)
      throw new SourceError(
        'file-too-large',
        `${path} has ${file.size} bytes; a file that is needed whole may have 2 GiB.`,
        { path },
      );
    const bytes = new Uint8Array(file.size);
    file.read(bytes, 0);
    return bytes;
  } finally {
    file.close();
  }
}
