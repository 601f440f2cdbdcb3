import { mapArrays } from '../../layouts/processes/pack.js';

/** Smaller arrays go along with the message that names them. */
const SMALLEST = 4096;

const ALIGNMENT = 64;

const TYPES = {
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;

/** Stands for an array that lies in memory all processes see. */
interface PlacedArray {
  readonly placed: keyof typeof TYPES;
  readonly at: number;
  readonly length: number;
}

const isPlaced = (value: object): value is PlacedArray => 'placed' in value && 'at' in value;

const round = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Its class, which of a Buffer of Node is Uint8Array. */
function typeOf(array: NodeJS.TypedArray): string {
  return Object.entries(TYPES).find(([, type]) => array instanceof type)?.[0] ?? array.constructor.name;
}

/** Bytes that the arrays of plain data take where `placeArrays` puts them. */
export function arrayBytes(value: unknown): number {
  let total = 0;
  mapArrays(value, ({ byteLength }) => {
    if (byteLength >= SMALLEST) total += round(byteLength);
  });
  return total;
}

/** Plain data whose larger arrays are moved into `memory`, from `at` on: they then stand there once for all processes. */
export function placeArrays(value: unknown, memory: Uint8Array, at: number): unknown {
  let next = at;
  return mapArrays(value, (array) => {
    if (array.byteLength < SMALLEST) return array;
    memory.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), next);
    const placed = { placed: typeOf(array), at: next, length: array.length };
    next += round(array.byteLength);
    return placed;
  });
}

/** The same data in another process, its arrays views of `memory`. */
export function findArrays(value: unknown, memory: Uint8Array): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((item) => findArrays(item, memory));
  if (!isPlaced(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, findArrays(item, memory)]));
  const type = TYPES[value.placed] as new (
    buffer: ArrayBufferLike,
    offset: number,
    length: number,
  ) => NodeJS.TypedArray;
  return new type(memory.buffer, memory.byteOffset + value.at, value.length);
}
