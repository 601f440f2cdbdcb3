import { INFLATE_SCRATCH } from '../../dist/codecs/deflate.js';
import { INFLATE_FAILURES, type Inflated } from '../../dist/codecs/inflate.js';
import { inflateWasm } from '../../dist/codecs/inflate.wasm.js';
import { SLACK } from '../../dist/core/arena.js';
import { instantiate } from '../../dist/core/wasm.js';

const GUARD = 1024;
const PAGES = 96;
const SCRATCH = 65536;
const DECODED_AT = 26368;

/** Deterministic numbers in [0, 1) (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * The inflate kernel on memory filled with a poison. The input's slack ends where the memory ends, so that reading on
 * traps; writing anywhere but to the output and its slack shows as spoilt poison and throws.
 */
export function makeGuardedInflate(): (
  input: Uint8Array,
  capacity: number,
  poison: number,
) => Inflated & { bytes: Uint8Array } {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
  const all = new Uint8Array(memory.buffer);
  const run = instantiate(inflateWasm, memory).inflateZlib;
  if (!run) throw new Error('no such export');
  const target = SCRATCH + Math.ceil((INFLATE_SCRATCH + 2 * GUARD) / 64) * 64;

  const isPoison = (from: number, to: number, poison: number) => {
    for (let i = from; i < to; i++) if (all[i] !== poison) return false;
    return true;
  };

  return (input, capacity, poison) => {
    const source = all.length - SLACK - input.length;
    if (target + capacity + SLACK + GUARD > source) throw new Error('the guarded memory is too small for this test');
    all.fill(poison, SCRATCH, target + capacity + SLACK + GUARD);
    all.fill(poison, source - GUARD);
    all.set(input, source);
    const code = run(source, input.length, target, capacity, SCRATCH, 1);
    const end = target + capacity + SLACK;
    const intact =
      isPoison(SCRATCH + INFLATE_SCRATCH, target, poison) &&
      isPoison(end, end + GUARD, poison) &&
      isPoison(source - GUARD, source, poison) &&
      isPoison(source + input.length, all.length, poison) &&
      input.every((byte, i) => all[source + i] === byte);
    if (!intact) throw new Error('inflate wrote outside its output, scratch and slack');
    const failure = code < 0 ? INFLATE_FAILURES[-1 - code] : null;
    if (failure === undefined) throw new Error(`unknown code ${code}`);
    const decoded = failure ? (new Uint32Array(memory.buffer, SCRATCH + DECODED_AT, 1)[0] ?? 0) : code;
    return { failure, decoded, bytes: all.slice(target, target + Math.min(decoded, capacity)) };
  };
}
