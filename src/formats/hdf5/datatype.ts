import { describeStored, type StoredType } from '../../core/dtype.js';
import type { Cursor } from './cursor.js';
import { MESSAGE, openShared } from './header.js';
import type { Hdf5File } from './superblock.js';

/** What the elements of a data set or attribute are. `bytes` is the size of one element in the file. */
export type Datatype =
  | { readonly kind: 'number'; readonly bytes: number; readonly stored: StoredType }
  | { readonly kind: 'string'; readonly bytes: number; readonly variable: boolean }
  | { readonly kind: 'other'; readonly bytes: number; readonly label: string };

const LABELS = [
  'integer',
  'float',
  'time',
  'string',
  'bitfield',
  'opaque',
  'compound',
  'reference',
  'enum',
  'variable-length',
  'array',
  'complex',
] as const;

/** Sign bit, exponent and mantissa sizes of the IEEE formats, as HDF5 writes them. */
const IEEE: Readonly<Record<number, readonly [number, number]>> = { 2: [5, 10], 4: [8, 23], 8: [11, 52] };

function isElementSize(bytes: number): bytes is 1 | 2 | 4 | 8 {
  return bytes === 1 || bytes === 2 || bytes === 4 || bytes === 8;
}

function number(kind: StoredType['kind'], bytes: 1 | 2 | 4 | 8, big: boolean): Datatype {
  return { kind: 'number', bytes, stored: { kind, bytes, order: big && bytes > 1 ? 'big' : 'little' } };
}

function readInteger(cursor: Cursor, bits: number, bytes: number, signed: boolean): Datatype {
  const offset = cursor.u16();
  const precision = cursor.u16();
  if (!isElementSize(bytes) || offset !== 0 || precision !== bytes * 8) {
    return { kind: 'other', bytes, label: `${precision}-bit integer in ${bytes} bytes` };
  }
  return number(signed ? 'i' : 'u', bytes, (bits & 1) !== 0);
}

function readFloat(cursor: Cursor, bits: number, bytes: number): Datatype {
  cursor.skip(2);
  const precision = cursor.u16();
  cursor.skip(1);
  const exponent = cursor.u8();
  cursor.skip(1);
  const mantissa = cursor.u8();
  const ieee = IEEE[bytes];
  if (
    !isElementSize(bytes) ||
    ieee === undefined ||
    ieee[0] !== exponent ||
    ieee[1] !== mantissa ||
    (bits & 0x40) !== 0
  ) {
    return { kind: 'other', bytes, label: `${precision}-bit float` };
  }
  return number('f', bytes, (bits & 1) !== 0);
}

/** An enumeration counts as its base integer; FALSE = 0, TRUE = 1 in one byte is how h5py keeps booleans. */
function readEnum(cursor: Cursor, file: Hdf5File, version: number, members: number, depth: number): Datatype {
  const base = parse(cursor, file, depth + 1);
  if (base.kind !== 'number' || members !== 2 || base.bytes !== 1) return base;
  const names: string[] = [];
  for (let i = 0; i < members; i++) {
    const from = cursor.position;
    names.push(cursor.zeroTerminated());
    if (version < 3) cursor.skip((8 - ((cursor.position - from) % 8)) % 8);
  }
  const values = [cursor.u8(), cursor.u8()];
  const asBoolean = names.map((name, i) => `${name.toUpperCase()}=${values[i]}`).sort();
  return asBoolean.join() === 'FALSE=0,TRUE=1' ? number('b', 1, false) : base;
}

function parse(cursor: Cursor, file: Hdf5File, depth: number): Datatype {
  if (depth > 8) throw cursor.fail('a datatype nested too deeply');
  const head = cursor.u8();
  const bits = cursor.uint(3);
  const bytes = cursor.u32();
  const version = head >> 4;
  const type = head & 15;
  if (bytes < 1 || version < 1) throw cursor.fail('an impossible datatype');
  const label = LABELS[type] ?? `datatype class ${type}`;
  switch (label) {
    case 'integer':
      return readInteger(cursor, bits, bytes, (bits & 8) !== 0);
    case 'bitfield':
      return readInteger(cursor, bits, bytes, false);
    case 'float':
      return readFloat(cursor, bits, bytes);
    case 'string':
      return { kind: 'string', bytes, variable: false };
    case 'enum':
      return readEnum(cursor, file, version, bits & 0xffff, depth);
    case 'variable-length':
      return (bits & 15) === 1 ? { kind: 'string', bytes, variable: true } : { kind: 'other', bytes, label };
    default:
      return { kind: 'other', bytes, label };
  }
}

/** Reads a datatype message. @throws SourceError when it is damaged */
export function readDatatype(cursor: Cursor, file: Hdf5File, shared = false): Datatype {
  return parse(shared ? openShared(cursor, file, MESSAGE.datatype) : cursor, file, 0);
}

/** `uint16`, `float32 (big-endian)`, `string`, `compound`. */
export function describeDatatype(type: Datatype): string {
  if (type.kind === 'number') return describeStored(type.stored);
  return type.kind === 'string' ? 'string' : type.label;
}
