import { instantiate } from '../core/wasm.js';
import { checksumWasm } from './checksum.wasm.js';
import { badChunk, type Codec, type Kernel } from './codec.js';

const CHECKSUM_BYTES = 4;

/** Words between two folds; 360 keep both sums below 2^32. */
const RUN = 360;

const fold = (sum: number) => (sum & 0xffff) + (sum >>> 16);

/**
 * Fletcher-32 as the HDF5 library computes it, unsigned: big-endian 16-bit words, both sums from 0 and folded modulo
 * 2^16 - 1, an odd last byte as the high byte of a word.
 */
export function fletcher32(bytes: Uint8Array): number {
  let first = 0;
  let second = 0;
  for (let i = 0; i < bytes.length; ) {
    const end = Math.min(i + 2 * RUN, bytes.length);
    for (; i < end; i += 2) {
      first += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
      second += first;
    }
    first = fold(first);
    second = fold(second);
  }
  return ((fold(second) << 16) | fold(first)) >>> 0;
}

/** The bytes of each half the other way round: what HDF5 before 1.6.3 stored on little-endian machines. */
function historical(checksum: number): number {
  return (((checksum & 0x00ff00ff) << 8) | ((checksum >>> 8) & 0x00ff00ff)) >>> 0;
}

const hex = (value: number) => `0x${value.toString(16).padStart(8, '0')}`;

/** Checks and cuts off the little-endian Fletcher-32 behind a chunk, in HDF5's present or historical form. */
export function makeFletcher32(memory: WebAssembly.Memory, kernel: Kernel): Codec {
  const compute = kernel === 'wasm' ? instantiate(checksumWasm, memory).fletcher32 : undefined;
  return (input) => {
    const length = input.length - CHECKSUM_BYTES;
    if (length < 0) {
      throw badChunk('is too short for its fletcher32 checksum', { filter: 'fletcher32', storedBytes: input.length });
    }
    const data = input.subarray(0, length);
    const stored = new DataView(input.buffer, input.byteOffset + length, CHECKSUM_BYTES).getUint32(0, true);
    const computed = compute ? compute(data.byteOffset, length) >>> 0 : fletcher32(data);
    if (stored !== computed && stored !== historical(computed)) {
      throw badChunk(`fails its fletcher32 checksum: ${hex(stored)} is stored, ${hex(computed)} computed`, {
        filter: 'fletcher32',
        stored,
        computed,
      });
    }
    return data;
  };
}
