import { UsageError } from '../core/errors.js';
import type { Source } from '../core/source.js';
import { formatShape, fullShape, type Stack, stackBytes } from '../core/stack.js';

/**
 * A source over frames that lie in memory already.
 *
 * @param bytes the whole stack, native byte order, row-major; shared memory is handed to workers without a copy
 * @throws UsageError when the bytes are not those of the stack
 */
export function openMemory(stack: Stack, bytes: Uint8Array, name = 'memory'): Source {
  if (bytes.byteLength !== stackBytes(stack)) {
    throw new UsageError(
      'wrong-length',
      `${name}: a stack of ${formatShape(fullShape(stack))} ${stack.dtype} has ${stackBytes(stack)} bytes, not ${bytes.byteLength}.`,
      { expected: stackBytes(stack), found: bytes.byteLength },
    );
  }
  return { format: 'memory', location: name, notes: [], handle: { kind: 'memory', stack, bytes } };
}
