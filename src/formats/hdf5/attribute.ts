import { SourceError } from '../../core/errors.js';
import { product } from '../../core/stack.js';
import { visitBtree2 } from './btree2.js';
import { type Cursor, UNDEFINED } from './cursor.js';
import { readDataspace } from './dataspace.js';
import { type Datatype, readDatatype } from './datatype.js';
import { openFractalHeap } from './fractalheap.js';
import { MESSAGE, type Message, openShared } from './header.js';
import { globalHeapObject } from './heap.js';
import type { Hdf5File } from './superblock.js';
import { elementAt } from './values.js';

export type Scalar = string | number | boolean;

/** A named value of a group or data set. `value` is null for types that are not numbers or text, and for huge arrays. */
export interface Attribute {
  readonly name: string;
  readonly type: Datatype;
  readonly shape: readonly number[];
  readonly value: Scalar | readonly Scalar[] | null;
}

const MAX_VALUES = 65536;
const MAX_ATTRIBUTES = 65536;
const ATTRIBUTE_BY_NAME = 8;

function readText(cursor: Cursor, file: Hdf5File): string {
  const length = cursor.u32();
  const address = cursor.address();
  const index = cursor.u32();
  if (length === 0 || address === UNDEFINED || index === 0) return '';
  const object = globalHeapObject(file, address, index);
  return object.text(Math.min(length, object.remaining));
}

/** Text without the spaces that fill it up. An expression would take the square of the time for many spaces before a letter. */
function withoutPadding(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ') end--;
  return text.slice(0, end);
}

/** One element at the cursor: a number, a boolean, or text of either kind. */
export function readElement(cursor: Cursor, file: Hdf5File, type: Datatype): Scalar {
  if (type.kind === 'string') {
    return type.variable ? readText(cursor.slice(type.bytes), file) : withoutPadding(cursor.text(type.bytes));
  }
  const bytes = cursor.bytes(type.bytes);
  if (type.kind !== 'number') return '';
  const value = elementAt(bytes, type.stored, 0);
  return type.stored.kind === 'b' ? value !== 0 : value;
}

/** Reads an attribute message (versions 1-3). @throws SourceError when it is damaged */
function readAttribute(cursor: Cursor, file: Hdf5File): Attribute {
  const version = cursor.u8();
  if (version < 1 || version > 3) throw cursor.fail('an attribute of unknown version');
  const flags = version === 1 ? 0 : cursor.u8();
  if (version === 1) cursor.skip(1);
  const sizes = [cursor.u16(), cursor.u16(), cursor.u16()];
  if (version === 3) cursor.skip(1);
  const [nameBytes, typeBytes, spaceBytes] = sizes.map((size) => (version === 1 ? Math.ceil(size / 8) * 8 : size));
  const name = cursor.text(nameBytes ?? 0);
  const type = readDatatype(cursor.slice(typeBytes ?? 0), file, (flags & 1) !== 0);
  const spaceCursor = cursor.slice(spaceBytes ?? 0);
  const space = readDataspace((flags & 2) !== 0 ? openShared(spaceCursor, file, MESSAGE.dataspace) : spaceCursor);
  const count = product(space.shape);
  const { shape } = space;
  if (type.kind === 'other' || space.kind === 'null' || count > MAX_VALUES) return { name, type, shape, value: null };
  const values = Array.from({ length: count }, () => readElement(cursor, file, type));
  return { name, type, shape, value: space.kind === 'scalar' ? (values[0] ?? null) : values };
}

function readDense(file: Hdf5File, info: Cursor, add: (cursor: Cursor) => void): void {
  info.skip(1);
  if ((info.u8() & 1) !== 0) info.skip(2);
  const heapAddress = info.address();
  const index = info.address();
  if (heapAddress === UNDEFINED || index === UNDEFINED) return;
  const heap = openFractalHeap(file, heapAddress);
  visitBtree2(file, index, ATTRIBUTE_BY_NAME, (view, at, bytes) => {
    const shared = bytes > 8 && (view.getUint8(at + 8) & 2) !== 0;
    if (!shared) add(heap.object(new Uint8Array(view.buffer, view.byteOffset + at, Math.min(8, bytes)).slice()));
  });
}

/**
 * Attributes of the object with these messages. One that cannot be read is left out: attributes describe, the data do
 * not depend on them.
 */
export function readAttributes(file: Hdf5File, messages: readonly Message[]): Attribute[] {
  const attributes: Attribute[] = [];
  const attempt = (read: () => void): void => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
    }
  };
  const add = (cursor: Cursor): void => {
    if (attributes.length < MAX_ATTRIBUTES) attempt(() => attributes.push(readAttribute(cursor, file)));
  };
  for (const message of messages) {
    if (message.type === MESSAGE.attribute) attempt(() => add(message.open()));
    if (message.type === MESSAGE.attributeInfo) attempt(() => readDense(file, message.open(), add));
  }
  return attributes;
}

/** Value of one attribute, or null. */
export function attributeValue(file: Hdf5File, messages: readonly Message[], name: string): Attribute['value'] {
  return readAttributes(file, messages).find((attribute) => attribute.name === name)?.value ?? null;
}
