import type { Binding } from './segment-binding.js';

const READ_WRITE = 0x3;
const [MAP_FIXED, MAP_ANONYMOUS] = [0x10, 0x20];
const MAP_FAILED = -1n;

/** Changes go to the file, and others see them. */
export const MAP_SHARED = 0x1;
/** Changes stay in this process. */
export const MAP_PRIVATE = 0x2;
/** Memory is not set aside for pages that may never be written. */
export const MAP_NORESERVE = 0x4000;
/** All pages are there before the call returns. */
export const MAP_POPULATE = 0x8000;
/** Mappings begin on such an address, and on such a byte of a file: the largest page of any system. */
export const PAGE_ALIGNMENT = 65536;

/** Pages of a file as memory. */
export interface Pages {
  readonly view: ArrayBuffer;
  /** Lets go of the file. Views read zeros from then on. */
  release(): void;
}

/** Address space stays taken until nobody holds a view, so that reading one that is out of date never ends the process. */
const unmapped = new FinalizationRegistry<() => void>((unmap) => unmap());

/**
 * Maps a part of an open file, always for reading and writing: a write to pages that were mapped for reading alone would end the
 * process.
 *
 * @param position a multiple of `PAGE_ALIGNMENT`; the file reaches to `position + bytes`, or reading there ends the process
 * @param flags MAP_SHARED or MAP_PRIVATE, and MAP_POPULATE
 * @returns the number of the system error when it cannot be done
 */
export function mapPages(binding: Binding, fd: number, position: number, bytes: number, flags: number): Pages | number {
  const address = binding.mmap(null, bytes, READ_WRITE, flags, fd, position);
  if (BigInt.asIntN(64, address) === MAP_FAILED) return binding.errno();
  const view = binding.view(address, bytes);
  unmapped.register(view, () => binding.munmap(address, bytes));
  // Empty private pages take the place of the mapped ones: these are free at once, and old views still read something.
  const empty = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
  return { view, release: () => void binding.mmap(address, bytes, READ_WRITE, empty, -1, 0) };
}
