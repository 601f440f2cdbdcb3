import type { StoredType } from '../../../core/dtype.js';
import type { FrameCodec } from '../../../core/sink.js';
import { ByteWriter } from '../../byte-writer.js';
import type { ArrayNode } from './tree.js';

// Layouts of these messages: HDF5 File Format Specification, version 3.0, section IV.A.2.

/** Number of a header message kind. */
export const MESSAGE = {
  dataspace: 0x01,
  datatype: 0x03,
  fillValue: 0x05,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  symbolTable: 0x11,
} as const;

export interface Message {
  readonly type: number;
  readonly body: Uint8Array;
}

/** Dataspace, version 1; an empty shape is a scalar. */
export function dataspace(shape: readonly number[]): Uint8Array {
  const out = new ByteWriter().u8(1, shape.length, 0, 0).u32(0);
  for (const extent of shape) out.u64(extent);
  return out.done();
}

/** Mantissa bits and exponent bits of IEEE 754 formats by their bytes. */
const FLOATS: Readonly<Record<number, readonly [mantissa: number, exponent: number]>> = {
  2: [10, 5],
  4: [23, 8],
  8: [52, 11],
};

/** Datatype of numbers, version 1. A boolean is the enumeration FALSE = 0, TRUE = 1 that h5py uses. */
export function datatype(stored: StoredType): Uint8Array {
  const out = new ByteWriter();
  const bigEndian = stored.order === 'big' ? 1 : 0;
  if (stored.kind === 'b') {
    out
      .u8(0x18, 2, 0, 0)
      .u32(1)
      .bytes(datatype({ kind: 'i', bytes: 1, order: 'little' }));
    return out.ascii('FALSE\0\0\0TRUE\0\0\0\0').u8(0, 1).done();
  }
  if (stored.kind !== 'f') {
    const signed = stored.kind === 'i' ? 8 : 0;
    out.u8(0x10, bigEndian | signed, 0, 0).u32(stored.bytes);
    return out
      .u16(0)
      .u16(stored.bytes * 8)
      .done();
  }
  const [mantissa, exponent] = FLOATS[stored.bytes] ?? [23, 8];
  out
    .u8(0x11, 0x20 | bigEndian, stored.bytes * 8 - 1, 0)
    .u32(stored.bytes)
    .u16(0)
    .u16(stored.bytes * 8);
  return out
    .u8(mantissa, exponent, 0, mantissa)
    .u32(2 ** (exponent - 1) - 1)
    .done();
}

/** Variable-length UTF-8 text, 16 bytes an element: length, heap address, object number. */
export function textDatatype(): Uint8Array {
  const out = new ByteWriter().u8(0x19, 0x01, 0x01, 0x00).u32(16);
  return out.bytes(datatype({ kind: 'u', bytes: 1, order: 'little' })).done();
}

/** Fill value, version 2: zeros. Contiguous space is taken late, chunks one by one. */
export function fillValue(chunked: boolean): Uint8Array {
  return new ByteWriter()
    .u8(2, chunked ? 3 : 2, 2, 1)
    .u32(0)
    .done();
}

/** Layout, version 3, of elements in one piece. */
export function contiguousLayout(offset: number, bytes: number): Uint8Array {
  return new ByteWriter().u8(3, 1).u64(offset).u64(bytes).done();
}

/** Layout, version 3. @param index address of the chunk index */
export function layout(node: ArrayNode, index: number): Uint8Array {
  const { placement, type } = node;
  if (placement.kind === 'contiguous') return contiguousLayout(placement.offset, placement.bytes);
  const out = new ByteWriter().u8(3, 2, placement.chunkShape.length + 1).u64(index);
  for (const extent of placement.chunkShape) out.u32(extent);
  return out.u32(type.bytes).done();
}

interface FilterValues {
  readonly id: number;
  /** As the filter's own library calls itself. */
  readonly name: string;
  readonly values: readonly number[];
}

/** Version of bitshuffle whose values these are. */
const BITSHUFFLE_VERSION = [0, 4] as const;

function filterOf(codec: FrameCodec, elementBytes: number): FilterValues {
  if (codec.name === 'gzip') return { id: 1, name: 'deflate', values: [codec.level] };
  if (codec.name === 'zstd') return { id: 32015, name: 'zstd', values: [codec.level] };
  if (codec.name === 'lz4') return { id: 32004, name: 'lz4', values: [0] };
  // Element size, elements of a block (0: bitshuffle's choice), compression (2: LZ4).
  return { id: 32008, name: 'bitshuffle', values: [...BITSHUFFLE_VERSION, elementBytes, 0, 2] };
}

/** Filter pipeline, version 1, of one filter. */
export function filterPipeline(codec: FrameCodec, elementBytes: number): Uint8Array {
  const { id, name, values } = filterOf(codec, elementBytes);
  const nameBytes = Math.ceil((name.length + 1) / 8) * 8;
  const out = new ByteWriter().u8(1, 1).zeros(6);
  out.u16(id).u16(nameBytes).u16(1).u16(values.length);
  out.ascii(name).zeros(nameBytes - name.length);
  for (const value of values) out.u32(value);
  if (values.length % 2 === 1) out.u32(0);
  return out.done();
}

/** Attribute, version 1. */
export function attribute(name: string, type: Uint8Array, shape: readonly number[], data: Uint8Array): Uint8Array {
  const space = dataspace(shape);
  const out = new ByteWriter()
    .u8(1, 0)
    .u16(name.length + 1)
    .u16(type.length)
    .u16(space.length);
  return out.ascii(`${name}\0`).pad(8).bytes(type).pad(8).bytes(space).pad(8).bytes(data).done();
}

/** Object header, version 1. @param links hard links to the object */
export function objectHeader(messages: readonly Message[], links: number): Uint8Array {
  const body = new ByteWriter();
  for (const { type, body: content } of messages) {
    const padded = Math.ceil(content.length / 8) * 8;
    body
      .u16(type)
      .u16(padded)
      .u8(0, 0, 0, 0)
      .bytes(content)
      .zeros(padded - content.length);
  }
  const out = new ByteWriter(body.length + 16).u8(1, 0).u16(messages.length).u32(links).u32(body.length).u32(0);
  return out.bytes(body.done()).done();
}
