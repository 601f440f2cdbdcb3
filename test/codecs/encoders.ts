import { transposeBits } from '../../dist/codecs/bitshuffle-blocks.js';
import { deflate } from '../../dist/codecs/deflate.js';
import { shuffle } from '../../dist/codecs/shuffle.js';

// Simple encoders, so that decoders meet every form of their streams. Matches are the last place with the same 3 bytes.

interface Token {
  readonly start: number;
  readonly literals: number;
  /** 0: literals only. */
  readonly match: number;
  readonly distance: number;
}

interface Limits {
  readonly literals: number;
  readonly least: number;
  readonly match: number;
  readonly distance: number;
}

/** Literals and matches that make up `bytes`. */
function* tokens(
  bytes: Uint8Array,
  { literals, least, match, distance }: Limits,
  end = bytes.length,
): Generator<Token> {
  const seen = new Map<number, number>();
  let start = 0;
  let at = 0;
  const remember = () => {
    const key = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const before = seen.get(key);
    seen.set(key, at);
    return before;
  };
  while (at < end) {
    const before = at + least <= end ? remember() : undefined;
    let size = 0;
    if (before !== undefined && at - before <= distance) {
      while (size < match && at + size < end && bytes[before + size] === bytes[at + size]) size++;
    }
    if (before !== undefined && size >= least) {
      yield { start, literals: at - start, match: size, distance: at - before };
      at += size;
      start = at;
    } else if (++at - start === literals) {
      yield { start, literals, match: 0, distance: 0 };
      start = at;
    }
  }
  if (start < bytes.length) yield { start, literals: bytes.length - start, match: 0, distance: 0 };
}

/** A stream of liblzf. */
export function encodeLzf(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (const { start, literals, match, distance } of tokens(bytes, {
    literals: 32,
    least: 3,
    match: 264,
    distance: 8192,
  })) {
    if (literals > 0) out.push(literals - 1, ...bytes.subarray(start, start + literals));
    if (match === 0) continue;
    const high = (distance - 1) >> 8;
    if (match < 9) out.push(((match - 2) << 5) | high, (distance - 1) & 255);
    else out.push((7 << 5) | high, match - 9, (distance - 1) & 255);
  }
  return Uint8Array.from(out);
}

/** A stream of BloscLZ. */
export function encodeBlosclz(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  const limits = { literals: 32, least: 3, match: 5000, distance: 8191 + 65_536 };
  for (const { start, literals, match, distance } of tokens(bytes, limits)) {
    if (literals > 0) out.push(literals - 1, ...bytes.subarray(start, start + literals));
    if (match === 0) continue;
    const isFar = distance > 8191;
    const rest = isFar ? 8191 : distance - 1;
    out.push((Math.min(7, match - 2) << 5) | (rest >> 8));
    if (match >= 9) {
      let more = match - 9;
      for (; more >= 255; more -= 255) out.push(255);
      out.push(more);
    }
    out.push(rest & 255);
    if (isFar) out.push((distance - 8192) >> 8, (distance - 8192) & 255);
  }
  out[0] = (out[0] ?? 0) | 32;
  return Uint8Array.from(out);
}

/** An LZ4 block: the last 5 bytes are literals, and no match begins in the last 12. */
export function encodeLz4(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  const put = (length: number) => {
    let more = length - 15;
    for (; more >= 255; more -= 255) out.push(255);
    if (more >= 0) out.push(more);
  };
  const limits = { literals: bytes.length, least: 4, match: bytes.length, distance: 65_535 };
  for (const { start, literals, match, distance } of tokens(bytes, limits, Math.max(0, bytes.length - 12))) {
    out.push((Math.min(15, literals) << 4) | (match === 0 ? 0 : Math.min(15, match - 4)));
    put(literals);
    for (const byte of bytes.subarray(start, start + literals)) out.push(byte);
    if (match === 0) continue;
    out.push(distance & 255, distance >> 8);
    put(match - 4);
  }
  return Uint8Array.from(out);
}

export interface BloscOptions {
  readonly compressor: 'blosclz' | 'lz4' | 'zlib';
  readonly filter: 'none' | 'shuffle' | 'bitshuffle';
  readonly elementBytes: number;
  readonly isSplit: boolean;
  readonly isCopied: boolean;
  readonly blockBytes: number;
}

const COMPRESS = { blosclz: encodeBlosclz, lz4: encodeLz4, zlib: (bytes: Uint8Array) => deflate(bytes, 5) };
const FORMATS = { blosclz: 0, lz4: 1, zlib: 3 };

function filtered(block: Uint8Array, { filter, elementBytes }: BloscOptions): Uint8Array {
  if (filter === 'none') return block;
  if (filter === 'shuffle') return shuffle(block, elementBytes);
  const elements = Math.floor(block.length / elementBytes);
  const out = Uint8Array.from(block);
  if (elements > 0 && elements % 8 === 0) {
    transposeBits(block.subarray(0, elements * elementBytes), out, elementBytes);
  }
  return out;
}

