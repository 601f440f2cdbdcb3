import { joinParts } from './zstd-bit-writer.js';
import { BLOCK_BYTES } from './zstd-literals.js';
import { encodeLiterals } from './zstd-literals-encode.js';
import { MatchFinder } from './zstd-matches.js';
import { encodeSequences } from './zstd-sequences-encode.js';

/** The magic number, and a descriptor: one segment, the length of the content in 4 bytes, no checksum. */
const FRAME_START = [0x28, 0xb5, 0x2f, 0xfd, 0xa0];
const STORED = 0;
const REPEATED = 1;
const COMPRESSED = 2;

/** The number of the parameter `ZSTD_c_compressionLevel`. */
const LEVEL = 100;

/** What zlib has of Zstandard, from Node 22.15 on. */
interface ZlibWithZstd {
  zstdCompressSync?(
    bytes: Uint8Array,
    options: { readonly params: Readonly<Record<number, number>>; readonly pledgedSrcSize: number },
  ): Uint8Array;
  readonly constants: object;
}

function blockHead(isLast: boolean, kind: number, size: number): Uint8Array {
  const value = (size << 3) | (kind << 1) | (isLast ? 1 : 0);
  return Uint8Array.of(value & 255, (value >> 8) & 255, value >> 16);
}

/**
 * A Zstandard frame of `bytes` that states its length, in one segment and without a checksum. Blocks are parsed with hash
 * chains, literals get a Huffman code and sequences tables of their own where they pay.
 * @param level positions looked at for a match grow with it, 1 to 22
 */
export function encodeZstdFrame(bytes: Uint8Array, level: number): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length, true);
  const parts: Uint8Array[] = [Uint8Array.from(FRAME_START), length];
  if (bytes.length === 0) parts.push(blockHead(true, STORED, 0));
  const finder = new MatchFinder(bytes, 4 * Math.max(1, level));
  let distances: readonly [number, number, number] = [1, 4, 8];
  for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
    const end = Math.min(bytes.length, start + BLOCK_BYTES);
    const block = bytes.subarray(start, end);
    const isLast = end === bytes.length;
    const [first = 0] = block;
    if (block.every((byte) => byte === first)) {
      parts.push(blockHead(isLast, REPEATED, block.length), Uint8Array.of(first));
      continue;
    }
    const parsed = finder.parse(start, end, distances);
    const stored = joinParts([encodeLiterals(parsed.literals), encodeSequences(parsed)]);
    if (stored.length < block.length) {
      distances = parsed.distances;
      parts.push(blockHead(isLast, COMPRESSED, stored.length), stored);
    } else parts.push(blockHead(isLast, STORED, block.length), block);
  }
  return joinParts(parts);
}

/**
 * A Zstandard frame of `bytes`, level 1 to 22, by the zlib that comes with Node where that has it (from 22.15 on), else by
 * `encodeZstdFrame`.
 */
export function encodeZstd(bytes: Uint8Array, level: number): Uint8Array {
  const zlib: ZlibWithZstd | undefined =
    typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:zlib');
  if (!zlib?.zstdCompressSync) return encodeZstdFrame(bytes, level);
  // Without its length in the frame HDF5's filter could not read it.
  return zlib.zstdCompressSync(bytes, { params: { [LEVEL]: level }, pledgedSrcSize: bytes.length });
}
