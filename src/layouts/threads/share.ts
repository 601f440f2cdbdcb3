import type { SourceHandle } from '../../core/source.js';

/** The same source with its frames, if they lie in memory, where all threads see them: copied once, not once a thread. */
export function onSharedMemory(handle: SourceHandle): SourceHandle {
  if (handle.kind === 'selected') return { ...handle, base: onSharedMemory(handle.base) };
  if (handle.kind !== 'memory' || handle.bytes.buffer instanceof SharedArrayBuffer) return handle;
  const bytes = new Uint8Array(new SharedArrayBuffer(handle.bytes.byteLength));
  bytes.set(handle.bytes);
  return { ...handle, bytes };
}
