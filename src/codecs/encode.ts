import { ARENA_BASE, makeMemory } from '../core/arena.js';
import type { FrameCodec } from '../core/sink.js';
import { instantiate, type WasmExports } from '../core/wasm.js';
import { bitshuffleWasm } from './bitshuffle.wasm.js';
import { blockElementsOf } from './bitshuffle-blocks.js';
import { deflate } from './deflate.js';
import { BLOCKS_HEADER } from './lz4.js';
import { lz4Wasm } from './lz4.wasm.js';
import { lz4Bound } from './lz4-encode.js';
import { encodeZstd } from './zstd-encode.js';

/** Encodes one frame to a chunk of its own. The result stays as it is when the next frame is encoded. */
export type FrameEncoder = (frame: Uint8Array) => Uint8Array;

/** Bytes of a block in HDF5's LZ4 filter: what a match can reach back. */
const LZ4_BLOCK = 65536;

/** Bytes of the encoder's table. */
const TABLE_BYTES = 16384;

const ALIGN = 64;

/** Most bytes that a chunk in blocks takes: its header, and each block behind its length. */
function chunkBound(bytes: number, block: number): number {
  return BLOCKS_HEADER + Math.ceil(bytes / block) * (4 + lz4Bound(block)) + block;
}

/** A memory with a frame, its scratch and its encoded form, made for the first frame and for any that is larger. */
function makeBlockEncoder(
  module: string,
  block: number,
  run: (wasm: WasmExports, input: number, length: number, output: number, scratch: number) => number,
): FrameEncoder {
  let capacity = -1;
  let all = new Uint8Array();
  let wasm: WasmExports = {};
  return (frame) => {
    const input = ARENA_BASE;
    const scratch = input + Math.ceil(frame.length / ALIGN + 2) * ALIGN;
    const output = scratch + TABLE_BYTES + Math.ceil(block / ALIGN + 2) * ALIGN;
    if (frame.length > capacity) {
      const memory = makeMemory(output + chunkBound(frame.length, block) + 2 * ALIGN);
      all = new Uint8Array(memory.buffer);
      wasm = instantiate(module, memory);
      capacity = frame.length;
    }
    all.set(frame, input);
    const bytes = run(wasm, input, frame.length, output, scratch) >>> 0;
    return all.slice(output, output + bytes);
  };
}

/**
 * How frames of elements of `elementBytes` are encoded for a streamed output: `gzip` is a zlib stream, `zstd` a frame, `lz4` and `bslz4` are
 * chunks of the HDF5 filters 32004 and 32008 (bitshuffle with LZ4 in blocks of 8 KiB).
 */
export function makeEncoder(codec: FrameCodec, elementBytes: number): FrameEncoder {
  if (codec.name === 'gzip') return (frame) => deflate(frame, codec.level);
  if (codec.name === 'zstd') return (frame) => encodeZstd(frame, codec.level);
  if (codec.name === 'lz4') {
    return makeBlockEncoder(
      lz4Wasm,
      LZ4_BLOCK,
      (wasm, input, length, output, table) => wasm.encodeHdf5?.(input, length, output, LZ4_BLOCK, table) ?? 0,
    );
  }
  const block = elementBytes * blockElementsOf(elementBytes, 0);
  return makeBlockEncoder(
    bitshuffleWasm,
    block,
    (wasm, input, length, output, scratch) =>
      wasm.encodeLz4?.(input, length, output, elementBytes, block, scratch) ?? 0,
  );
}
