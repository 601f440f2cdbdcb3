import { SourceError } from '../core/errors.js';
import type { InputFile } from '../io/file.js';

/** One member of a ZIP archive. */
export interface ZipMember {
  readonly name: string;
  readonly compression: 'stored' | 'deflate' | 'other';
  /** Stored bytes, and bytes after decoding. */
  readonly stored: number;
  readonly size: number;
  readonly crc32: number;
  /** Byte offset of the member's own header. */
  readonly header: number;
}

const END_BYTES = 22;
const LONGEST_COMMENT = 65535;
const END_SIGNATURE = 0x06054b50;
const LOCATOR_SIGNATURE = 0x07064b50;
const MEMBER_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const DIRECTORY_LIMIT = 64 * 2 ** 20;

function bad(file: InputFile, why: string): SourceError {
  return new SourceError('bad-zip', `${file.path} is not a readable ZIP archive (.npz): ${why}.`, { path: file.path });
}

function viewAt(file: InputFile, position: number, length: number): DataView {
  const bytes = new Uint8Array(length);
  file.read(bytes, position);
  return new DataView(bytes.buffer);
}

const big = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

/** Where the central directory lies; archives of more than 4 GiB keep that in a second record. */
function findDirectory(file: InputFile): { offset: number; size: number; count: number } {
  const tailBytes = Math.min(file.size, END_BYTES + LONGEST_COMMENT);
  const tail = viewAt(file, file.size - tailBytes, tailBytes);
  for (let at = tailBytes - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END_SIGNATURE) continue;
    const found = {
      count: tail.getUint16(at + 10, true),
      size: tail.getUint32(at + 12, true),
      offset: tail.getUint32(at + 16, true),
    };
    if (at < 20 || tail.getUint32(at - 20, true) !== LOCATOR_SIGNATURE) return found;
    const second = big(tail, at - 12);
    if (second + 56 > file.size) throw bad(file, 'its 64-bit directory lies outside the file');
    const wide = viewAt(file, second, 56);
    return { count: big(wide, 32), size: big(wide, 40), offset: big(wide, 48) };
  }
  throw bad(file, 'it has no directory at its end, so it may be truncated');
}

/** The 64-bit field that stands for a 32-bit one set to all ones. */
function wideFields(view: DataView, at: number, length: number, narrow: readonly number[]): number[] {
  for (let field = at; field + 4 <= at + length; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    const end = Math.min(at + length, field + 4 + view.getUint16(field + 2, true));
    let next = field + 4;
    return narrow.map((value) => {
      if (value !== 0xffffffff || next + 8 > end) return value;
      next += 8;
      return big(view, next - 8);
    });
  }
  return [...narrow];
}

/** Lists the members of an archive. @throws SourceError when it is none, or is damaged */
export function readZipDirectory(file: InputFile): ZipMember[] {
  const { offset, size, count } = findDirectory(file);
  if (size > DIRECTORY_LIMIT || offset + size > file.size) throw bad(file, 'its directory lies outside the file');
  const view = viewAt(file, offset, size);
  const members: ZipMember[] = [];
  for (let at = 0, i = 0; i < count; i++) {
    if (at + 46 > size || view.getUint32(at, true) !== MEMBER_SIGNATURE) throw bad(file, `member ${i} is damaged`);
    const [nameBytes, extraBytes] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)];
    const next = at + 46 + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (next > size) throw bad(file, `member ${i} is damaged`);
    const narrow = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
    const [full = 0, stored = 0, header = 0] = wideFields(view, at + 46 + nameBytes, extraBytes, narrow);
    const method = view.getUint16(at + 10, true);
    members.push({
      name: new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, nameBytes)),
      compression: method === 0 ? 'stored' : method === 8 ? 'deflate' : 'other',
      stored,
      size: full,
      crc32: view.getUint32(at + 16, true),
      header,
    });
    at = next;
  }
  return members;
}

/** Byte offset of a member's data. @throws SourceError when it does not lie inside the file */
export function memberData(file: InputFile, member: ZipMember): number {
  if (member.header + 30 > file.size) throw bad(file, `${member.name} lies outside the file`);
  const view = viewAt(file, member.header, 30);
  if (view.getUint32(0, true) !== LOCAL_SIGNATURE) throw bad(file, `${member.name} has no header of its own`);
  const data = member.header + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  if (data + member.stored > file.size) throw bad(file, `${member.name} is truncated`);
  return data;
}
