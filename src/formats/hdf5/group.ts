import { visitBtree2 } from './btree2.js';
import { Cursor, UNDEFINED } from './cursor.js';
import { openFractalHeap } from './fractalheap.js';
import { MESSAGE, type Message } from './header.js';
import { type LocalHeap, openLocalHeap } from './heap.js';
import type { Hdf5File } from './superblock.js';

/** An entry of a group. `soft` leads to a path of the same file, `external` to a path of another one. */
export type Link =
  | { readonly kind: 'hard'; readonly name: string; readonly address: number }
  | { readonly kind: 'soft'; readonly name: string; readonly target: string }
  | { readonly kind: 'external'; readonly name: string; readonly file: string; readonly target: string }
  | { readonly kind: 'user'; readonly name: string };

/** Links listed of one group at most. */
const MAX_LINKS = 2 ** 20;
const LINK_BY_NAME = 5;

/** Reads a link message. @throws SourceError when it is damaged */
function readLink(cursor: Cursor): Link {
  if (cursor.u8() !== 1) throw cursor.fail('a link of unknown version');
  const flags = cursor.u8();
  const type = (flags & 8) !== 0 ? cursor.u8() : 0;
  if ((flags & 4) !== 0) cursor.skip(8);
  if ((flags & 16) !== 0) cursor.skip(1);
  const name = cursor.text(cursor.uint(1 << (flags & 3)));
  if (type === 0) return { kind: 'hard', name, address: cursor.address() };
  const value = cursor.slice(cursor.u16());
  if (type === 1) return { kind: 'soft', name, target: value.text(value.remaining) };
  if (type !== 64) return { kind: 'user', name };
  value.skip(1);
  return { kind: 'external', name, file: value.zeroTerminated(), target: value.text(value.remaining) };
}

/** True when the messages describe a group. */
export function isGroup(messages: readonly Message[]): boolean {
  return messages.some((m) => m.type === MESSAGE.symbolTable || m.type === MESSAGE.linkInfo || m.type === MESSAGE.link);
}

function readSymbolNode(file: Hdf5File, address: number, heap: LocalHeap, links: Link[]): void {
  const head = Cursor.at(file, address, 8);
  head.expect('SNOD');
  head.skip(2);
  const count = head.u16();
  const entryBytes = 2 * file.offsetBytes + 24;
  const entries = Cursor.at(file, address + 8, count * entryBytes);
  for (let i = 0; i < count; i++) {
    const entry = entries.slice(entryBytes);
    const name = heap.text(entry.uint(file.offsetBytes));
    const header = entry.address();
    const cache = entry.u32();
    entry.skip(4);
    if (cache === 2) links.push({ kind: 'soft', name, target: heap.text(entry.u32()) });
    else links.push({ kind: 'hard', name, address: header });
    if (links.length > MAX_LINKS) throw head.fail('a group with too many links');
  }
}

function readSymbolTree(file: Hdf5File, root: number, heap: LocalHeap, links: Link[]): void {
  const waiting = [root];
  const seen = new Set<number>();
  for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) {
    const headBytes = 8 + 2 * file.offsetBytes;
    const head = Cursor.at(file, address, headBytes);
    if (seen.has(address)) throw head.fail('a group index that contains itself');
    seen.add(address);
    head.expect('TREE');
    if (head.u8() !== 0) throw head.fail('a group index of the wrong kind');
    const level = head.u8();
    const count = head.u16();
    const body = Cursor.at(file, address + headBytes, count * (file.lengthBytes + file.offsetBytes));
    for (let i = 0; i < count; i++) {
      body.length();
      const child = body.address();
      if (level > 0) waiting.push(child);
      else readSymbolNode(file, child, heap, links);
    }
  }
}

function readDenseLinks(file: Hdf5File, info: Cursor, links: Link[]): void {
  info.skip(1);
  if ((info.u8() & 1) !== 0) info.skip(8);
  const heapAddress = info.address();
  const index = info.address();
  if (heapAddress === UNDEFINED || index === UNDEFINED) return;
  const heap = openFractalHeap(file, heapAddress);
  visitBtree2(file, index, LINK_BY_NAME, (view, at, bytes) => {
    const id = new Uint8Array(view.buffer, view.byteOffset + at + 4, Math.max(1, bytes - 4)).slice();
    links.push(readLink(heap.object(id)));
    if (links.length > MAX_LINKS) throw info.fail('a group with too many links');
  });
}

/** All links of a group, old or new style, sorted by name. @throws SourceError when the group is damaged */
export function readLinks(file: Hdf5File, messages: readonly Message[]): Link[] {
  const links: Link[] = [];
  for (const message of messages) {
    if (message.type === MESSAGE.link) links.push(readLink(message.open()));
    else if (message.type === MESSAGE.linkInfo) readDenseLinks(file, message.open(), links);
    else if (message.type === MESSAGE.symbolTable) {
      const table = message.open();
      const tree = table.address();
      readSymbolTree(file, tree, openLocalHeap(file, table.address()), links);
    }
  }
  return links.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
