/** Longest code word DEFLATE allows, in bits. */
const LONGEST = 15;

/** A prefix code as one table: the next `bits` bits of the stream index `symbol << 4 | length`; 0 is no code word. */
export interface HuffmanTable {
  readonly bits: number;
  readonly entries: Uint16Array;
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let i = 0; i < length; i++) result |= ((code >> i) & 1) << (length - 1 - i);
  return result;
}

/**
 * The canonical code of the given lengths (RFC 1951, section 3.2.2).
 * @param mayBeIncomplete accepts, as zlib does, a single code word of one bit, or none
 * @returns null when the lengths form no code: over-subscribed or incomplete
 */
export function huffmanTable(lengths: Uint8Array, mayBeIncomplete: boolean): HuffmanTable | null {
  const counts = new Uint16Array(LONGEST + 1);
  for (const length of lengths) if (length) counts[length] = (counts[length] ?? 0) + 1;
  const next = new Uint32Array(LONGEST + 2);
  let bits = 1;
  let left = 1;
  for (let length = 1; length <= LONGEST; length++) {
    const count = counts[length] ?? 0;
    left = left * 2 - count;
    if (left < 0) return null;
    if (count) bits = length;
    next[length + 1] = ((next[length] ?? 0) + count) << 1;
  }
  if (left > 0 && (!mayBeIncomplete || bits > 1)) return null;
  const entries = new Uint16Array(1 << bits);
  for (const [symbol, length] of lengths.entries()) {
    if (!length) continue;
    const code = next[length] ?? 0;
    next[length] = code + 1;
    for (let i = reversed(code, length); i < entries.length; i += 1 << length) entries[i] = (symbol << 4) | length;
  }
  return { bits, entries };
}
