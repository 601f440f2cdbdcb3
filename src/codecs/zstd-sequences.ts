import { BackwardBits } from './zstd-bits.js';
import { ZstdStop } from './zstd-failures.js';
import { type Distribution, FseState, type FseTable, fseRepeat, fseTable, readFseTable } from './zstd-fse.js';

/** How one of the three numbers of a sequence is coded. */
export interface SequenceCode {
  readonly mostBits: number;
  readonly lastSymbol: number;
  readonly predefined: Distribution;
  /** The least number a symbol stands for, and how many bits of the stream are added to it. */
  readonly base: readonly number[];
  readonly extra: readonly number[];
}

/** Each base is the one before and all the values of its extra bits. */
function basesOf(first: number, extra: readonly number[]): number[] {
  let base = first;
  return extra.map((bits) => {
    const own = base;
    base += 2 ** bits;
    return own;
  });
}

const LITERAL_EXTRA = [
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
];
const MATCH_EXTRA = [
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3,
  3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
];
const OFFSET_EXTRA = Array.from({ length: 32 }, (_, code) => code);

/** RFC 8878, section 3.1.1.3.2.1.1, with the distributions of section 3.1.1.3.2.2. */
export const LITERAL_LENGTHS: SequenceCode = {
  mostBits: 9,
  lastSymbol: 35,
  predefined: {
    bits: 6,
    counts: [
      4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
    ],
  },
  base: basesOf(0, LITERAL_EXTRA),
  extra: LITERAL_EXTRA,
};

export const MATCH_LENGTHS: SequenceCode = {
  mostBits: 9,
  lastSymbol: 52,
  predefined: {
    bits: 6,
    counts: [
      1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
      1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
    ],
  },
  base: basesOf(3, MATCH_EXTRA),
  extra: MATCH_EXTRA,
};

export const OFFSETS: SequenceCode = {
  mostBits: 8,
  lastSymbol: 31,
  predefined: {
    bits: 5,
    counts: [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1],
  },
  base: basesOf(1, OFFSET_EXTRA),
  extra: OFFSET_EXTRA,
};

/** The tables of the last block that had sequences, and the last three distances of the frame, the latest first. */
export interface SequenceState {
  literalLengths: FseTable | null;
  offsets: FseTable | null;
  matchLengths: FseTable | null;
  distances: [number, number, number];
}

export function newSequenceState(): SequenceState {
  return { literalLengths: null, offsets: null, matchLengths: null, distances: [1, 4, 8] };
}

/** The table that `mode` asks for, and the bytes that it takes of `bytes`. */
function readTable(code: SequenceCode, mode: number, bytes: Uint8Array, earlier: FseTable | null): [FseTable, number] {
  if (mode === 0) return [fseTable(code.predefined), 0];
  if (mode === 2) return readFseTable(bytes, code.mostBits, code.lastSymbol);
  if (mode === 3 && earlier) return [earlier, 0];
  const [symbol] = bytes;
  if (mode === 3 || symbol === undefined || symbol > code.lastSymbol) throw new ZstdStop('bad FSE table');
  return [fseRepeat(symbol), 1];
}

/** The distance that a stored value stands for (RFC 8878, section 3.1.1.5), noted for later sequences. */
function distanceOf(state: SequenceState, value: number, literals: number): number {
  const [first, second, third] = state.distances;
  const which = value > 3 ? 4 : literals === 0 ? value : value - 1;
  if (which === 0) return first;
  if (which === 1) {
    state.distances = [second, first, third];
    return second;
  }
  const distance = which === 4 ? value - 3 : which === 2 ? third : first - 1;
  state.distances = [distance, first, second];
  return distance;
}

/** Where a frame is decoded to; matches do not reach before `start`. */
export interface FrameOutput {
  readonly bytes: Uint8Array;
  readonly start: number;
  decoded: number;
}

/** Appends bytes. @throws ZstdStop `more output than expected` */
export function append(output: FrameOutput, bytes: Uint8Array): void {
  if (bytes.length > output.bytes.length - output.decoded) throw new ZstdStop('more output than expected');
  output.bytes.set(bytes, output.decoded);
  output.decoded += bytes.length;
}

function copyMatch(output: FrameOutput, distance: number, length: number): void {
  const { bytes, start } = output;
  if (length > bytes.length - output.decoded) throw new ZstdStop('more output than expected');
  if (distance === 0 || distance > output.decoded - start) throw new ZstdStop('distance too far back');
  for (const end = output.decoded + length; output.decoded < end; output.decoded++) {
    bytes[output.decoded] = bytes[output.decoded - distance] ?? 0;
  }
}

/** The number of sequences and the bytes that it takes. */
function readCount(section: Uint8Array): [number, number] {
  const [first, second = 0, third = 0] = section;
  if (first === undefined) throw new ZstdStop('bad sequences');
  if (first < 128) return [first, 1];
  return first < 255 ? [((first - 128) << 8) | second, 2] : [(second | (third << 8)) + 0x7f00, 3];
}

/** Carries out the sequences section of a block (RFC 8878, section 3.1.1.3.2) on its literals. */
export function runSequences(
  section: Uint8Array,
  literals: Uint8Array,
  state: SequenceState,
  output: FrameOutput,
): void {
  const [count, headerBytes] = readCount(section);
  if (count === 0) {
    if (section.length !== headerBytes) throw new ZstdStop('bad sequences');
    append(output, literals);
    return;
  }
  const modes = section[headerBytes];
  if (modes === undefined || (modes & 3) !== 0) throw new ZstdStop('bad sequences');
  let at = headerBytes + 1;
  const tableOf = (code: SequenceCode, shift: number, earlier: FseTable | null) => {
    const [table, used] = readTable(code, (modes >> shift) & 3, section.subarray(at), earlier);
    at += used;
    return table;
  };
  state.literalLengths = tableOf(LITERAL_LENGTHS, 6, state.literalLengths);
  state.offsets = tableOf(OFFSETS, 4, state.offsets);
  state.matchLengths = tableOf(MATCH_LENGTHS, 2, state.matchLengths);

  const reader = new BackwardBits(section.subarray(at), 'bad sequences');
  const literalLengths = new FseState(state.literalLengths, reader);
  const offsets = new FseState(state.offsets, reader);
  const matchLengths = new FseState(state.matchLengths, reader);
  const numberOf = (code: SequenceCode, { symbol }: FseState) =>
    (code.base[symbol] ?? 0) + reader.take(code.extra[symbol] ?? 0);
  let taken = 0;
  for (let i = 0; i < count; i++) {
    const value = numberOf(OFFSETS, offsets);
    const length = numberOf(MATCH_LENGTHS, matchLengths);
    const own = numberOf(LITERAL_LENGTHS, literalLengths);
    if (i < count - 1) {
      literalLengths.advance(reader);
      matchLengths.advance(reader);
      offsets.advance(reader);
    }
    if (reader.left < 0 || own > literals.length - taken) throw new ZstdStop('bad sequences');
    append(output, literals.subarray(taken, taken + own));
    taken += own;
    copyMatch(output, distanceOf(state, value, own), length);
  }
  if (reader.left !== 0) throw new ZstdStop('bad sequences');
  append(output, literals.subarray(taken));
}
