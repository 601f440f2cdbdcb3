import { SourceError } from '../../core/errors.js';
import { PagedFile } from './bytes.js';
import { lookup3 } from './checksum.js';
import { type AddressSpace, Cursor, UNDEFINED } from './cursor.js';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** An open HDF5 file: where its addresses count from and where its root group lies. */
export interface Hdf5File extends AddressSpace {
  readonly path: string;
  /** Address of the object header of the root group. */
  readonly root: number;
  /** Address of the object header of the superblock extension, or `UNDEFINED`. */
  readonly extension: number;
  /** A writer left the file without closing it. */
  readonly openForWrite: boolean;
}

/** Position of the signature: 0, or 512, 1024, 2048, ... behind a user block; -1 when there is none. */
function findSignature(pages: PagedFile): number {
  for (let position = 0; position + SIGNATURE.length <= pages.size; position = position === 0 ? 512 : position * 2) {
    const view = pages.locate(position, SIGNATURE.length);
    if (SIGNATURE.every((byte, i) => view.getUint8(pages.at + i) === byte)) return position;
  }
  return -1;
}

/** True when the file carries the HDF5 signature. @throws SourceError when it cannot be opened */
export function isHdf5(path: string): boolean {
  const pages = new PagedFile(path);
  try {
    return findSignature(pages) >= 0;
  } finally {
    pages.release();
  }
}

function readVersion01(cursor: Cursor, version: number, space: AddressSpace): { end: number; root: number } {
  cursor.skip(version === 1 ? 12 : 8); // ranks of B-tree nodes, consistency flags, and for version 1 the chunk rank
  const addresses = cursor.slice(cursor.remaining);
  const inSpace = Cursor.at(space, addresses.position - space.base, addresses.remaining);
  const written = inSpace.address();
  inSpace.address(); // free space
  const end = inSpace.address() - written;
  inSpace.address(); // driver information
  inSpace.address(); // root group: name offset
  return { end, root: inSpace.address() };
}

/**
 * Opens an HDF5 file and reads its superblock (versions 0-3).
 *
 * @throws SourceError when it is not HDF5, truncated, or its superblock is damaged
 */
export function openFile(path: string): Hdf5File {
  const pages = new PagedFile(path);
  try {
    return readSuperblock(path, pages);
  } catch (error) {
    pages.release();
    throw error;
  }
}

function readSuperblock(path: string, pages: PagedFile): Hdf5File {
  const base = findSignature(pages);
  if (base < 0) {
    throw new SourceError('not-hdf5', `${path} is not an HDF5 file: it has no HDF5 signature.`, { path });
  }
  const head = Cursor.at({ pages, base, offsetBytes: 8, lengthBytes: 8 }, 0, Math.min(128, pages.size - base));
  head.skip(8);
  const version = head.u8();
  if (version > 3) throw head.fail(`superblock version ${version}`);
  if (version < 2) head.skip(4); // versions of free space, root group, reserved, shared header
  const offsetBytes = head.u8();
  const lengthBytes = head.u8();
  if (![2, 4, 8].includes(offsetBytes) || ![2, 4, 8].includes(lengthBytes))
    throw head.fail('an impossible address size');
  const space: AddressSpace = { pages, base, offsetBytes, lengthBytes };
  if (version < 2) {
    head.skip(1);
    const { end, root } = readVersion01(head, version, space);
    checkEnd(path, base + end, pages.size);
    return { ...space, path, root, extension: UNDEFINED, openForWrite: false };
  }
  const flags = head.u8();
  const rest = Cursor.at(space, 12, 4 * offsetBytes + 4);
  const written = rest.address();
  const extension = rest.address();
  const end = rest.address() - written;
  const root = rest.address();
  const view = pages.locate(base, 12 + 4 * offsetBytes);
  const covered = new Uint8Array(view.buffer, view.byteOffset + pages.at, 12 + 4 * offsetBytes);
  if (rest.u32() !== lookup3(covered)) throw rest.fail('a superblock whose checksum does not match');
  checkEnd(path, base + end, pages.size);
  return { ...space, path, root, extension, openForWrite: version === 3 && (flags & 5) !== 0 };
}

/**
 * The end is recorded from the start of the file, as is the base; only their difference counts, because a user block may
 * have been added or removed since.
 */
function checkEnd(path: string, end: number, size: number): void {
  if (end <= size) return;
  throw new SourceError(
    'truncated',
    `${path} is truncated: it is ${size} bytes long, but was written with ${end}. Copy it again.`,
    { path, bytes: size, expected: end },
  );
}