/** A chunk of C-Blosc 1, whose blocks lie in the opposite order. */
export function encodeBlosc(bytes: Uint8Array, options: BloscOptions): Uint8Array {
  const { compressor, filter, elementBytes, isSplit, isCopied } = options;
  const most = Math.min(options.blockBytes, bytes.length);
  // Whole elements, unless there is not one.
  const blockBytes = most > elementBytes ? most - (most % elementBytes) : most;
  const blocks = isCopied ? 0 : Math.ceil(bytes.length / blockBytes);
  const flags = (filter === 'shuffle' ? 1 : filter === 'bitshuffle' ? 4 : 0) | (isCopied ? 2 : 0) | (isSplit ? 0 : 16);
  const header = new DataView(new ArrayBuffer(16 + 4 * blocks));
  const parts: Uint8Array[] = [new Uint8Array(header.buffer)];
  let stored = header.byteLength;
  const put = (part: Uint8Array) => {
    parts.push(part);
    stored += part.length;
  };
  if (isCopied) put(bytes);
  for (let block = blocks - 1; block >= 0; block--) {
    header.setUint32(16 + 4 * block, stored, true);
    const raw = filtered(bytes.subarray(block * blockBytes, (block + 1) * blockBytes), options);
    const hasStreams = isSplit && elementBytes <= 16 && Math.floor(raw.length / elementBytes) >= 128;
    const streams = hasStreams && raw.length === blockBytes ? elementBytes : 1;
    for (let stream = 0; stream < streams; stream++) {
      const size = raw.length / streams;
      const part = raw.subarray(stream * size, (stream + 1) * size);
      const smaller = COMPRESS[compressor](part);
      const chosen = smaller.length < size ? smaller : part;
      put(new Uint8Array(Uint32Array.of(chosen.length).buffer));
      put(chosen);
    }
  }
  for (const [at, value] of [2, 1, flags | (FORMATS[compressor] << 5), elementBytes].entries()) {
    header.setUint8(at, value);
  }
  for (const [i, value] of [bytes.length, blockBytes, stored].entries()) header.setUint32(4 + 4 * i, value, true);
  return Buffer.concat(parts);
}

/** Steps as crystallographic binary files store them. */
export function encodeByteOffset(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(15 * values.length));
  let at = 0;
  let before = 0;
  for (const value of values) {
    const step = value - before;
    before = value;
    const fits = (bits: number) => Math.abs(step) < 2 ** (bits - 1);
    view.setInt8(at, fits(8) ? step : -(2 ** 7));
    at += 1;
    if (fits(8)) continue;
    view.setInt16(at, fits(16) ? step : -(2 ** 15), true);
    at += 2;
    if (fits(16)) continue;
    view.setInt32(at, fits(32) ? step : -(2 ** 31), true);
    at += 4;
    if (fits(32)) continue;
    view.setBigInt64(at, BigInt(step), true);
    at += 8;
  }
  return new Uint8Array(view.buffer, 0, at);
}

/** PackBits with runs of 3 and more. */
export function encodePackBits(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let start = 0;
  const flush = (end: number) => {
    for (; start < end; start += 128) {
      const part = bytes.subarray(start, Math.min(end, start + 128));
      out.push(part.length - 1, ...part);
    }
    start = end;
  };
  for (let at = 0; at < bytes.length; ) {
    let run = 1;
    while (run < 128 && at + run < bytes.length && bytes[at + run] === bytes[at]) run++;
    if (run >= 3) {
      flush(at);
      out.push(257 - run, bytes[at] ?? 0);
      start = at + run;
      if (at % 5 === 0) out.push(128);
    }
    at += run;
  }
  flush(bytes.length);
  return Uint8Array.from(out);
}

/** TIFF's LZW; the table is cleared after `clearAfter` new entries, 3837 at most when it must not fill up. */
export function encodeTiffLzw(bytes: Uint8Array, clearAfter = 3836): Uint8Array {
  const out: number[] = [];
  let bits = 0;
  let held = 0;
  let width = 9;
  let table = new Map<string, number>();
  let next = 258;
  const put = (code: number) => {
    bits = (bits << width) | code;
    for (held += width; held >= 8; held -= 8) out.push((bits >> (held - 8)) & 255);
    bits &= (1 << held) - 1;
  };
  const codeOf = (text: string) => (text.length === 1 ? text.charCodeAt(0) : (table.get(text) ?? 0));
  put(256);
  let text = '';
  for (const byte of bytes) {
    const longer = text + String.fromCharCode(byte);
    if (longer.length === 1 || table.has(longer)) {
      text = longer;
      continue;
    }
    put(codeOf(text));
    if (next < 4096) table.set(longer, next++);
    if (next === 2 ** width && width < 12) width++;
    if (next - 258 >= clearAfter) {
      put(256);
      table = new Map();
      next = 258;
      width = 9;
    }
    text = String.fromCharCode(byte);
  }
  if (text !== '') {
    put(codeOf(text));
    if (next < 4096 && ++next === 2 ** width && width < 12) width++;
  }
  put(257);
  if (held > 0) out.push((bits << (8 - held)) & 255);
  return Uint8Array.from(out);
}
