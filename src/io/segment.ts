import { randomBytes } from 'node:crypto';
import { accessSync, closeSync, constants, fstatSync, ftruncateSync, statfsSync } from 'node:fs';
import { LARGEST_MEMORY } from '../core/arena.js';
import { LayoutError } from '../core/errors.js';
import { formatBytes } from '../core/size.js';
import { MEMORY_FOLDER, removeStale } from './scratch.js';
import { type Binding, findBinding } from './segment-binding.js';

const [O_RDWR, O_CREAT, O_EXCL] = [0o2, 0o100, 0o200];
const OWNER_ONLY = 0o600;
const READ_WRITE = 0x3;
const [MAP_SHARED, MAP_PRIVATE, MAP_FIXED, MAP_ANONYMOUS, MAP_NORESERVE, MAP_POPULATE] = [
  0x1, 0x2, 0x10, 0x20, 0x4000, 0x8000,
];
const MAP_FAILED = -1n;
const [EINTR, EACCES, EPERM, ENOENT, ENOMEM, ENOSPC] = [4, 13, 1, 2, 12, 28];

/** Why memory cannot be shared between processes by name. */
export type SegmentReason = 'no-binding' | 'no-space' | 'not-permitted' | 'too-large' | 'not-found';

/** A refusal before anything was made: the reason for programs, and a sentence with what to do. */
export interface SegmentRefusal {
  readonly code: SegmentReason;
  readonly message: string;
}

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

/** Address space stays taken until nobody holds a view, so that reading one that is out of date never ends the process. */
const unmapped = new FinalizationRegistry<() => void>((unmap) => unmap());

function refusal(code: SegmentReason, what: string): SegmentRefusal {
  const remedy = {
    'no-binding': 'Install koffi beside fanfold, or share through files.',
    'no-space':
      'Use a smaller ring or batch, give /dev/shm more room (--shm-size in a container), or share through copies.',
    'not-permitted': `Check the rights of ${MEMORY_FOLDER}, or share through copies.`,
    'too-large': 'Use a smaller ring.',
    'not-found': 'It goes with the process that made it.',
  }[code];
  return { code, message: `${what}. ${remedy}` };
}

function failure({ code, message }: SegmentRefusal, bytes: number): LayoutError {
  return new LayoutError(code, message, { bytes });
}

function noSpace(bytes: number, free: number | null): SegmentRefusal {
  const left = free === null ? 'no space left' : `${formatBytes(free)} left`;
  return refusal('no-space', `${MEMORY_FOLDER} has ${left} for ${formatBytes(bytes)} (ENOSPC)`);
}

function ofErrno(errno: number, bytes: number, during: string): SegmentRefusal {
  if (errno === ENOSPC || errno === ENOMEM) return noSpace(bytes, null);
  if (errno === EACCES || errno === EPERM)
    return refusal('not-permitted', `${MEMORY_FOLDER} may not be used by this user (${during})`);
  if (errno === ENOENT) return refusal('not-found', `The shared segment is gone (${during})`);
  return refusal('too-large', `${formatBytes(bytes)} cannot be shared: ${during} failed with error ${errno}`);
}

/** Why a segment of `bytes` cannot be made here, found out without making one; null when nothing speaks against it. */
export async function segmentRefusal(bytes: number): Promise<SegmentRefusal | null> {
  const binding = await findBinding();
  if (typeof binding === 'string') return refusal('no-binding', `No segment can be shared by name: ${binding}`);
  if (bytes > LARGEST_MEMORY) {
    return refusal(
      'too-large',
      `A segment of ${formatBytes(bytes)} is above the ${formatBytes(LARGEST_MEMORY)} of one`,
    );
  }
  try {
    accessSync(MEMORY_FOLDER, constants.W_OK | constants.X_OK);
    // What killed runs left may be what takes the space.
    removeStale(MEMORY_FOLDER);
    const { bavail, bsize, blocks } = statfsSync(MEMORY_FOLDER);
    // A file system that says nothing of its size has no limit.
    if (blocks > 0 && bavail * bsize < bytes) return noSpace(bytes, bavail * bsize);
    return null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return refusal('not-permitted', `${MEMORY_FOLDER} does not exist here`);
    return refusal('not-permitted', `${MEMORY_FOLDER} may not be written by this user (${code ?? 'unknown'})`);
  }
}

function map(binding: Binding, fd: number, bytes: number): { view: ArrayBuffer; release: () => void } {
  const address = binding.mmap(null, bytes, READ_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (BigInt.asIntN(64, address) === MAP_FAILED) throw failure(ofErrno(binding.errno(), bytes, 'mmap'), bytes);
  const view = binding.view(address, bytes);
  unmapped.register(view, () => binding.munmap(address, bytes));
  // Empty private pages take the place of the shared ones: these are free at once, and old views still read something.
  const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
  return { view, release: () => void binding.mmap(address, bytes, READ_WRITE, flags, -1, 0) };
}

/** Takes all pages now, so that a full file system is an error here and not the end of whoever writes later. */
function reserve(binding: Binding, fd: number, bytes: number): void {
  ftruncateSync(fd, bytes);
  let errno: number;
  do errno = binding.fallocate(fd, 0, bytes);
  while (errno === EINTR);
  if (errno !== 0) throw failure(ofErrno(errno, bytes, 'posix_fallocate'), bytes);
}

/**
 * Makes a segment of zeros whose pages are all taken before this returns. Its name carries the process id and goes when the process
 * does; one that was killed leaves it to the next.
 *
 * @throws LayoutError with a `SegmentReason` as its code
 */
export async function createSegment(bytes: number): Promise<Segment> {
  const refused = await segmentRefusal(bytes);
  const binding = await findBinding();
  if (refused || typeof binding === 'string') throw failure(refused ?? refusal('no-binding', String(binding)), bytes);
  const name = `/fanfold-${process.pid}-${randomBytes(4).toString('hex')}`;
  const fd = binding.shmOpen(name, O_RDWR | O_CREAT | O_EXCL, OWNER_ONLY);
  if (fd < 0) throw failure(ofErrno(binding.errno(), bytes, 'shm_open'), bytes);
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

/** Maps a segment that another process made. @throws LayoutError with a `SegmentReason` as its code */
export async function openSegment(name: string, bytes: number): Promise<Segment> {
  const binding = await findBinding();
  if (typeof binding === 'string') throw failure(refusal('no-binding', binding), bytes);
  const fd = binding.shmOpen(name, O_RDWR, 0);
  if (fd < 0) throw failure(ofErrno(binding.errno(), bytes, 'shm_open'), bytes);
  try {
    // Reading behind its end would be the end of this process.
    if (fstatSync(fd).size < bytes) throw failure(refusal('too-large', `${name} is shorter than expected`), bytes);
    return held(name, map(binding, fd, bytes), () => undefined);
  } finally {
    closeSync(fd);
  }
}

function held(name: string, { view, release }: ReturnType<typeof map>, removeName: () => void): Segment {
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
