import { dtypeOfArray, type NumericArray } from '../core/dtype.js';
import { UsageError } from '../core/errors.js';
import type { Source } from '../core/source.js';
import { type Axis, makeStack } from '../core/stack.js';
import { openMemory } from '../formats/memory.js';

/**
 * A source over an array in memory.
 *
 * @param shape of the whole array, row-major, positions first; its product is `data.length`
 * @param options.frameRank trailing dimensions that make a frame, 2 by default
 * @throws UsageError when the shape does not fit the data
 */
export function openArray(
  shape: readonly number[],
  data: NumericArray,
  options: { readonly frameRank?: number; readonly axes?: readonly Axis[]; readonly name?: string } = {},
): Source {
  if (!Array.isArray(shape) || !ArrayBuffer.isView(data))
    throw new UsageError('bad-array', 'openArray takes a shape, such as [40, 96], and a typed array.');
  const stack = makeStack(shape, dtypeOfArray(data), options.frameRank ?? 2, options.axes);
  return openMemory(stack, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), options.name ?? 'array');
}
