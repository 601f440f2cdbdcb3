import { Inflate } from 'fflate';
import { ARENA_BASE, Arena, makeMemory } from '../core/arena.js';
import { dtypeOf, numpyType } from '../core/dtype.js';
import { SourceError, UsageError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { formatBytes } from '../core/size.js';
import type { OpenOptions, Source } from '../core/source.js';
import { makeStack, product } from '../core/stack.js';
import { InputFile } from '../io/file.js';
import { absolutePath } from '../io/path.js';
import { openMemory } from './memory.js';
import { npySource, readNpyHeader } from './npy.js';
import { makeElementStep } from './stored/elements.js';
import { memberData, readZipDirectory, type ZipMember } from './zip.js';

/** A compressed member is held in memory; what is larger than this is refused. */
const MEMBER_LIMIT = 2 ** 30;
const PIECE = 2 ** 18;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function chooseMember(members: readonly ZipMember[], wanted: string | undefined, path: string): ZipMember {
  const arrays = members.filter((member) => member.name.endsWith('.npy'));
  const names = arrays.map((member) => member.name.slice(0, -4));
  if (names.length === 0) throw new SourceError('no-arrays', `${path} holds no NumPy arrays.`, { path });
  if (wanted === undefined) {
    const [only, ...others] = arrays;
    if (only && others.length === 0) return only;
    throw new UsageError('which-array', `${path} holds ${names.join(', ')}. Choose one with --dataset.`, { path });
  }
  const found = arrays[names.indexOf(wanted.replace(/\.npy$/, ''))];
  if (found) return found;
  const guess = nearest(wanted, names);
  throw new SourceError(
    'no-such-array',
    `${path} has no array '${wanted}'. It holds ${names.join(', ')}.${guess ? ` Did you mean ${guess}?` : ''}`,
    { path },
  );
}

/** The decoded bytes of a member, never more than its directory entry says. */
function inflateMember(file: InputFile, member: ZipMember, location: string): Uint8Array {
  if (member.size > MEMBER_LIMIT) {
    throw new SourceError(
      'member-too-large',
      `${location} is compressed and holds ${formatBytes(member.size)}; at most ${formatBytes(MEMBER_LIMIT)} are unpacked into memory. ` +
        'Save it with numpy.savez (uncompressed) or numpy.save.',
      { location, bytes: member.size },
    );
  }
  const damaged = (why: string) => new SourceError('bad-member', `${location} is damaged: ${why}.`, { location });
  const start = memberData(file, member);
  const into = new Uint8Array(member.size);
  let filled = 0;
  const inflate = new Inflate((chunk) => {
    if (filled + chunk.length > into.length) throw damaged(`it unpacks to more than ${member.size} bytes`);
    into.set(chunk, filled);
    filled += chunk.length;
  });
  const piece = new Uint8Array(PIECE);
  try {
    for (let at = 0; at < member.stored; at += PIECE) {
      const part = piece.subarray(0, Math.min(PIECE, member.stored - at));
      file.read(part, start + at);
      inflate.push(part.slice(), at + PIECE >= member.stored);
    }
  } catch (error) {
    throw error instanceof SourceError ? error : damaged((error as Error).message);
  }
  if (filled !== member.size) throw damaged(`it unpacks to ${filled} bytes instead of ${member.size}`);
  if (crc32(into) !== member.crc32) throw damaged('its checksum is wrong');
  return into;
}

function unknownPacking(location: string): SourceError {
  return new SourceError(
    'unsupported-compression',
    `${location} is packed in a way that cannot be read; use numpy.savez.`,
  );
}

function openCompressed(file: InputFile, member: ZipMember, location: string, frameRank: number): Source {
  const bytes = inflateMember(file, member, location);
  const read = (into: Uint8Array, position: number) => into.set(bytes.subarray(position, position + into.length));
  const { shape, type, offset } = readNpyHeader(read, bytes.length, location);
  const count = product(shape);
  const memory = makeMemory(count * (type.bytes + 8) + 4096);
  const arena = new Arena(memory, ARENA_BASE, memory.buffer.byteLength - ARENA_BASE);
  const native = arena.bytes(count * type.bytes);
  native.set(bytes.subarray(offset, offset + native.length));
  const data = makeElementStep(type, count, arena, 'ts')(native);
  const stack = makeStack(shape, dtypeOf(type), frameRank);
  const source = openMemory(stack, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), location);
  return {
    ...source,
    format: 'npz',
    notes: [`NumPy ${numpyType(type)}, unpacked into memory (${formatBytes(data.byteLength)})`],
  };
}

/** All bytes of a member, unpacked where it is packed. @throws SourceError for a damaged one, or one packed in an unknown way */
export function readMember(file: InputFile, member: ZipMember, location: string): Uint8Array {
  if (member.compression === 'deflate') return inflateMember(file, member, location);
  if (member.compression === 'other') throw unknownPacking(location);
  const bytes = new Uint8Array(member.size);
  file.read(bytes, memberData(file, member));
  return bytes;
}

/**
 * Opens one array of an NPZ archive. An array stored as it is, is read in place; a compressed one is unpacked into
 * memory first, up to 1 GiB.
 *
 * @param options.dataset name of the array; needed when there are several
 * @throws UsageError when several arrays are there and none is named; SourceError when the archive is damaged, the
 *   array is not in it, or as `openNpy`
 */
export function openNpz(path: string, options: OpenOptions = {}): Source {
  const file = InputFile.open(path);
  try {
    const member = chooseMember(readZipDirectory(file), options.dataset, path);
    const location = `${path}:${member.name.slice(0, -4)}`;
    const frameRank = options.frameRank ?? 2;
    if (member.compression === 'deflate') return openCompressed(file, member, location, frameRank);
    if (member.compression === 'other') throw unknownPacking(location);
    const start = memberData(file, member);
    const header = readNpyHeader((into, position) => file.read(into, start + position), member.stored, location);
    return { ...npySource(header, absolutePath(path), start, location, frameRank), format: 'npz' };
  } finally {
    file.close();
  }
}
