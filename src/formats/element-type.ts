import type { StoredType } from '../core/dtype.js';
import { DTYPES, type Dtype, storedAs } from '../core/dtype.js';

const NUMPY = /^([<>|=])?([uifb])([1248])$/;
const NAMED = /^([<>|=])?(bool|u?int(?:8|16|32|64)|float(?:16|32|64))$/;

/** The bytes that exist for each kind: no 1-byte floats, booleans of one byte only. */
function isPossible(kind: string, bytes: number): boolean {
  return kind === 'f' ? bytes > 1 : kind === 'b' ? bytes === 1 : true;
}

/** An element type as NumPy writes it, `<u2` or `uint16` or `>float32`; undefined for anything else. */
export function parseElementType(text: string): StoredType | undefined {
  const short = NUMPY.exec(text);
  const named = NAMED.exec(text);
  const order = (short?.[1] ?? named?.[1]) === '>' ? 'big' : 'little';
  if (short) {
    const [kind, bytes] = [short[2] as StoredType['kind'], Number(short[3]) as StoredType['bytes']];
    return isPossible(kind, bytes) ? { kind, bytes, order } : undefined;
  }
  if (!named?.[2]) return undefined;
  const name = named[2];
  if (name === 'bool') return { kind: 'b', bytes: 1, order };
  if (name in DTYPES) return { ...storedAs(name as Dtype), order };
  if (name === 'float16') return { kind: 'f', bytes: 2, order };
  return { kind: name === 'uint64' ? 'u' : 'i', bytes: 8, order };
}
