/** No match begins in the last 12 bytes, and the last 5 are literals (LZ4 Block Format Description). */
const LAST_MATCH = 12;
const LAST_LITERALS = 5;

const FARTHEST = 65535;
const TABLE_ENTRIES = 4096;

/** Most bytes that a block of `bytes` bytes is encoded to. */
export function lz4Bound(bytes: number): number {
  return bytes + Math.floor(bytes / 255) + 16;
}

/** Writes sequences one behind the other. */
class SequenceWriter {
  readonly #output: Uint8Array;
  at = 0;

  constructor(output: Uint8Array) {
    this.#output = output;
  }

  #length(length: number): void {
    if (length < 15) return;
    let left = length - 15;
    for (; left >= 255; left -= 255) this.#output[this.at++] = 255;
    this.#output[this.at++] = left;
  }

  /** A token and its literals. @param match bytes of the match behind them beyond 4 */
  literals(bytes: Uint8Array, match: number): void {
    this.#output[this.at++] = (Math.min(bytes.length, 15) << 4) | Math.min(match, 15);
    this.#length(bytes.length);
    this.#output.set(bytes, this.at);
    this.at += bytes.length;
  }

  match(distance: number, match: number): void {
    this.#output[this.at++] = distance & 255;
    this.#output[this.at++] = distance >> 8;
    this.#length(match);
  }
}

/**
 * Encodes one LZ4 block with the first match that a table of hashed bytes offers; longer steps where nothing
 * matches. The plain reference of the WebAssembly encoder: equal bytes.
 * @param output at least `lz4Bound` bytes
 * @returns encoded bytes
 */
export function encodeBlock(input: Uint8Array, output: Uint8Array): number {
  const writer = new SequenceWriter(output);
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  const wordAt = (at: number) => view.getUint32(at, true);
  // Hashing 5 bytes, one more than a match needs, finds the longer matches.
  const slotOf = (at: number) => (Math.imul(wordAt(at), 2654435761) + Math.imul(input[at + 4] ?? 0, 2246822519)) >>> 20;
  const table = new Uint32Array(TABLE_ENTRIES);
  const matchEnd = input.length - LAST_LITERALS;
  let literals = 0;
  let misses = 64;
  for (let at = 1; at <= input.length - LAST_MATCH; ) {
    const word = wordAt(at);
    const slot = slotOf(at);
    let from = table[slot] ?? 0;
    table[slot] = at;
    if (at - from > FARTHEST || wordAt(from) !== word) {
      at += misses++ >> 6;
      continue;
    }
    misses = 64;
    let stop = at + 4;
    while (stop < matchEnd && input[stop] === input[stop - at + from]) stop++;
    while (at > literals && from > 0 && input[at - 1] === input[from - 1]) {
      at--;
      from--;
    }
    const more = stop - at - 4;
    writer.literals(input.subarray(literals, at), more);
    writer.match(at - from, more);
    at = stop;
    literals = at;
    table[slotOf(at - 2)] = at - 2;
  }
  writer.literals(input.subarray(literals), 0);
  return writer.at;
}
