import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, ftruncateSync } from 'node:fs';
import { LARGEST_MEMORY } from '../core/arena.js';
import type { LayoutError } from '../core/errors.js';
import { formatBytes } from '../core/size.js';
import { MAP_POPULATE, MAP_SHARED, mapPages, PAGE_ALIGNMENT, type Pages } from './map-pages.js';
import { type Binding, findBinding } from './segment-binding.js';
import { memoryFolderRefusal, refusal, refusalOf, refused, type SharingRefusal } from './shared-refusal.js';

const [O_RDWR, O_CREAT, O_EXCL] = [0o2, 0o100, 0o200];
const OWNER_ONLY = 0o600;
const READ_WRITE = 0x3;
const MAP_FIXED = 0x10;
/** Segments are laid over memory that begins on such an address. */
export const SEGMENT_ALIGNMENT = PAGE_ALIGNMENT;
const EINTR = 4;
/** The names of the numbers that `errno` takes here. */
const ERRNO: Readonly<Record<number, string>> = { 1: 'EPERM', 2: 'ENOENT', 12: 'ENOMEM', 13: 'EACCES', 28: 'ENOSPC' };

/** Memory that processes share by its name: what one writes the others see, and nothing is sent. */
export interface Segment {
  /** Such as `/fanfold-4711-5f0c9a1e`; it shows under this name in /dev/shm. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /**
   * Lets go of the memory; the one who made the segment also takes its name away. Views of it read zeros from then on. Safe to
   * call twice.
   */
  close(): void;
}

/** Why a segment of `bytes` cannot be made here, found out without making one; null when nothing speaks against it. */
export async function segmentRefusal(bytes: number): Promise<SharingRefusal | null> {
  const binding = await findBinding();
  if (typeof binding === 'string') return refusal('no-binding', `no segment can be shared by name: ${binding}`);
  if (bytes > LARGEST_MEMORY) {
    return refusal(
      'too-large',
      `${formatBytes(bytes)} are more than the ${formatBytes(LARGEST_MEMORY)} of one segment`,
    );
  }
  return memoryFolderRefusal(bytes);
}

async function bound(bytes: number): Promise<Binding> {
  const binding = await findBinding();
  if (typeof binding === 'string') throw refused(refusal('no-binding', binding), bytes);
  return binding;
}

function failed(errno: number, bytes: number, during: string): LayoutError {
  return refused(refusalOf(ERRNO[errno] ?? `error ${errno}`, bytes, during), bytes);
}

function map(binding: Binding, fd: number, bytes: number): Pages {
  const pages = mapPages(binding, fd, 0, bytes, MAP_SHARED | MAP_POPULATE);
  if (typeof pages === 'number') throw failed(pages, bytes, 'mmap');
  return pages;
}

/** Takes all pages now, so that a full file system is an error here and not the end of whoever writes later. */
function reserve(binding: Binding, fd: number, bytes: number): void {
  ftruncateSync(fd, bytes);
  let errno: number;
  do errno = binding.fallocate(fd, 0, bytes);
  while (errno === EINTR);
  if (errno !== 0) throw failed(errno, bytes, 'posix_fallocate');
}

/**
 * Makes a segment of zeros whose pages are all taken before this returns. Its name carries the process id and goes when the process
 * does; one that was killed leaves it to the next.
 *
 * @throws LayoutError with a `SharingObstacle` as its code
 */
export async function createSegment(bytes: number): Promise<Segment> {
  const obstacle = await segmentRefusal(bytes);
  if (obstacle) throw refused(obstacle, bytes);
  const binding = await bound(bytes);
  const name = `/fanfold-${process.pid}-${randomBytes(4).toString('hex')}`;
  const fd = binding.shmOpen(name, O_RDWR | O_CREAT | O_EXCL, OWNER_ONLY);
  if (fd < 0) throw failed(binding.errno(), bytes, 'shm_open');
  const unlink = (): void => void binding.shmUnlink(name);
  process.once('exit', unlink);
  try {
    reserve(binding, fd, bytes);
    return held(name, map(binding, fd, bytes), () => {
      process.off('exit', unlink);
      unlink();
    });
  } catch (error) {
    process.off('exit', unlink);
    unlink();
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Maps a segment that another process made. @throws LayoutError with a `SharingObstacle` as its code */
export async function openSegment(name: string, bytes: number): Promise<Segment> {
  const binding = await bound(bytes);
  const fd = binding.shmOpen(name, O_RDWR, 0);
  if (fd < 0) throw failed(binding.errno(), bytes, 'shm_open');
  try {
    // Reading behind its end would be the end of this process.
    if (fstatSync(fd).size < bytes) throw refused(refusal('not-found', `${name} is shorter than it was made`), bytes);
    return held(name, map(binding, fd, bytes), () => undefined);
  } finally {
    closeSync(fd);
  }
}

/**
 * Lays a segment that another process made over memory that is there already, such as a WebAssembly memory: whoever computes in it
 * then writes where the others read. The memory must stay as long as the process.
 *
 * @param over begins on a multiple of `SEGMENT_ALIGNMENT` of its buffer and is as long as the segment, itself such a multiple
 * @throws LayoutError with a `SharingObstacle` as its code
 */
export async function overlaySegment(name: string, over: Uint8Array): Promise<void> {
  const bytes = over.byteLength;
  const binding = await bound(bytes);
  const fd = binding.shmOpen(name, O_RDWR, 0);
  if (fd < 0) throw failed(binding.errno(), bytes, 'shm_open');
  try {
    if (fstatSync(fd).size < bytes) throw refused(refusal('not-found', `${name} is shorter than it was made`), bytes);
    const address = binding.address(over);
    if (over.byteOffset % SEGMENT_ALIGNMENT !== 0 || bytes % SEGMENT_ALIGNMENT !== 0)
      throw new RangeError('a segment lies on whole pages');
    const got = binding.mmap(address, bytes, READ_WRITE, MAP_SHARED | MAP_FIXED | MAP_POPULATE, fd, 0);
    if (got !== address) throw failed(binding.errno(), bytes, 'mmap');
  } finally {
    closeSync(fd);
  }
}

function held(name: string, { view, release }: Pages, removeName: () => void): Segment {
  let open = true;
  return {
    name,
    bytes: new Uint8Array(view),
    close() {
      if (!open) return;
      open = false;
      release();
      removeName();
    },
  };
}
