import type { SourceHandle } from '../../core/source.js';

function shared(values: Float64Array): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

/** The same source with its frames, if they lie in memory, where all threads see them: copied once, not once a thread. */
export function onSharedMemory(handle: SourceHandle): SourceHandle {
  if (handle.kind === 'selected') return { ...handle, base: onSharedMemory(handle.base) };
  if (handle.kind === 'windows')
    return handle.values.buffer instanceof SharedArrayBuffer ? handle : { ...handle, values: shared(handle.values) };
  if (handle.kind !== 'memory' || handle.bytes.buffer instanceof SharedArrayBuffer) return handle;
  const bytes = new Uint8Array(new SharedArrayBuffer(handle.bytes.byteLength));
  bytes.set(handle.bytes);
  return { ...handle, bytes };
}
