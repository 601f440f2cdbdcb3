import { deserialize, serialize } from 'node:v8';

type Convert = (array: NodeJS.TypedArray) => unknown;

/** Rebuilds plain data with every typed array replaced. */
export function mapArrays(value: unknown, convert: Convert): unknown {
  if (ArrayBuffer.isView(value)) return convert(value as NodeJS.TypedArray);
  if (Array.isArray(value)) return value.map((item) => mapArrays(item, convert));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapArrays(item, convert)]));
}

function copyOnto(array: NodeJS.TypedArray, buffer: ArrayBufferLike): unknown {
  const type = array.constructor as new (buffer: ArrayBufferLike) => NodeJS.TypedArray;
  const copy = new type(buffer);
  new Uint8Array(copy.buffer).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return copy;
}

/** Plain data as bytes another process can read. Arrays on shared memory, which no process can send, are copied. */
export function pack(value: unknown): Uint8Array {
  return serialize(
    mapArrays(value, (array) =>
      array.buffer instanceof ArrayBuffer ? array : copyOnto(array, new ArrayBuffer(array.byteLength)),
    ),
  );
}

/**
 * What `pack` made, in the process that received it.
 *
 * @param shared puts the arrays on shared memory again, for the threads of this process
 */
export function unpack(bytes: Uint8Array, shared: boolean): unknown {
  const value: unknown = deserialize(bytes);
  return shared ? mapArrays(value, (array) => copyOnto(array, new SharedArrayBuffer(array.byteLength))) : value;
}
