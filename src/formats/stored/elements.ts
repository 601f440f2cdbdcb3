import { makeByteSwap } from '../../codecs/byteswap.js';
import type { Arena } from '../../core/arena.js';
import {
  type Dtype,
  dtypeOf,
  type NumericArray,
  needsWidening,
  type Scale,
  type StoredType,
  viewOf,
} from '../../core/dtype.js';

/** Value of a half-precision float, IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

/** Turns decoded bytes, native order already, into the dtype operators see. 64-bit integers are exact to 2^53. */
function widen(stored: StoredType, bytes: Uint8Array, into: NumericArray): void {
  const count = into.length;
  if (stored.kind === 'f') {
    const half = new Uint16Array(bytes.buffer, bytes.byteOffset, count);
    for (let i = 0; i < count; i++) into[i] = halfToNumber(half[i] ?? 0);
    return;
  }
  const type = (stored.kind === 'u' ? BigUint64Array : BigInt64Array) as new (
    buffer: ArrayBufferLike,
    offset: number,
    length: number,
  ) => BigInt64Array | BigUint64Array;
  const wide = new type(bytes.buffer, bytes.byteOffset, count);
  for (let i = 0; i < count; i++) into[i] = Number(wide[i]);
}

/** What stored numbers mean, worked out in float64. `into` may be `values`. */
function rescale(
  values: NumericArray,
  { slope, intercept }: Scale,
  into: NumericArray,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) into[i] = slope * (values[i] ?? 0) + intercept;
}

/**
 * The last step of reading: decoded bytes, in place, become native elements of the stack's dtype.
 *
 * @param scales of each frame in the bytes, instead of the one of the stored type
 */
export type ElementStep = (bytes: Uint8Array, scales?: readonly Scale[]) => NumericArray;

/**
 * @param elements most elements converted at once
 * @returns a step that swaps bytes in place when the file is big-endian, widens 64-bit integers and half floats and works
 *   out scaled numbers into a block of its own, and is a mere view otherwise. The bytes must be aligned to their element.
 */
export function makeElementStep(
  stored: StoredType,
  elements: number,
  arena: Arena,
  kernel: 'wasm' | 'ts',
): ElementStep {
  const dtype: Dtype = dtypeOf(stored);
  const { scale, ...plain } = stored;
  const { bytes: size } = plain;
  const swap = stored.order === 'big' && size !== 1 ? makeByteSwap(size, arena.memory, kernel) : null;
  const wide = needsWidening(stored) ? arena.array(dtype, elements) : null;
  return (bytes, scales = scale ? [scale] : []) => {
    swap?.(bytes);
    const count = bytes.byteLength / stored.bytes;
    if (!wide) return viewOf(dtype, bytes.buffer, bytes.byteOffset, count);
    const into = wide.subarray(0, count);
    const isWidened = needsWidening(plain);
    if (isWidened) widen(plain, bytes, into);
    const values = isWidened ? into : viewOf(dtypeOf(plain), bytes.buffer, bytes.byteOffset, count);
    const share = count / scales.length;
    for (const [k, own] of scales.entries()) rescale(values, own, into, k * share, (k + 1) * share);
    return into;
  };
}
