import { UsageError } from './errors.js';

/** The element types that reach an operator; 64-bit integers and half floats are widened to these while decoding. */
export const DTYPES = {
  uint8: { bytes: 1, array: Uint8Array },
  int8: { bytes: 1, array: Int8Array },
  uint16: { bytes: 2, array: Uint16Array },
  int16: { bytes: 2, array: Int16Array },
  uint32: { bytes: 4, array: Uint32Array },
  int32: { bytes: 4, array: Int32Array },
  float32: { bytes: 4, array: Float32Array },
  float64: { bytes: 8, array: Float64Array },
} as const;

/** Name of an element type, as NumPy spells it. */
export type Dtype = keyof typeof DTYPES;

/** A typed array of any dtype, over ordinary or shared memory. */
export type NumericArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** What stored numbers mean: slope x stored + intercept. */
export interface Scale {
  readonly slope: number;
  readonly intercept: number;
}

/** The scale of numbers that mean themselves. */
export const AS_STORED: Scale = { slope: 1, intercept: 0 };

/** How elements lie on disk. `b` is a boolean stored in one byte; an 8-byte integer or a 2-byte float is widened. */
export interface StoredType {
  readonly kind: 'u' | 'i' | 'f' | 'b';
  readonly bytes: 1 | 2 | 4 | 8;
  readonly order: 'little' | 'big';
  /** Absent: the numbers mean themselves. */
  readonly scale?: Scale;
}

/**
 * The dtype an operator sees for a stored type: uint64 and int64 become float64, float16 float32, bool uint8. Scaled
 * integers of 8 and 16 bits become float32, of more float64.
 */
export function dtypeOf(stored: StoredType): Dtype {
  if (stored.scale && stored.kind !== 'f') return stored.bytes < 4 ? 'float32' : 'float64';
  switch (stored.kind) {
    case 'b':
      return 'uint8';
    case 'f':
      return stored.bytes === 8 ? 'float64' : 'float32';
    case 'u':
      return stored.bytes === 8 ? 'float64' : stored.bytes === 4 ? 'uint32' : stored.bytes === 2 ? 'uint16' : 'uint8';
    case 'i':
      return stored.bytes === 8 ? 'float64' : stored.bytes === 4 ? 'int32' : stored.bytes === 2 ? 'int16' : 'int8';
  }
}

/** The little-endian stored type of a dtype: what fanfold itself writes. */
export function storedAs(dtype: Dtype): StoredType {
  const kind = dtype.startsWith('u') ? 'u' : dtype.startsWith('i') ? 'i' : 'f';
  return { kind, bytes: DTYPES[dtype].bytes, order: 'little' };
}

/** True when the bytes on disk must be converted element by element (64-bit integers, half floats, scaled numbers). */
export function needsWidening(stored: StoredType): boolean {
  if (stored.scale) return true;
  return stored.kind === 'f' ? stored.bytes === 2 : stored.bytes === 8;
}

/** Name of a stored type, such as `uint16`, `float32 (big-endian)` or `int16 scaled by 0.5 x + 3`. */
export function describeStored(stored: StoredType): string {
  const word = { u: 'uint', i: 'int', f: 'float', b: 'bool' }[stored.kind];
  const name = stored.kind === 'b' ? word : `${word}${stored.bytes * 8}`;
  const ordered = stored.order === 'big' && stored.bytes > 1 ? `${name} (big-endian)` : name;
  return stored.scale ? `${ordered} scaled by ${stored.scale.slope} x + ${stored.scale.intercept}` : ordered;
}

/** NumPy's type string of a stored type, such as `<u2`. */
export function numpyType(stored: StoredType): string {
  const mark = stored.bytes === 1 ? '|' : stored.order === 'big' ? '>' : '<';
  return `${mark}${stored.kind}${stored.bytes}`;
}

export function isInteger(dtype: Dtype): boolean {
  return !dtype.startsWith('float');
}

/** Smallest and largest value of an integer dtype; infinities for floats. */
export function dtypeRange(dtype: Dtype): readonly [number, number] {
  if (!isInteger(dtype)) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const bits = DTYPES[dtype].bytes * 8;
  return dtype.startsWith('u') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

/** A typed array over part of a buffer. */
export function viewOf(dtype: Dtype, buffer: ArrayBufferLike, byteOffset: number, length: number): NumericArray {
  const type = DTYPES[dtype].array as new (b: ArrayBufferLike, o: number, n: number) => NumericArray;
  return new type(buffer, byteOffset, length);
}

/** A zeroed typed array, on shared memory when asked. */
export function allocate(dtype: Dtype, length: number, shared = false): NumericArray {
  const bytes = length * DTYPES[dtype].bytes;
  return viewOf(dtype, shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes), 0, length);
}

/** The dtype of a typed array. @throws UsageError for anything else that a program without types may hand over */
export function dtypeOfArray(array: NumericArray): Dtype {
  for (const [name, { array: type }] of Object.entries(DTYPES)) if (array instanceof type) return name as Dtype;
  const given = Object.prototype.toString.call(array).slice(8, -1);
  const known = Object.keys(DTYPES).join(', ');
  throw new UsageError('not-numeric', `Data must be a typed array of ${known}, not ${given}.`);
}
