import { closeSync, constants, fdatasyncSync, fstatSync, openSync } from 'node:fs';
import { LayoutError, SinkError, SourceError } from '../core/errors.js';
import { InputFile, readUpTo } from './file.js';
import { MAP_NORESERVE, MAP_PRIVATE, MAP_SHARED, mapPages, PAGE_ALIGNMENT } from './map-pages.js';
import { describeWriteFailure, writeAll } from './output.js';
import { findBinding } from './segment-binding.js';
import { takeWriterLock } from './writer-lock.js';

const [EINTR, ENOSPC] = [4, 28];

/** Bytes of a file as memory. */
export interface MappedBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  close(): void;
}

/** A file that is read, and changed in place, at any position. One process at a time has it open for writing. */
export class RegionFile {
  readonly path: string;
  readonly size: number;
  readonly isWritable: boolean;
  readonly #fd: number;
  readonly #unlock: () => void;
  readonly #mapped = new Set<MappedBytes>();
  #isOpen = true;

  private constructor(path: string, fd: number, isWritable: boolean, unlock: () => void) {
    this.path = path;
    this.#fd = fd;
    this.size = fstatSync(fd).size;
    this.isWritable = isWritable;
    this.#unlock = unlock;
  }

  /** @throws SourceError as `InputFile.open`; SinkError when it may not be written, and `busy` when another has it open for that */
  static open(path: string, isWritable: boolean): RegionFile {
    InputFile.open(path).close();
    const unlock = isWritable ? takeWriterLock(path) : () => undefined;
    try {
      return new RegionFile(
        path,
        openSync(path, isWritable ? constants.O_RDWR : constants.O_RDONLY),
        isWritable,
        unlock,
      );
    } catch (error) {
      unlock();
      throw describeWriteFailure(path, error);
    }
  }

  /** Fills `into` from `position`. @throws SourceError when the file ends before that, as one does that was cut off meanwhile */
  read(into: Uint8Array, position: number): void {
    const got = readUpTo(this.path, this.#fd, into, position);
    if (got === into.byteLength) return;
    throw new SourceError(
      'truncated',
      `${this.path} ends at byte ${position + got}, but ${into.byteLength} bytes are needed from byte ${position}: it was cut off after it was opened (${this.size} bytes then).`,
      { path: this.path, offset: position, bytes: into.byteLength },
    );
  }

  /** @throws SinkError, `disk-full` among others */
  write(bytes: ArrayBufferView, position: number): void {
    writeAll(this.path, this.#fd, bytes, position);
  }

  /** Waits until what was written, also through maps, is on the disk. @throws SinkError */
  flush(): void {
    try {
      fdatasyncSync(this.#fd);
    } catch (error) {
      throw describeWriteFailure(this.path, error);
    }
  }

  /**
   * A part of the file as memory: of one open for writing, changes go to the file; of others they stay in this process.
   *
   * @throws LayoutError when files cannot be mapped here; SourceError when it is shorter than that; SinkError when the disk has no room
   *   for parts that were never written
   */
  async map(position: number, bytes: number): Promise<MappedBytes> {
    const binding = await findBinding();
    if (typeof binding === 'string')
      throw new LayoutError(
        'no-binding',
        `${this.path} cannot be mapped into memory: ${binding}. Reading and writing it by region works without.`,
        { path: this.path },
      );
    const end = fstatSync(this.#fd).size;
    if (end < position + bytes)
      throw new SourceError(
        'truncated',
        `${this.path} ends at byte ${end}, but is to be mapped up to byte ${position + bytes}.`,
        {
          path: this.path,
        },
      );
    if (this.isWritable) {
      // To write into a page that the disk has no room for would end the process.
      let errno: number;
      do errno = binding.fallocate(this.#fd, position, bytes);
      while (errno === EINTR);
      if (errno !== 0)
        throw describeWriteFailure(this.path, {
          code: errno === ENOSPC ? 'ENOSPC' : `error ${errno}`,
          message: `posix_fallocate gave error ${errno}`,
        });
    }
    const skip = position % PAGE_ALIGNMENT;
    const flags = this.isWritable ? MAP_SHARED : MAP_PRIVATE | MAP_NORESERVE;
    const pages = mapPages(binding, this.#fd, position - skip, skip + bytes, flags);
    if (typeof pages === 'number')
      throw new LayoutError('no-memory', `${this.path} cannot be mapped into memory: mmap gave error ${pages}.`, {
        path: this.path,
      });
    const mapped: MappedBytes = {
      bytes: new Uint8Array(pages.view, skip, bytes),
      close: () => {
        if (this.#mapped.delete(mapped)) pages.release();
      },
    };
    this.#mapped.add(mapped);
    return mapped;
  }

  /** Closes the file and its maps, whose memory reads as zeros from then on. Safe to call twice. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const mapped of [...this.#mapped]) mapped.close();
    closeSync(this.#fd);
    this.#unlock();
  }

  /** @throws SinkError when nothing may be written */
  checkWritable(): void {
    if (this.isWritable) return;
    throw new SinkError('read-only', `${this.path} was opened for reading. Open it with mode 'r+' to write.`, {
      path: this.path,
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }
}
