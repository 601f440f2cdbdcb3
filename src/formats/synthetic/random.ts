import { ARENA_BASE, makeMemory } from '../../core/arena.js';
import { frameBytes, makeStack } from '../../core/stack.js';
import { instantiate } from '../../core/wasm.js';
import { randomWasm } from '../../kernels/random.wasm.js';
import { defineGenerator } from './generator.js';
import { frameKey } from './keyed-random.js';

/** Words made at a time: 64 KiB, which stay in cache until they are copied to their place. */
const WINDOW_WORDS = 16384;

/** Uniform random numbers: float32 in [0, 1) with 24 random bits, or integers over their whole range. */
export default defineGenerator({
  name: 'random',
  summary: 'independent uniform numbers, float32 in [0, 1) or full-range integers',
  params: {},
  dtypes: ['float32', 'uint8', 'uint16', 'uint32'],
  stack: (shape, _values, dtype) => makeStack(shape, dtype ?? 'float32', Math.min(2, shape.length)),
  makeWriter(stack, _values, seed) {
    const memory = makeMemory(WINDOW_WORDS * 4);
    const kernel = instantiate(randomWasm, memory)[stack.dtype === 'float32' ? 'uniform' : 'bits'];
    const window = new Uint8Array(memory.buffer, ARENA_BASE, WINDOW_WORDS * 4);
    const bytes = frameBytes(stack);
    return {
      read(first, count, into) {
        for (let i = 0; i < count; i++) {
          const [k0, k1] = frameKey(seed, first + i);
          for (let at = 0; at < bytes; at += window.length) {
            const length = Math.min(window.length, bytes - at);
            kernel?.(ARENA_BASE, at / 4, Math.ceil(length / 16) * 4, k0, k1);
            into.set(length === window.length ? window : window.subarray(0, length), i * bytes + at);
          }
        }
      },
    };
  },
});
