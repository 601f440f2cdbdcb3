import { allocate, type Dtype, dtypeRange, isInteger } from '../core/dtype.js';
import type { Source } from '../core/source.js';
import { makeStack, product } from '../core/stack.js';
import { openMemory } from '../formats/memory.js';

/** A multiplicative congruential sequence on [0, 1): the same numbers on every machine. */
function sequence(seed: number): () => number {
  let state = (seed * 2654435761) % 2147483647 || 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** A small stack of any dtype with values over its range; floats lie in [0, 1000), as intensities do. */
export function sampleStack(shape: readonly number[], dtype: Dtype, frameRank = 2): Source {
  const data = allocate(dtype, product(shape), true);
  const next = sequence(shape.length + dtype.length);
  const [low, high] = isInteger(dtype) ? dtypeRange(dtype) : [0, 1000];
  for (let i = 0; i < data.length; i++) {
    const value = low + next() * (high - low);
    data[i] = isInteger(dtype) ? Math.round(value) : value;
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return openMemory(makeStack(shape, dtype, frameRank), bytes, `sample ${dtype}`);
}
