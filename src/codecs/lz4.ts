/** What can be wrong with LZ4 data; the kernel's code -1 - i stands for entry i. */
export const LZ4_FAILURES = [
  'input ends too early',
  'offset too far back',
  'more output than expected',
  'a block does not decode to its size',
  'impossible block size',
] as const;
export type Lz4Failure = (typeof LZ4_FAILURES)[number];

/** How decoding ended: the failure, null when there is none, and the bytes decoded before it or before its block. */
export interface Decoded {
  readonly failure: Lz4Failure | null;
  readonly decoded: number;
}

/** Ends decoding from within; never leaves this folder's decoders. */
class Stop extends Error {
  readonly failure: Lz4Failure;
  constructor(failure: Lz4Failure) {
    super(failure);
    this.failure = failure;
  }
}

/** Runs a decoder of `progress.decoded` bytes and tells how it ended. */
export function ended(run: (progress: { decoded: number }) => void): Decoded {
  const progress = { decoded: 0 };
  try {
    run(progress);
  } catch (error) {
    if (error instanceof Stop) return { failure: error.failure, decoded: progress.decoded };
    throw error;
  }
  return { failure: null, decoded: progress.decoded };
}

/** Ends decoding with a failure. */
export function stop(failure: Lz4Failure): never {
  throw new Stop(failure);
}

/** Goes through bytes from the front; ends decoding when there are no more. */
export class ByteReader {
  readonly #input: Uint8Array;
  #at = 0;

  constructor(input: Uint8Array) {
    this.#input = input;
  }

  get left(): number {
    return this.#input.length - this.#at;
  }

  take(count: number): Uint8Array {
    if (count > this.left) stop('input ends too early');
    this.#at += count;
    return this.#input.subarray(this.#at - count, this.#at);
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  /** A big-endian number of `bytes` bytes; exact below 2^53. */
  bigEndian(bytes: number): number {
    return this.take(bytes).reduce((value, byte) => value * 256 + byte, 0);
  }
}

/** A length whose first four bits are `nibble`: 15 goes on over bytes as long as they are 255. */
function lengthOf(nibble: number, reader: ByteReader): number {
  let length = nibble;
  if (nibble === 15) {
    for (let more = 255; more === 255; length += more) more = reader.byte();
  }
  return length;
}

/** Decodes one LZ4 block into `output`, which may be longer; returns the decoded bytes or stops. */
export function decodeSequences(input: Uint8Array, output: Uint8Array): number {
  const reader = new ByteReader(input);
  for (let decoded = 0; ; ) {
    const token = reader.byte();
    const literals = reader.take(lengthOf(token >> 4, reader));
    if (literals.length > output.length - decoded) stop('more output than expected');
    output.set(literals, decoded);
    decoded += literals.length;
    if (reader.left === 0) return decoded;
    const [low = 0, high = 0] = reader.take(2);
    const distance = low | (high << 8);
    if (distance === 0 || distance > decoded) stop('offset too far back');
    const length = lengthOf(token & 15, reader) + 4;
    if (length > output.length - decoded) stop('more output than expected');
    for (const end = decoded + length; decoded < end; decoded++) output[decoded] = output[decoded - distance] ?? 0;
  }
}

/**
 * Decodes one LZ4 block (LZ4 Block Format Description) into `output`, which may be longer. The plain reference of the
 * WebAssembly kernel.
 */
export function decodeBlock(input: Uint8Array, output: Uint8Array): Decoded {
  return ended((progress) => {
    progress.decoded = decodeSequences(input, output);
  });
}

/**
 * Decodes a chunk of the HDF5 filter 32004 into `output`, which may be longer: u64 total, u32 bytes of a block, then each
 * block behind its u32 length, all big-endian; a block as long as what it decodes to is stored as it is.
 */
export function decodeHdf5(input: Uint8Array, output: Uint8Array): Decoded {
  return ended((progress) => {
    const reader = new ByteReader(input);
    if (reader.left < 12) stop('input ends too early');
    const total = reader.bigEndian(8);
    const block = reader.bigEndian(4);
    if (total > output.length) stop('more output than expected');
    if (block === 0 && total > 0) stop('impossible block size');
    while (progress.decoded < total) {
      const stored = reader.take(reader.bigEndian(4));
      const target = output.subarray(progress.decoded, Math.min(total, progress.decoded + block));
      if (stored.length === target.length) target.set(stored);
      else if (decodeSequences(stored, target) !== target.length) stop('a block does not decode to its size');
      progress.decoded += target.length;
    }
  });
}
