import { unsupported } from './bytes.js';
import { lookup3 } from './checksum.js';
import { Cursor, UNDEFINED } from './cursor.js';
import { openFractalHeap } from './fractalheap.js';
import type { Hdf5File } from './superblock.js';

/** Message types of an object header. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  oldFill: 0x04,
  fill: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  sharedTable: 0x0f,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** One message of an object header: `open` gives a fresh cursor over its body, shared messages followed. */
export interface Message {
  readonly type: number;
  open(): Cursor;
}

const MAX_BLOCKS = 4096;
const MAX_MESSAGES = 2 ** 20;
const MAX_SHARING = 8;

interface Block {
  readonly address: number;
  readonly length: number;
}

/** All messages of the object header at `address`. @throws SourceError when the header is damaged */
export function readHeader(file: Hdf5File, address: number): Message[] {
  return readMessages(file, address, 0);
}

function readMessages(file: Hdf5File, address: number, depth: number): Message[] {
  const messages: Message[] = [];
  const start = Cursor.at(file, address, Math.min(16, file.pages.size - file.base - address));
  const first = start.u8();
  if (first === 1) {
    start.skip(1 + 2 + 4);
    const length = start.u32();
    walkBlocks(file, { address: address + 16, length }, messages, depth, 1, 0);
    return messages;
  }
  const head = Cursor.at(file, address, Math.min(34, file.pages.size - file.base - address));
  head.expect('OHDR');
  if (head.u8() !== 2) throw head.fail('an object header of unknown version');
  const flags = head.u8();
  if ((flags & 0x20) !== 0) head.skip(16);
  if ((flags & 0x10) !== 0) head.skip(4);
  const length = head.uint(1 << (flags & 3));
  const prefix = head.consumed().length;
  walkBlocks(file, { address, length: prefix + length + 4 }, messages, depth, 2, flags, prefix);
  return messages;
}

/** Follows the blocks of one header; each continuation message adds a block. */
function walkBlocks(
  file: Hdf5File,
  first: Block,
  messages: Message[],
  depth: number,
  version: 1 | 2,
  flags: number,
  prefix = 0,
): void {
  const blocks = [first];
  const seen = new Set<number>();
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    const cursor = Cursor.at(file, block.address, block.length);
    if (seen.has(block.address) || blocks.length > MAX_BLOCKS)
      throw cursor.fail('an object header that contains itself');
    seen.add(block.address);
    if (version === 1) {
      readBlock(file, cursor.slice(block.length), blocks, messages, depth, 0, 8);
      continue;
    }
    if (block.length < 8) throw cursor.fail('a header block without room for its checksum');
    cursor.skip(block.length - 4);
    const covered = lookup3(cursor.consumed());
    if (cursor.u32() !== covered) throw cursor.fail('an object header whose checksum does not match');
    const body = Cursor.at(file, block.address, block.length - 4);
    if (i === 0) body.skip(prefix);
    else body.expect('OCHK');
    readBlock(file, body, blocks, messages, depth, flags & 4, 4 + ((flags & 4) !== 0 ? 2 : 0));
  }
}

function readBlock(
  file: Hdf5File,
  cursor: Cursor,
  blocks: Block[],
  messages: Message[],
  depth: number,
  tracked: number,
  prefix: number,
): void {
  while (cursor.remaining >= prefix) {
    const version1 = prefix === 8;
    const type = version1 ? cursor.u16() : cursor.u8();
    const size = cursor.u16();
    const flags = cursor.u8();
    cursor.skip(version1 ? 3 : tracked !== 0 ? 2 : 0);
    if (size > cursor.remaining) throw cursor.fail('a header message that is too long');
    const { position } = cursor;
    const address = position - file.base;
    cursor.skip(size);
    if (messages.length >= MAX_MESSAGES) throw cursor.fail('an object header with too many messages');
    if (type === MESSAGE.continuation) {
      const body = Cursor.at(file, address, size);
      blocks.push({ address: body.address(), length: body.length() });
    } else if ((flags & 2) !== 0) {
      messages.push({ type, open: () => openShared(Cursor.at(file, address, size), file, type, depth) });
    } else {
      messages.push({ type, open: () => Cursor.at(file, address, size) });
    }
  }
}

/** Follows a shared message: committed in another object header, or kept in the file's heap of shared messages. */
export function openShared(cursor: Cursor, file: Hdf5File, type: number, depth = 0): Cursor {
  if (depth > MAX_SHARING) throw cursor.fail('a shared message that refers to itself');
  const version = cursor.u8();
  const kind = cursor.u8();
  if (version === 3 && kind === 1) return sharedHeapMessage(file, type, cursor.bytes(8));
  if (version > 3 || (version < 3 && kind === 1)) throw unsupported(file.path, 'shared messages of an unknown kind');
  if (version === 1) cursor.skip(6);
  const address = cursor.address();
  if (address === UNDEFINED) throw cursor.fail('a shared message without address');
  const found = readMessages(file, address, depth + 1).find((message) => message.type === type);
  if (found === undefined) throw cursor.fail('a shared message that is not there');
  return found.open();
}

export function findMessage(messages: readonly Message[], type: number): Cursor | null {
  return messages.find((message) => message.type === type)?.open() ?? null;
}

/** Body of a message kept in the file-wide heap of shared messages, by its 8-byte heap id. */
function sharedHeapMessage(file: Hdf5File, type: number, id: Uint8Array): Cursor {
  const start = Cursor.at(file, file.root, 0);
  if (file.extension === UNDEFINED) throw start.fail('a shared message in a file that keeps none');
  const message = findMessage(readHeader(file, file.extension), MESSAGE.sharedTable);
  if (message === null) throw start.fail('a shared message in a file that keeps none');
  message.skip(1);
  const address = message.address();
  const indexes = message.u8();
  const entry = 14 + 2 * file.offsetBytes;
  const table = Cursor.at(file, address, 4 + indexes * entry);
  table.expect('SMTB');
  for (let i = 0; i < indexes; i++) {
    table.skip(2);
    const types = table.u16();
    table.skip(10);
    table.address();
    const heap = table.address();
    if (((types >> type) & 1) === 1) return openFractalHeap(file, heap).object(id);
  }
  throw table.fail('a shared message whose index is missing');
}
