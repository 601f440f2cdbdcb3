/** What a module exports: functions on numbers (addresses, lengths, factors). */
export type WasmExports = Readonly<Record<string, (...args: number[]) => number>>;

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  if (typeof Buffer !== 'undefined') return new Uint8Array(Buffer.from(text, 'base64'));
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

/**
 * Instantiates a kernel or codec module on the memory its worker computes in. Modules hold constant tables only, so any
 * number of instances may share one memory.
 */
export function instantiate(base64: string, memory: WebAssembly.Memory): WasmExports {
  const module = new WebAssembly.Module(decodeBase64(base64));
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  return instance.exports as unknown as WasmExports;
}
