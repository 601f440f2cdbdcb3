import type { Codec, CodecContext, Kernel } from '../../dist/codecs/codec.js';
import { ARENA_BASE, Arena, makeMemory, SLACK } from '../../dist/core/arena.js';
import { SourceError } from '../../dist/core/errors.js';

const GUARD = 1024;

/** What a codec made of a chunk: its bytes, or the message of its `bad-chunk`. */
export interface Outcome {
  readonly bytes: Uint8Array | null;
  readonly failure: string | null;
}

function attempt(run: () => Uint8Array): Outcome {
  try {
    return { bytes: run().slice(), failure: null };
  } catch (error) {
    if (error instanceof SourceError && error.code === 'bad-chunk') return { bytes: null, failure: error.message };
    throw error;
  }
}

/**
 * Runs a codec with both kernels and returns the outcome they agree on. The WebAssembly runs on memory filled with a poison,
 * the input's slack ends where the memory ends, and writing anywhere but to the output, its slack and the scratch throws.
 * `isAgreed` says whether two different failures will do.
 */
export function makeGuarded(
  make: (context: CodecContext) => Codec,
  scratch: readonly number[],
  largest: number,
): (input: Uint8Array, capacity: number, poison: number, isAgreed?: (a: string, b: string) => boolean) => Outcome {
  const arenaBytes = scratch.reduce((total, bytes) => total + bytes + SLACK + 64, 0);
  const memory = makeMemory(arenaBytes + 4 * largest + 2 ** 17);
  const all = new Uint8Array(memory.buffer);
  const codecOf = (kernel: Kernel): Codec => {
    const arena = new Arena(memory, ARENA_BASE, arenaBytes);
    return make({ chunkBytes: largest, elementBytes: 4, arena, kernel });
  };
  const [wasm, ts] = [codecOf('wasm'), codecOf('ts')];
  const arenaEnd = ARENA_BASE + arenaBytes;
  const target = Math.ceil((arenaEnd + GUARD) / 64) * 64;
  const filled = new Uint8Array(all.length);

  const isPoison = (from: number, to: number) =>
    Buffer.compare(all.subarray(from, to), filled.subarray(from, to)) === 0;

  return (input, capacity, poison, isAgreed = (a, b) => a === b) => {
    const source = all.length - SLACK - input.length;
    const end = target + capacity + SLACK;
    if (end + 2 * GUARD > source) throw new Error('the guarded memory is too small for this test');
    filled.fill(poison, ARENA_BASE);
    all.set(filled.subarray(ARENA_BASE), ARENA_BASE);
    all.set(input, source);
    const given = all.subarray(source, source + input.length);
    const result = attempt(() => wasm(given, all.subarray(target, target + capacity)));
    const isIntact =
      isPoison(arenaEnd, target) &&
      isPoison(end, source) &&
      isPoison(source + input.length, all.length) &&
      Buffer.compare(given, input) === 0;
    if (!isIntact) throw new Error('wrote outside its output, scratch and slack');
    const reference = attempt(() => ts(input, new Uint8Array(capacity)));
    const both = result.failure !== null && reference.failure !== null;
    if (both ? !isAgreed(result.failure, reference.failure) : result.failure !== reference.failure) {
      throw new Error(`wasm says ${result.failure}, ts ${reference.failure}`);
    }
    if (result.bytes && reference.bytes && Buffer.compare(result.bytes, reference.bytes) !== 0) {
      throw new Error('wasm and ts decode to different bytes');
    }
    return result;
  };
}
