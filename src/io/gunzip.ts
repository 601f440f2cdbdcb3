import { constants, crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { SourceError } from '../core/errors.js';
import type { InputFile } from './file.js';

/** Compressed bytes given to zlib at a time; a failure loses what one of these holds. */
const PIECE = 2 ** 16;
/** Longest header of a member that is looked at: it may hold a file name and a comment. */
const LONGEST_HEADER = 2 ** 16;
const TRAILER = 8;
/** What little of a file's head is unpacked to see what it is. */
const LOOKED_AT = 4096;

const FLAG = { checksum: 2, extra: 4, name: 8, comment: 16 };

/** What was found behind the last byte that was taken. */
export interface GunzipEnd {
  /** Compressed streams, one behind the other. */
  readonly members: number;
  /** `ended`: all streams are whole. `stopped`: `take` wanted no more. `cut`: the file ends inside a stream. */
  readonly end: 'ended' | 'stopped' | 'cut';
  /** Bytes behind the last stream that belong to none. */
  readonly garbage: number;
}

export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/** Bytes of a member's header (RFC 1952), or null where there is none or the file ends inside it. */
function headerBytes(head: Uint8Array): number | null {
  if (!isGzip(head)) return null;
  const flags = head[3] ?? 0;
  let at = 10;
  if (flags & FLAG.extra) at += 2 + (head[at] ?? 0) + 256 * (head[at + 1] ?? 0);
  for (const text of [FLAG.name, FLAG.comment]) {
    if ((flags & text) === 0) continue;
    const end = head.indexOf(0, at);
    if (end < 0) return null;
    at = end + 1;
  }
  if (flags & FLAG.checksum) at += 2;
  return at < head.length ? at : null;
}

function readUpTo(file: InputFile, position: number, most: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, Math.min(most, file.size - position)));
  if (bytes.length > 0) file.read(bytes, position);
  return bytes;
}

function damaged(file: InputFile, why: string, cause?: unknown): SourceError {
  return new SourceError('bad-gzip', `${file.path} is damaged: ${why}.`, { path: file.path }, { cause });
}

interface Member {
  readonly consumed: number;
  readonly end: GunzipEnd['end'];
  readonly crc: number;
  readonly length: number;
}

/** Inflates the raw stream at `start`. zlib works beside this thread, so memory stays at a few pieces. */
async function inflateAt(file: InputFile, start: number, take: (bytes: Uint8Array) => boolean): Promise<Member> {
  const raw = createInflateRaw({ chunkSize: 2 ** 18 });
  let [crc, length, isWanted] = [0, 0, true];
  let failure: Error | null = null;
  let isCut = false;
  raw.on('data', (bytes: Buffer) => {
    if (!isWanted || failure) return;
    try {
      crc = crc32(bytes, crc);
      length += bytes.length;
      isWanted = take(bytes);
    } catch (error) {
      failure = error as Error;
    }
  });
  let isOver = false;
  const over = new Promise<void>((resolve) => {
    const end = (): void => {
      isOver = true;
      resolve();
    };
    raw.once('end', end);
    raw.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'Z_BUF_ERROR') isCut = true;
      else
        failure ??= damaged(file, `its compressed data cannot be read behind byte ${length} (${error.message})`, error);
      end();
    });
  });
  try {
    for (let at = start; !isOver && isWanted && !failure; at += PIECE) {
      const piece = readUpTo(file, at, PIECE);
      if (piece.length === 0) {
        raw.end();
        await over;
        break;
      }
      // A stream that ends inside a piece never asks for the next one.
      await Promise.race([over, new Promise<void>((resolve) => raw.write(piece, () => resolve()))]);
    }
  } finally {
    raw.destroy();
  }
  if (failure) throw failure;
  return { consumed: raw.bytesWritten, end: isWanted ? (isCut ? 'cut' : 'ended') : 'stopped', crc, length };
}

function checkTrailer(file: InputFile, trailer: Uint8Array, { crc, length }: Member): void {
  const view = new DataView(trailer.buffer, trailer.byteOffset);
  if (view.getUint32(0, true) !== crc) throw damaged(file, 'the checksum of its contents is wrong');
  if (view.getUint32(4, true) !== length % 2 ** 32) throw damaged(file, 'it unpacks to another length than it says');
}

/**
 * Unpacks a gzip file of any number of members, piece by piece, checksums included.
 *
 * @param take gets the bytes in order; false ends the reading
 * @throws SourceError for damage; a file that merely ends too early is told in the result
 */
export async function gunzip(file: InputFile, take: (bytes: Uint8Array) => boolean): Promise<GunzipEnd> {
  let [position, members] = [0, 0];
  while (position < file.size) {
    const head = headerBytes(readUpTo(file, position, LONGEST_HEADER));
    if (head === null) return { members, end: members === 0 ? 'cut' : 'ended', garbage: file.size - position };
    const member = await inflateAt(file, position + head, take);
    members++;
    if (member.end !== 'ended') return { members, end: member.end, garbage: 0 };
    const trailer = readUpTo(file, position + head + member.consumed, TRAILER);
    if (trailer.length < TRAILER) return { members, end: 'cut', garbage: 0 };
    checkTrailer(file, trailer, member);
    position += head + member.consumed + TRAILER;
  }
  return { members, end: 'ended', garbage: 0 };
}

/** The first `bytes` of what a gzip file holds, fewer when it holds fewer. @throws SourceError for damage before that */
export async function gunzipHead(file: InputFile, bytes: number): Promise<Uint8Array> {
  const head = new Uint8Array(bytes);
  let filled = 0;
  await gunzip(file, (part) => {
    const used = part.subarray(0, bytes - filled);
    head.set(used, filled);
    filled += used.length;
    return filled < bytes;
  });
  return head.subarray(0, filled);
}

/** The beginning of what a gzip file holds, from the beginning of the file; empty where that cannot be unpacked. */
export function peekGzip(head: Uint8Array): Uint8Array {
  const start = headerBytes(head);
  if (start === null) return new Uint8Array(0);
  try {
    return inflateRawSync(head.subarray(start, start + LOOKED_AT), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array(0);
  }
}
