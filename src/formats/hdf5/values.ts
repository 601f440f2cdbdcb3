import type { StoredType } from '../../core/dtype.js';

/** A half-precision number, by its bits (IEEE 754 binary16). */
function halfFloat(bits: number): number {
  const sign = bits >> 15 === 1 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Element `index` of stored bytes as a number; 64-bit integers beyond 2^53 are rounded. */
export function elementAt(bytes: Uint8Array, type: StoredType, index: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = index * type.bytes;
  const little = type.order === 'little';
  if (type.kind === 'f') {
    if (type.bytes === 2) return halfFloat(view.getUint16(at, little));
    return type.bytes === 4 ? view.getFloat32(at, little) : view.getFloat64(at, little);
  }
  const signed = type.kind === 'i';
  switch (type.bytes) {
    case 1:
      return signed ? view.getInt8(at) : view.getUint8(at);
    case 2:
      return signed ? view.getInt16(at, little) : view.getUint16(at, little);
    case 4:
      return signed ? view.getInt32(at, little) : view.getUint32(at, little);
    case 8:
      return Number(signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little));
  }
}
